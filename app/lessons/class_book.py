"""Who is how far in which lesson, and what was answered: kept in memory until it is saved."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.lessons.lesson import Lesson
from app.lessons.walk import Given, Walk
from models.plain_text import single_line

COLUMNS = ("time", "name", "lesson", "step", "part", "question", "answer", "right", "measured")
LONGEST_NAME = 60
MOST_ROWS = 20_000
_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class _Row:
    """One answer that was given: when, by whom ("" without a name), and what."""

    at: datetime
    name: str
    walk: Walk
    given: Given


class ClassBook:
    """Progress and answers of one session of the app. Nothing is written before `csv` is asked for.

    Parameters
    ----------
    now
        Clock, in local time.
    """

    def __init__(self, now: Callable[[], datetime] = datetime.now) -> None:
        self._now = now
        self._name = ""
        self._walks: dict[tuple[str, str], Walk] = {}
        self._rows: list[_Row] = []

    @property
    def answers(self) -> int:
        """How many answers were given."""
        return len(self._rows)

    def set_student(self, name: str, is_class: bool = False) -> None:
        """Say who answers from now on; the whole class answers without a name."""
        self._name = "" if is_class else single_line(name, LONGEST_NAME).strip()

    def walk(self, lesson: Lesson) -> Walk:
        """Where the one who answers now is in a lesson; at its beginning if finished or new."""
        known = self._walks.get((self._name, lesson.name))
        if known is None or known.lesson != lesson or known.is_finished:
            return Walk(lesson)
        return known

    def keep(self, walk: Walk) -> None:
        """Remember where a student is; an answer that is new is added to the table."""
        key = (self._name, walk.lesson.name)
        old, self._walks[key] = self._walks.get(key), walk
        before = old.answers if old is not None and old.lesson == walk.lesson else {}
        given = walk.given
        if given is not None and before.get(walk.place) != given and len(self._rows) < MOST_ROWS:
            self._rows.append(_Row(self._now(), self._name, walk, given))

    def progress(self, lesson: Lesson) -> str:
        """How far the one who answers now is, in words; "" if nothing was answered."""
        known = self._walks.get((self._name, lesson.name))
        if known is None or known.lesson != lesson or not known.answers:
            return ""
        right = sum(given.is_right for given in known.answers.values())
        done = f"{len(known.answers)} of {len(lesson.questions)} answered, {right} right"
        return f"✓ {done}" if known.is_finished else done

    def csv(self) -> str:
        """All answers as a table with a line of titles, for a spreadsheet."""
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        for row in self._rows:
            table.writerow(map(_harmless, _cells(row)))
        return text.getvalue()


def _cells(row: _Row) -> tuple[str, ...]:
    walk, given = row.walk, row.given
    question = walk.question
    assert question is not None  # only what is asked can be answered
    return (
        row.at.isoformat(" ", "seconds"),
        row.name,
        walk.lesson.title,
        str(walk.place.step + 1),
        walk.place.stage.value,
        question.text,
        question.answers[given.choice].text,
        "yes" if given.is_right else "no",
        given.measured,
    )


def _harmless(text: str) -> str:
    """`text` such that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
