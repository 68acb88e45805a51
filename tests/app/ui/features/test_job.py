"""Long work beside the window, and how it ends."""

from __future__ import annotations

import threading

import pytest
from PyQt6.QtCore import QCoreApplication, QEvent
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.features.job import Job, ReportProgress
from app.ui.threads import Worker, abandoned_count
from models.progress import IsCancelled


def test_done_carries_what_the_work_returned(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    job = Job(window)

    def work(on_progress: ReportProgress, _cancelled: IsCancelled) -> str:
        on_progress(1, 2, "half")
        return "done"

    with qtbot.waitSignal(job.done) as done:
        job.start("Pull", work)
    assert done.args == ["done"]
    assert not job.is_running


def test_closing_leaves_work_behind_that_does_not_end(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Qt aborts the process when the QThread object of a running thread is deleted."""
    monkeypatch.setattr(Worker.shut_down, "__defaults__", (0.05,))
    window = QWidget()
    qtbot.addWidget(window)
    job = Job(window)
    release = threading.Event()

    def hang(_on_progress: ReportProgress, _cancelled: IsCancelled) -> None:
        release.wait(30)

    job.start("Pull", hang)
    try:
        job.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        assert abandoned_count() == 1
    finally:
        release.set()
    qtbot.waitUntil(lambda: abandoned_count() == 0)
