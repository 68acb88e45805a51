"""The lesson panel: what it shows and what it asks for."""

from __future__ import annotations

import dataclasses

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractSpinBox, QCheckBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.row_specs import row_specs
from tests.support.finding import button, is_said
from widgets.answer_button import AnswerButton
from widgets.lesson_panel import LessonPanel
from widgets.lesson_values import AnswerLine, LessonEntry, LessonList, LessonPage, Mark

LEFT = Qt.MouseButton.LeftButton
ASKS = LessonPage(
    stage="Predict",
    title="",
    where="Step 1 of 2",
    text="Some *words* before.",
    question="Which one?",
    answers=(AnswerLine("This one"), AnswerLine("That one"), AnswerLine("None of them")),
    forward="See what happens",
    may_answer=True,
    may_go_on=False,
    may_go_back=False,
)
TELLS = LessonPage("Explain", "A title", "Step 1 of 2", "It is so.", controls=("ema_factor",))
LIST = LessonList(
    (LessonEntry("1-one", "One", "What it is about"), LessonEntry("2-two", "Two", ""))
)


@pytest.fixture
def panel(qtbot: QtBot) -> LessonPanel:
    made = LessonPanel(row_specs())
    qtbot.addWidget(made)
    made.show_list(LIST)
    made.resize(made.sizeHint())
    made.show()
    qtbot.waitExposed(made)
    return made


def answers(panel: LessonPanel) -> list[AnswerButton]:
    return panel.page.findChildren(AnswerButton)


def forward(panel: LessonPanel) -> QPushButton:
    found = [b for b in panel.page.findChildren(QPushButton) if b.property("role") == "primary"]
    assert len(found) == 1
    return found[0]


def test_a_lesson_is_chosen_from_the_list(qtbot: QtBot, panel: LessonPanel) -> None:
    entry = panel.findChild(QPushButton, "2-two")
    assert entry is not None
    with qtbot.waitSignal(panel.list.chosen) as caught:
        qtbot.mouseClick(entry, LEFT)
    assert caught.args == ["2-two"]
    panel.show_page("Two", ASKS)
    assert panel.is_in_lesson
    with qtbot.waitSignal(panel.list_requested):
        qtbot.mouseClick(button(panel, "Back to all lessons"), LEFT)


def test_an_answer_is_chosen_and_given_by_the_way_on(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_page("One", ASKS)
    assert [each.isEnabled() for each in answers(panel)] == [True] * 3
    assert forward(panel).text() == "See what happens"
    assert not forward(panel).isEnabled()
    qtbot.mouseClick(answers(panel)[0], LEFT)
    qtbot.mouseClick(answers(panel)[1], LEFT)
    assert [each.isChecked() for each in answers(panel)] == [False, True, False]
    with qtbot.waitSignal(panel.page.answered) as caught:
        qtbot.mouseClick(forward(panel), LEFT)
    assert caught.args == [1]


def test_a_choice_stays_while_only_the_note_changes(qtbot: QtBot, panel: LessonPanel) -> None:
    waiting = dataclasses.replace(ASKS, note="Wait a moment.", may_answer=False)
    panel.show_page("One", waiting)
    assert is_said(panel, "Wait a moment.")
    assert not any(each.isEnabled() for each in answers(panel))
    panel.show_page("One", ASKS)
    qtbot.mouseClick(answers(panel)[2], LEFT)
    panel.show_page("One", dataclasses.replace(ASKS, note="More."))
    assert answers(panel)[2].isChecked()


def test_a_question_is_answered_with_the_keyboard_alone(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_page("One", ASKS)
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow, timeout=5_000)
    panel.page.focus_first()
    assert answers(panel)[0].hasFocus()
    qtbot.keyClick(answers(panel)[0], Qt.Key.Key_Space)
    qtbot.keyClick(answers(panel)[0], Qt.Key.Key_Down)
    assert answers(panel)[1].isChecked()
    forward(panel).setFocus()
    with qtbot.waitSignal(panel.page.answered) as caught:
        qtbot.keyClick(forward(panel), Qt.Key.Key_Space)
    assert caught.args == [1]
    panel.show_page("One", TELLS)
    assert forward(panel).hasFocus()
    panel.show_page("One", ASKS)
    assert answers(panel)[0].hasFocus()


def test_what_was_answered_is_marked_in_signs_and_words(panel: LessonPanel) -> None:
    marked = (AnswerLine("This", Mark.WRONG), AnswerLine("That", Mark.RIGHT))
    page = dataclasses.replace(
        ASKS, answers=marked, may_answer=False, may_go_on=True, verdict="Not so.", reply="Because."
    )
    panel.show_page("One", page)
    assert is_said(panel, "Not so.") and is_said(panel, "Because.")
    assert is_said(panel, "✗") and is_said(panel, "✓")
    names = [each.accessibleName() for each in answers(panel)]
    assert names == ["not right: This", "right: That"]


def test_pages_lead_on_and_back_and_are_set_up_again(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_page("One", TELLS)
    for signal, name in (
        (panel.page.go_back, "Previous page"),
        (panel.page.set_up_again, "Set up again: return to this page's settings"),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button(panel, name), LEFT)
    with qtbot.waitSignal(panel.page.go_on):
        qtbot.mouseClick(forward(panel), LEFT)


def test_what_a_page_lets_the_reader_change_stands_below_its_text(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    panel.show_page("One", dataclasses.replace(TELLS, controls=("cloud_edge_ratio",)))
    panel.page.show_values({"cloud_edge_ratio": 1.03})
    field = panel.findChild(QAbstractSpinBox)
    assert field is not None
    assert field.text() == "1.030"
    with qtbot.waitSignal(panel.page.changed) as caught:
        field.stepUp()
    assert caught.args == ["cloud_edge_ratio", pytest.approx(1.035)]
    panel.show_page("One", ASKS)
    qtbot.waitUntil(lambda: panel.findChild(QAbstractSpinBox) is None)


def test_a_name_is_given_or_the_whole_class_answers(qtbot: QtBot, panel: LessonPanel) -> None:
    name, whole = panel.findChild(QLineEdit), panel.findChild(QCheckBox)
    assert name is not None and whole is not None
    qtbot.keyClicks(name, "Ada")
    with qtbot.waitSignal(panel.list.student_changed) as caught:
        qtbot.keyClick(name, Qt.Key.Key_Return)
    assert caught.args == ["Ada", False]
    with qtbot.waitSignal(panel.list.student_changed) as caught:
        whole.setChecked(True)
    assert caught.args == ["", True]
    assert not name.isEnabled()


def test_answers_are_saved_once_there_are_any_and_problems_are_said(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    save = next(b for b in panel.findChildren(QPushButton) if b.text() == "Save answers…")
    assert not save.isEnabled()
    problem = "2-two.md, line 3: it is wrong."
    panel.show_list(dataclasses.replace(LIST, problems=(problem,), folder="mine", answers=2))
    qtbot.waitUntil(lambda: is_said(panel, problem) and is_said(panel, "From mine"))
    with qtbot.waitSignal(panel.list.save_requested):
        qtbot.mouseClick(save, LEFT)


def test_the_panel_can_be_closed(qtbot: QtBot, panel: LessonPanel) -> None:
    with qtbot.waitSignal(panel.closed):
        qtbot.mouseClick(button(panel, "Close lessons (F1)"), LEFT)
