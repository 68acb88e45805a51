"""Lessons as text: Markdown in steps, each with its settings.

A file starts with a block between two lines of ``---`` that gives ``title`` and ``summary``; each
further block starts a step with ``step`` (its title), settings by field name, and ``controls``: the
settings that the reader is to change. Markdown follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from models.plain_text import SENTENCE, single_line

FENCE = "---"
TUPLES = ("panes",)


@dataclass(frozen=True, slots=True)
class LessonStep:
    """One step: the text, and the settings that show it.

    Attributes
    ----------
    title
        Heading of the step.
    settings
        By field name; bool, int, float, str, or a tuple of str for `panes`.
    text
        Markdown.
    controls
        Settings, by field name, whose controls stand below the text.
    """

    title: str
    settings: Mapping[str, object]
    text: str
    controls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """A short course in steps. `name` is the file's name without its ending."""

    name: str
    title: str
    summary: str
    steps: tuple[LessonStep, ...]


def load_lessons(folder: Path) -> tuple[Lesson, ...]:
    """All lessons of a folder in the order of their file names, without README.

    Raises ValueError, with the file's name, if one cannot be read as a lesson.
    """
    paths = sorted(path for path in folder.glob("*.md") if path.stem != "README")
    return tuple(parse_lesson(p.stem, p.read_text(encoding="utf-8")) for p in paths)


def parse_lesson(name: str, text: str) -> Lesson:
    """Parse a lesson.

    Raises
    ------
    ValueError
        With `name` and what is wrong.
    """
    blocks = _blocks(name, text)
    if not blocks or "title" not in blocks[0][0]:
        raise ValueError(f"lesson {name}: the first block must give a title")
    head = blocks[0][0]
    steps = []
    for values, markdown in blocks[1:]:
        title = values.pop("step", "")
        if not title or not markdown:
            raise ValueError(f"lesson {name}: every step needs a title and a text")
        controls = _names(values.pop("controls", ""))
        settings = {key: _value(key, value) for key, value in values.items()}
        steps.append(LessonStep(single_line(title), MappingProxyType(settings), markdown, controls))
    if not steps:
        raise ValueError(f"lesson {name}: there is no step")
    summary = single_line(head.get("summary", ""), SENTENCE)
    return Lesson(name, single_line(head["title"]), summary, tuple(steps))


def _blocks(name: str, text: str) -> list[tuple[dict[str, str], str]]:
    """Pairs of a block's values and the text up to the next block."""
    blocks: list[tuple[dict[str, str], list[str]]] = []
    is_inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() == FENCE:
            is_inside = not is_inside
            if is_inside:
                blocks.append(({}, []))
        elif is_inside:
            key, colon, value = line.partition(":")
            if not colon:
                raise ValueError(f"lesson {name}, line {number}: expected “key: value”")
            blocks[-1][0][key.strip()] = value.strip()
        elif blocks:
            blocks[-1][1].append(line)
        elif line.strip():
            raise ValueError(f"lesson {name}, line {number}: text before the first block")
    if is_inside:
        raise ValueError(f"lesson {name}: the last block is not closed")
    return [(values, "\n".join(lines).strip()) for values, lines in blocks]


def _value(key: str, text: str) -> object:
    if key in TUPLES:
        return _names(text)
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
