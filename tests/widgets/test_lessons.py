import dataclasses
import itertools
import re
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractSpinBox, QPushButton, QTextBrowser
from pytestqt.qtbot import QtBot

from app.settings.settings import SETTINGS, Settings
from app.ui.row_specs import row_specs
from models.registry import OFF, find
from tests.support.finding import button, is_said
from widgets import theme
from widgets.lesson_panel import LessonPanel
from widgets.lessons import Lesson, load_lessons, parse_lesson

LEFT = Qt.MouseButton.LeftButton
LESSONS = load_lessons(theme.resource_path("lessons"))
STEPS = [(lesson, at) for lesson in LESSONS for at in range(len(lesson.steps))]


def lesson_named(name: str) -> Lesson:
    return next(lesson for lesson in LESSONS if lesson.name == name)


def named(case: tuple[Lesson, int]) -> str:
    return f"{case[0].name}-{case[1] + 1}"


def test_the_lessons_are_in_the_order_of_the_numbers_in_their_file_names() -> None:
    numbers = [int(lesson.name.partition("-")[0]) for lesson in LESSONS]
    assert numbers == sorted(set(numbers))
    assert LESSONS[0].title == "Disparity and depth"


def test_every_lesson_has_a_title_of_its_own_a_summary_and_three_to_five_steps() -> None:
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)
    assert all(3 <= len(lesson.steps) <= 5 and lesson.summary for lesson in LESSONS)


@pytest.mark.parametrize("case", STEPS, ids=named)
def test_every_step_makes_settings_that_can_be_used(case: tuple[Lesson, int]) -> None:
    lesson, at = case
    settings = Settings()
    for step in lesson.steps[: at + 1]:
        settings = dataclasses.replace(settings, **dict(step.settings))
    for key, value in lesson.steps[at].settings.items():
        assert type(value) is type(getattr(Settings(), key)), key
        assert getattr(settings, key) == value
    find(settings.model_a)
    find(settings.model_b)


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])
def test_every_step_changes_something_on_screen(lesson: Lesson) -> None:
    settings = Settings()
    seen = []
    for step in lesson.steps:
        settings = dataclasses.replace(settings, **dict(step.settings))
        seen.append(settings)
    assert all(one != other for one, other in itertools.pairwise(seen))


@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.name for lesson in LESSONS])
def test_a_lesson_begins_by_saying_all_that_it_relies_on(lesson: Lesson) -> None:
    first = lesson.steps[0].settings
    relied_on = {"source", "model_a", "model_b", "memory", "view", "panes", "range_mode"}
    assert relied_on | {"range_locked"} <= set(first)
    changed_later = {key for step in lesson.steps[1:] for key in step.settings}
    unsaid = changed_later - set(first) - {"flicker_window", "cloud_edge_ratio", "cloud_colour"}
    assert not unsaid


def test_every_step_is_short_and_says_what_to_do() -> None:
    for lesson in LESSONS:
        for step in lesson.steps:
            assert len(step.text.split()) < 110, step.title
            assert "**" in step.text, step.title


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("words", "before the first block"),
        ("---\nsummary: s\n---\n---\nstep: a\n---\ntext", "title"),
        ("---\ntitle: t\n---", "no step"),
        ("---\ntitle: t\n---\n---\nstep: a\n---\n", "title and a text"),
        ("---\ntitle: t\n---\n---\nstep a\n---\ntext", "line 5"),
        ("---\ntitle: t\n---\n---\nstep: a\n", "not closed"),
    ],
)
def test_a_damaged_lesson_says_where(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"lesson broken.*{complaint}"):
        parse_lesson("broken", text)


def test_values_keep_their_kinds() -> None:
    text = "---\ntitle: t\n---\n---\nstep: s\na: true\nb: 3\nc: 0.5\nd: x:y\npanes: rgb\n---\nwords"
    settings = parse_lesson("kinds", text).steps[0].settings
    assert dict(settings) == {"a": True, "b": 3, "c": 0.5, "d": "x:y", "panes": ("rgb",)}


def test_a_readme_is_no_lesson(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# About", encoding="utf-8")
    assert load_lessons(tmp_path) == ()


@pytest.fixture
def panel(qtbot: QtBot) -> LessonPanel:
    made = LessonPanel(row_specs())
    qtbot.addWidget(made)
    made.set_lessons(LESSONS)
    made.resize(made.sizeHint())
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_lesson_opens_from_the_list_and_leads_back(qtbot: QtBot, panel: LessonPanel) -> None:
    entry = panel.findChild(QPushButton, "3-memory")
    assert entry is not None
    with qtbot.waitSignal(panel.lesson_opened) as caught:
        qtbot.mouseClick(entry, LEFT)
    assert caught.args == ["3-memory"]
    assert panel.step is lesson_named("3-memory").steps[0]
    qtbot.mouseClick(button(panel, "Back to all lessons"), LEFT)
    assert panel.lesson is None
    assert panel.step is None


def test_steps_go_to_and_fro_and_end_at_both_ends(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.open_lesson("1-per-frame-range")
    assert not button(panel, "Previous step").isEnabled()
    seen = [panel.step]
    while button(panel, "Next step").isEnabled():
        qtbot.mouseClick(button(panel, "Next step"), LEFT)
        seen.append(panel.step)
    assert tuple(seen) == lesson_named("1-per-frame-range").steps
    qtbot.mouseClick(button(panel, "Previous step"), LEFT)
    assert panel.step is lesson_named("1-per-frame-range").steps[-2]


def test_a_step_is_set_up_when_it_is_entered_and_again_by_the_button(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    entered: list[int] = []
    panel.setup_requested.connect(entered.append)
    panel.open_lesson("2-scale-ambiguity", step=2)
    qtbot.mouseClick(button(panel, "Next step"), LEFT)
    qtbot.mouseClick(button(panel, "Previous step"), LEFT)
    qtbot.mouseClick(button(panel, "Set up again"), LEFT)
    assert entered == [2, 3, 2, 2]
    panel.set_note("This step could not be set up.")
    assert is_said(panel, "This step could not be set up.")
    qtbot.mouseClick(button(panel, "Next step"), LEFT)
    assert not is_said(panel, "This step could not be set up.")


def test_what_a_step_lets_the_reader_change_stands_below_its_text(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    panel.open_lesson("4-resolution-and-edges", step=3)
    panel.show_values({"cloud_edge_ratio": 1.03})
    field = panel.findChild(QAbstractSpinBox)
    assert field is not None
    assert field.text() == "1.030"
    with qtbot.waitSignal(panel.changed) as caught:
        field.stepUp()
    assert caught.args == ["cloud_edge_ratio", pytest.approx(1.035)]
    qtbot.mouseClick(button(panel, "Previous step"), LEFT)
    qtbot.waitUntil(lambda: panel.findChild(QAbstractSpinBox) is None)


_NOT_ON_SCREEN = re.compile(
    r"inspector|\bmenus?\b|status (bar|strip)|tool bar|section", re.IGNORECASE
)


@pytest.mark.parametrize("case", STEPS, ids=named)
def test_a_step_speaks_only_of_what_is_on_screen(case: tuple[Lesson, int]) -> None:
    lesson, at = case
    settings = Settings()
    for each in lesson.steps[: at + 1]:
        settings = dataclasses.replace(settings, **dict(each.settings))
    step = lesson.steps[at]
    assert not _NOT_ON_SCREEN.search(step.text)
    assert "cloud" not in step.text.lower() or "cloud" in settings.panes
    assert not re.search(r"\*\*B\*\*|lane B", step.text) or settings.model_b != OFF
    labels = {known.label for known in SETTINGS.values() if known.label and not known.not_shown}
    named_controls = labels & set(re.findall(r"\*([^*]+)\*", step.text))
    assert named_controls <= {SETTINGS[key].label for key in step.controls}
    assert set(step.controls) <= set(row_specs())


def test_no_step_is_wider_than_the_panel(panel: LessonPanel) -> None:
    for lesson, at in STEPS:
        panel.open_lesson(lesson.name, at)
        text = panel.findChild(QTextBrowser)
        assert text is not None
        bar = text.horizontalScrollBar()
        assert bar is not None
        assert bar.maximum() == 0


def test_the_panel_can_be_closed(qtbot: QtBot, panel: LessonPanel) -> None:
    with qtbot.waitSignal(panel.closed):
        qtbot.mouseClick(button(panel, "Close lessons (F1)"), LEFT)
