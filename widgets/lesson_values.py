"""What the lesson panel shows: values that the lessons' controller makes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Mark(Enum):
    """What is known about an answer once the question was answered; the sign stands before it."""

    OPEN = ""
    RIGHT = "✓"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer.

    Attributes
    ----------
    text
        Plain text.
    mark
        Whether it is right, once that is known.
    """

    text: str
    mark: Mark = Mark.OPEN


@dataclass(frozen=True, slots=True)
class LessonPage:
    """One page of a lesson.

    Attributes
    ----------
    stage
        What the reader does here: "Predict", "Observe", …
    title
        Of the step.
    where
        Where this is in the lesson, such as "Step 1 of 2".
    verdict, reply
        What became of the reader's answer, and why; "" where nothing was answered.
    text
        Markdown.
    question
        Plain text; "" where nothing is asked.
    answers
        To choose from, if `may_answer`.
    note
        What the page waits for.
    controls
        Settings, by field name, whose controls stand below the text.
    forward
        Words on the button that leads on.
    may_answer, may_go_on, may_go_back
        What is possible now.
    """

    stage: str
    title: str
    where: str
    text: str
    verdict: str = ""
    reply: str = ""
    question: str = ""
    answers: tuple[AnswerLine, ...] = ()
    note: str = ""
    controls: tuple[str, ...] = ()
    forward: str = "Next"
    may_answer: bool = False
    may_go_on: bool = True
    may_go_back: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells this page from others; its note and choice may change while it is shown."""
        return self.stage, self.where, self.verdict


@dataclass(frozen=True, slots=True)
class LessonEntry:
    """One lesson in the list.

    Attributes
    ----------
    name
        What identifies it.
    title, summary
        Plain text.
    progress
        How far one is, such as "3 of 4 answered"; "" if it was not begun.
    """

    name: str
    title: str
    summary: str
    progress: str = ""


@dataclass(frozen=True, slots=True)
class LessonList:
    """The list of lessons.

    Attributes
    ----------
    entries
        In order.
    problems
        What is wrong with files that are no usable lessons, one sentence each.
    folder
        Name of the folder that they came from; "" for the app's own.
    answers
        How many answers could be saved.
    """

    entries: tuple[LessonEntry, ...]
    problems: tuple[str, ...] = ()
    folder: str = ""
    answers: int = 0
