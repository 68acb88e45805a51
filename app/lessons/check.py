"""Walks a lesson without a window and answers every question of it, rightly and wrongly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.lessons.blocks import refuse
from app.lessons.lesson import Lesson, Question
from app.lessons.quantities import table
from app.lessons.quantities.quantity import Quantity, Reading
from app.lessons.walk import Walk
from app.settings.settings import Settings

Measure = Callable[[Settings, Quantity], Reading | None]
"""Measures a quantity with these settings; None if that was not possible."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk through one lesson found.

    Attributes
    ----------
    questions
        How many were answered.
    problems
        One sentence each, with file and line.
    """

    questions: int
    problems: tuple[str, ...]


def check_lesson(lesson: Lesson, measure: Measure) -> Checked:
    """Walk the lesson from its first to its last part.

    At every question each answer is given once. A measurement must be possible, and its result
    must be what the answer that is marked as right holds for.
    """
    walk, problems, questions = Walk(lesson), [], 0
    while True:
        if walk.question is not None:
            questions += 1
            walk, problem = _answer(walk, walk.question, measure)
            if problem:
                problems.append(problem)
        if not walk.can_go_on:
            break
        walk = walk.gone_on()
    return Checked(questions, tuple(problems))


def _answer(walk: Walk, question: Question, measure: Measure) -> tuple[Walk, str]:
    """The walk with the right answer, and what is wrong with the question, if anything."""
    marked = question.answers[question.right]
    reading, problem = None, ""
    if question.quantity:
        settings = Settings(**walk.lesson.settings_at(walk.place))  # type: ignore[arg-type]
        reading = measure(settings, table.find(question.quantity))
        problem = _problem(walk, question, reading)
        reading = reading or Reading(marked.example, "")
    right = question.right if reading is None else question.right_for(reading.value)
    for choice in range(len(question.answers)):
        walk.answered(choice, reading)
    return walk.answered(right, reading), problem


def _problem(walk: Walk, question: Question, reading: Reading | None) -> str:
    file, marked = walk.lesson.file, question.answers[question.right]
    if reading is None:
        what = f"{question.quantity} cannot be measured with the settings of this part"
        return str(refuse(file, walk.part.line, what))
    if not marked.is_right_for(reading.value):
        said = reading.said.rstrip(".")
        what = f"this answer is marked as right, but was measured as wrong ({said})"
        return str(refuse(file, marked.line, what))
    return ""
