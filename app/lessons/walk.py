"""The way through a lesson: what is asked next, and what was answered. No window, no clock."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.lessons.lesson import Lesson, Part, Place, Question, Stage
from app.lessons.quantities.quantity import Reading


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was given.

    Attributes
    ----------
    choice
        Index of the answer.
    right
        Index of the right one: of a measurement the one that the reading decided.
    measured
        What was measured, in words; "" for a prediction.
    """

    choice: int
    right: int
    measured: str = ""

    @property
    def is_right(self) -> bool:
        """Whether it is the right one."""
        return self.choice == self.right


@dataclass(frozen=True, slots=True)
class Walk:
    """A student's way through a lesson. Every step makes a new value.

    Attributes
    ----------
    lesson
        The lesson.
    at
        Number of the current place.
    answers
        What was answered, by place. The first answer counts.
    """

    lesson: Lesson
    at: int = 0
    answers: Mapping[Place, Given] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.lesson.places[self.at]

    @property
    def part(self) -> Part:
        """The part of the lesson there."""
        return self.lesson.part_at(self.place)

    @property
    def question(self) -> Question | None:
        """What is asked there, answered or not."""
        return self.part.question

    @property
    def given(self) -> Given | None:
        """The answer given there."""
        return self.answers.get(self.place)

    @property
    def prediction(self) -> Given | None:
        """What was predicted in this step."""
        return self.answers.get(Place(self.place.step, Stage.PREDICT))

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is missing here, before which it does not go on."""
        return self.question is not None and self.given is None

    @property
    def can_go_on(self) -> bool:
        """Whether there is a next place, and nothing is missing here."""
        return not self.is_waiting and self.at < len(self.lesson.places) - 1

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place before."""
        return self.at > 0

    @property
    def is_finished(self) -> bool:
        """Whether it is at the last place and every question was answered."""
        return self.at == len(self.lesson.places) - 1 and not self.is_waiting

    def answered(self, choice: int, reading: Reading | None = None) -> Walk:
        """Answer the question here.

        Parameters
        ----------
        choice
            Index of the answer.
        reading
            Of a measurement: what was measured at this moment.

        Raises
        ------
        ValueError
            If nothing is asked here, it was answered before, there is no such answer, or a
            measurement has no reading.
        """
        question = self.question
        if question is None or self.given is not None:
            raise ValueError("nothing is asked here any more")
        if not 0 <= choice < len(question.answers):
            raise ValueError(f"there is no answer {choice}")
        if question.quantity and reading is None:
            raise ValueError("nothing was measured")
        right = question.right if reading is None else question.right_for(reading.value)
        given = Given(choice, right, reading.said if reading is not None else "")
        return dataclasses.replace(
            self, answers=MappingProxyType({**self.answers, self.place: given})
        )

    def gone_on(self) -> Walk:
        """The next place; the same where it cannot go on."""
        return dataclasses.replace(self, at=self.at + 1) if self.can_go_on else self

    def gone_back(self) -> Walk:
        """The place before; the same at the first."""
        return dataclasses.replace(self, at=max(0, self.at - 1))
