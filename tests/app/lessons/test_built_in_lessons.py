"""The lessons that come with the app: their rules, and that their answers are true."""

from __future__ import annotations

import dataclasses
import re

import pytest

from app.commands.lessons_check import measured
from app.lessons.check import check_lesson
from app.lessons.lesson import Lesson, Part, Place, Stage
from app.lessons.library import load_lessons
from app.settings.settings import SETTINGS, Settings
from models.registry import OFF

LIBRARY = load_lessons()
LESSONS = LIBRARY.lessons
PLACES = [(lesson, place) for lesson in LESSONS for place in lesson.places]
RELIED_ON = {
    "source", "model_a", "model_b", "memory", "input_size", "input_budget", "view", "panes",
    "range_mode", "range_locked", "edges",
}  # fmt: skip
_NOT_ON_SCREEN = re.compile(r"inspector|\bmenus?\b|status (bar|strip)|tool bar", re.IGNORECASE)

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[one.name for one in LESSONS])
each_place = pytest.mark.parametrize(
    ("lesson", "place"), PLACES, ids=[f"{one.name}-{p.step + 1}-{p.stage}" for one, p in PLACES]
)


def texts(part: Part) -> str:
    """All that a reader sees of a part."""
    said = [part.text]
    if part.question is not None:
        said.append(part.question.text)
        said += [text for a in part.question.answers for text in (a.text, a.reply)]
    return "\n".join(said)


def test_every_file_is_a_lesson_with_a_title_of_its_own() -> None:
    assert not LIBRARY.problems
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)
    numbers = [int(lesson.name.partition("-")[0]) for lesson in LESSONS]
    assert numbers == sorted(set(numbers))


@each_lesson
@pytest.mark.timeout(240)
def test_every_answer_that_is_marked_is_what_the_built_in_scene_gives(lesson: Lesson) -> None:
    checked = check_lesson(lesson, measured)
    assert not checked.problems
    assert checked.questions == len(lesson.questions)


@each_lesson
def test_a_lesson_begins_by_saying_all_that_it_relies_on(lesson: Lesson) -> None:
    assert set(lesson.settings) >= RELIED_ON
    later = {key for place in lesson.places for key in lesson.part_at(place).settings}
    assert later <= set(lesson.settings)


@each_lesson
def test_every_step_ends_with_something_to_measure(lesson: Lesson) -> None:
    assert lesson.minutes <= 5
    assert lesson.say
    for step in lesson.steps:
        assert step.part(Stage.MEASURE) is not None, step.title


@each_lesson
def test_every_observation_shows_something_that_the_prediction_did_not(lesson: Lesson) -> None:
    for number in range(len(lesson.steps)):
        before = Settings(**lesson.settings_at(Place(number, Stage.PREDICT)))  # type: ignore[arg-type]
        after = Settings(**lesson.settings_at(Place(number, Stage.OBSERVE)))  # type: ignore[arg-type]
        assert before != after


@each_place
def test_a_part_is_short_and_says_what_to_do(lesson: Lesson, place: Place) -> None:
    part = lesson.part_at(place)
    words = len(part.text.split())
    if part.question is not None:
        assert words + len(part.question.text.split()) <= 70
        assert all(len(answer.text) <= 70 for answer in part.question.answers)
        assert all(len(answer.reply.split()) <= 32 for answer in part.question.answers)
    else:
        assert words <= 80
    if place.stage is Stage.OBSERVE:
        assert "**" in part.text


@each_place
def test_a_part_speaks_only_of_what_is_on_screen(lesson: Lesson, place: Place) -> None:
    part = lesson.part_at(place)
    settings = dataclasses.replace(Settings(), **lesson.settings_at(place))  # type: ignore[arg-type]
    said = part.text if part.question is None else f"{part.text}\n{part.question.text}"
    assert not _NOT_ON_SCREEN.search(texts(part))
    assert "cloud" not in said.lower() or "cloud" in settings.panes
    assert not re.search(r"\*\*B\*\*|lane B", said) or settings.model_b != OFF
    labels = {known.label for known in SETTINGS.values() if known.label and not known.not_shown}
    named = labels & set(re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", said))
    assert named <= {SETTINGS[key].label for key in part.controls}
