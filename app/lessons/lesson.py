"""What a lesson is: steps in which a student predicts, observes, explains and measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Values = Mapping[str, object]
"""Values of settings, by field name, in the types of their fields."""


class Stage(StrEnum):
    """The parts of a step, in their order; the values are what a file calls them."""

    PREDICT = "predict"
    OBSERVE = "observe"
    EXPLAIN = "explain"
    MEASURE = "measure"

    @property
    def asks(self) -> bool:
        """Whether it has a question, which must be answered before the next part."""
        return self in (Stage.PREDICT, Stage.MEASURE)


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low`, included, to `high`, excluded; None is open."""

    low: float | None = None
    high: float | None = None

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, (int, float)):
            return False
        above = self.low is None or value >= self.low
        return above and (self.high is None or value < self.high)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question.

    Attributes
    ----------
    text
        One line of Markdown.
    reply
        What is said to those who chose it: why a misconception is one.
    is_right
        Of a prediction, whether it is right. Of a measurement, whether it is what the built-in
        scene gives, which `lessons --check` verifies; in the window the measurement decides.
    holds
        Of a measurement: the numbers, or the word, for which this answer is right.
    line
        Where it stands in its file.
    """

    text: str
    reply: str
    is_right: bool
    holds: Span | str | None = None
    line: int = 0

    @property
    def example(self) -> float | str:
        """A value for which the answer to a measurement is right."""
        if not isinstance(self.holds, Span):
            return self.holds or ""
        if self.holds.low is not None:
            return self.holds.low
        return self.holds.high - 1.0 if self.holds.high is not None else 0.0

    def is_right_for(self, value: float | str) -> bool:
        """Whether it is the right answer if `value` was measured."""
        return value in self.holds if isinstance(self.holds, Span) else value == self.holds


@dataclass(frozen=True, slots=True)
class Question:
    """A question with two to four answers, exactly one of them marked as right.

    Attributes
    ----------
    text
        Markdown; the last paragraph before the answers.
    quantity
        Key of what is measured (`app.lessons.quantities`); "" for a prediction.
    """

    text: str
    answers: tuple[Answer, ...]
    quantity: str = ""

    @property
    def right(self) -> int:
        """Index of the answer that is marked as right."""
        return next(at for at, answer in enumerate(self.answers) if answer.is_right)

    def right_for(self, value: float | str) -> int:
        """Index of the answer that is right if `value` was measured.

        Raises
        ------
        ValueError
            If there is none, as for NaN.
        """
        for at, answer in enumerate(self.answers):
            if answer.is_right_for(value):
                return at
        raise ValueError(f"no answer covers {value}")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a step.

    Attributes
    ----------
    stage
        Which part.
    text
        Markdown; of a question what stands before it.
    settings
        What differs on screen from the part before.
    controls
        Settings whose controls stand below the text, for the reader to change.
    say
        For the teacher's sheet: what to say or do.
    question
        Of `Stage.PREDICT` and `Stage.MEASURE`.
    line
        Where it begins in its file.
    """

    stage: Stage
    text: str
    settings: Values = field(default_factory=dict)
    controls: tuple[str, ...] = ()
    say: str = ""
    question: Question | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Predict, observe, explain, and mostly measure."""

    title: str
    parts: tuple[Part, ...]

    def part(self, stage: Stage) -> Part | None:
        """The part of that stage; only `Stage.MEASURE` may be missing."""
        return next((part for part in self.parts if part.stage is stage), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one is in a lesson: number of the step, from 0, and part."""

    step: int
    stage: Stage


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of a few minutes.

    Attributes
    ----------
    name
        The file's name without its ending.
    title, summary
        One line each.
    goal
        What students can do afterwards.
    minutes
        How long it takes.
    say
        Markdown for the teacher's sheet: how to open.
    settings
        What the lesson begins with.
    steps
        At least one.
    file
        Its path, for messages.
    """

    name: str
    title: str
    summary: str
    goal: str
    minutes: int
    steps: tuple[Step, ...]
    settings: Values = field(default_factory=dict)
    say: str = ""
    file: str = field(default="", compare=False)

    @property
    def places(self) -> tuple[Place, ...]:
        """All parts of all steps, in order."""
        return tuple(
            Place(number, part.stage)
            for number, step in enumerate(self.steps)
            for part in step.parts
        )

    @property
    def questions(self) -> tuple[tuple[Place, Question], ...]:
        """All questions, in order."""
        return tuple(
            (Place(number, part.stage), part.question)
            for number, step in enumerate(self.steps)
            for part in step.parts
            if part.question is not None
        )

    def part_at(self, place: Place) -> Part:
        """The part at a place of this lesson."""
        part = self.steps[place.step].part(place.stage)
        if part is None:
            raise KeyError(place)
        return part

    def settings_at(self, place: Place) -> dict[str, object]:
        """What is set there: by the lesson, and by every part up to that place."""
        values = dict(self.settings)
        for each in self.places:
            values |= self.part_at(each).settings
            if each == place:
                break
        return values
