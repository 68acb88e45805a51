"""A teacher's own lessons, and the table of answers, in the real window."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.lessons.quantities.quantity import Reading
from app.ui.application import Application
from app.ui.features.lesson_files import LessonFiles
from tests.app.lessons.samples import LESSON
from tests.support.finding import is_said
from tests.support.windows import Start


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    made.mkdir()
    (made / "1-small.md").write_text(LESSON, encoding="utf-8")
    (made / "2-bad.md").write_text("---\nlesson: A\n---\n", encoding="utf-8")
    return made


@pytest.fixture
def application(start_application: Start) -> Application:
    return start_application(source_width=160, source_height=120, model_b="off")


def test_a_dropped_folder_of_lessons_is_listed_and_opened_again_next_time(
    application: Application, folder: Path, qtbot: QtBot
) -> None:
    source = application.model.value.source
    application.window.dropped.emit(str(folder / "1-small.md"))
    panel = application.lessons.panel
    assert panel is not None
    assert application.model.value.lessons_folder == str(folder)
    assert application.model.value.source == source
    qtbot.waitUntil(lambda: is_said(panel, "From mine"))
    assert panel.findChild(QPushButton, "1-small") is not None
    assert any("2-bad.md, line 1" in label.text() for label in panel.findChildren(QLabel))
    application.lessons.open_lesson("1-small")
    application.lessons.leave()
    assert application.model.value.lessons_folder == str(folder)
    application.lessons.use_own()
    assert application.model.value.lessons_folder == ""


def test_a_folder_without_lessons_is_said_and_the_list_stays(
    application: Application, tmp_path: Path
) -> None:
    application.lessons.open()
    said: list[str] = []
    application.lessons.said.connect(said.append)
    application.lessons.use_folder(str(tmp_path))
    assert said and said[0].startswith("There is no lesson in")
    assert application.model.value.lessons_folder == ""


def test_answers_are_written_only_when_asked_for(
    application: Application, folder: Path, tmp_path: Path
) -> None:
    application.lessons.open()
    application.lessons.use_folder(str(folder))
    application.lessons.book.set_student("Ada")
    application.lessons.open_lesson("1-small")
    panel = application.lessons.panel
    assert panel is not None
    panel.page.answered.emit(0)
    files = LessonFiles(application.window, application.lessons.book, application.window)
    said: list[str] = []
    files.said.connect(said.append)
    files.save(str(tmp_path / "answers.csv"))
    assert said == ["Saved 1 answers to answers.csv."]
    text = (tmp_path / "answers.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["name"], row["answer"], row["right"]) == ("Ada", "This one", "no")
    (tmp_path / "file").write_text("")
    files.save(str(tmp_path / "file" / "answers.csv"))
    assert said[-1].startswith("The answers could not be saved")


def test_a_fixed_range_stays_from_page_to_page(application: Application) -> None:
    lessons = application.lessons
    lessons.open()
    lessons.open_lesson("4-per-frame-range")
    while lessons.walk is not None and lessons.walk.place.step == 0:
        advance(application)
    advance(application)
    at_first = (application.model.value.range_far, application.model.value.range_near)
    assert application.model.value.range_mode == "fixed"
    advance(application)
    assert (application.model.value.range_far, application.model.value.range_near) == at_first


def advance(application: Application) -> None:
    """Go to the next page, answering what is asked."""
    walk, panel = application.lessons.walk, application.lessons.panel
    assert walk is not None
    assert panel is not None
    if walk.question is not None and walk.question.quantity:
        application.lessons.measured = lambda: Reading(1.0, "It is 1.")  # type: ignore[method-assign]
    if walk.question is not None:
        panel.page.answered.emit(walk.question.right)
    if application.lessons.walk is not None and application.lessons.walk.place == walk.place:
        panel.page.go_on.emit()
