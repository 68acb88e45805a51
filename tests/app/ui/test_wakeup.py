"""The wake-up between worker threads and Qt: it does not pile up and outlives nobody."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PyQt6 import sip
from PyQt6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.ui.wakeup import WakeUp


def _on_a_thread(work: Callable[[], object]) -> None:
    """Run `work` on another thread; what it raises fails the test as a warning."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


def test_a_burst_of_rings_wakes_once_and_the_next_burst_again(qtbot: QtBot) -> None:
    wake_up, woken = WakeUp(), []
    wake_up.woken.connect(lambda: woken.append(threading.current_thread()))
    for bursts in (1, 2):
        _on_a_thread(lambda: [wake_up.notify() for _ in range(50)])
        qtbot.waitUntil(lambda bursts=bursts: len(woken) == bursts)
    assert set(woken) == {threading.main_thread()}


def test_a_worker_that_rings_after_the_window_went_is_not_heard(qtbot: QtBot) -> None:
    owner = QObject()
    wake_up = WakeUp(owner)
    woken: list[int] = []
    wake_up.woken.connect(lambda: woken.append(1))
    sip.delete(owner)
    assert sip.isdeleted(wake_up)
    _on_a_thread(wake_up.notify)
    assert not woken


def test_ringing_while_the_owner_is_deleted_harms_nothing(qtbot: QtBot) -> None:
    for _ in range(200):
        owner = QObject()
        wake_up = WakeUp(owner)
        both = threading.Barrier(2, timeout=10)

        def ring(wake_up: WakeUp = wake_up, both: threading.Barrier = both) -> None:
            both.wait()
            wake_up.notify()

        thread = threading.Thread(target=ring)
        thread.start()
        both.wait()
        sip.delete(owner)
        thread.join(10)
        assert not thread.is_alive()
