"""Every page of every lesson fits the smallest class room: 1024x768, type of one and a half."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.lessons.lesson import Lesson
from app.lessons.library import load_lessons
from app.lessons.quantities.quantity import Reading
from app.lessons.walk import Walk
from app.ui.lesson_pages import page_of
from app.ui.row_specs import row_specs
from tests.support.windows import Start, Wait
from widgets import theme
from widgets.lesson_panel import LessonPanel
from widgets.lesson_values import LessonPage

LONG_READING = (
    "AbsRel of A and B: 10.41 and 10.65 % with one fit, 10.13 and 9.92 % with a fit for each frame."
)
ROOM = (372, 610)
"""Width and height in pixels that the panel has at least."""


@pytest.fixture
def large_type(qapp: QApplication) -> Iterator[None]:
    theme.apply_theme(qapp, "dark", 1.5)
    yield
    theme.apply_theme(qapp)


def test_the_panel_has_that_room(
    start_application: Start, wait_until_shown: Wait, large_type: None, qtbot: QtBot
) -> None:
    application = start_application(type_scale=1.5, panes=("rgb",), model_b="off")
    application.window.resize(1024, 768)
    wait_until_shown(application)
    application.lessons.toggle()
    panel = application.lessons.panel
    assert panel is not None
    qtbot.waitUntil(lambda: panel.width() >= ROOM[0] and panel.height() >= ROOM[1], timeout=5_000)
    assert panel.minimumSizeHint().width() <= ROOM[0]
    assert application.window.height() <= 768


@pytest.mark.parametrize("lesson", load_lessons().lessons, ids=lambda lesson: lesson.name)
def test_no_page_needs_scrolling_there(
    lesson: Lesson, large_type: None, qtbot: QtBot, qapp: QApplication
) -> None:
    panel = LessonPanel(row_specs())
    qtbot.addWidget(panel)
    panel.setFixedSize(*ROOM)
    panel.show()
    qtbot.waitExposed(panel)
    too_long = []
    for name, page in pages(lesson):
        panel.show_page(lesson.title, page)
        for _ in range(3):
            qapp.processEvents()
        assert not panel.page.is_cut_off, name
        if panel.page.overflow:
            too_long.append(f"{name} by {panel.page.overflow} px")
    assert not too_long


def pages(lesson: Lesson) -> Iterator[tuple[str, LessonPage]]:
    """Every page that a lesson can show, with each answer that can be given."""
    walk = Walk(lesson)
    while True:
        yield f"{walk.place}", page_of(walk, "Comparing with the truth for some seconds.")
        if walk.question is not None:
            for choice in range(len(walk.question.answers)):
                reading = Reading(walk.question.answers[walk.question.right].example, LONG_READING)
                given = walk.answered(choice, reading if walk.question.quantity else None)
                if walk.question.quantity:
                    yield f"{walk.place} answered {choice}", page_of(given)
                    continue
                observing = given.gone_on()
                yield f"{observing.place} after {choice}", page_of(observing)
                yield f"explained after {choice}", page_of(observing.gone_on())
            walk = given
        if not walk.can_go_on:
            return
        walk = walk.gone_on()
