"""The lessons of a folder: those that came with the app, and those that a teacher wrote."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from itertools import islice
from pathlib import Path

from app.lessons.blocks import MAX_BYTES, LessonError, refuse
from app.lessons.lesson import Lesson
from app.lessons.parser import parse_lesson
from models.errors import UserError
from models.plain_text import LINE, single_line

NOT_LESSONS = ("readme",)
MOST_FILES = 100
MOST_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Library:
    """What a folder holds.

    Attributes
    ----------
    lessons
        In the order of the numbers and names of their files.
    problems
        What is wrong with the files that are no usable lessons, one sentence each.
    """

    lessons: tuple[Lesson, ...]
    problems: tuple[str, ...] = ()

    def lesson(self, name: str) -> Lesson:
        """The lesson of that name.

        Raises
        ------
        KeyError
            If there is none.
        """
        return {lesson.name: lesson for lesson in self.lessons}[name]


def built_in_folder() -> Path:
    """Where the lessons are that came with the app."""
    return Path(str(resources.files("resources"))) / "lessons"


def load_lessons(folder: Path | None = None) -> Library:
    """Read every lesson of a folder, by default those that came with the app.

    A file that is no usable lesson costs itself alone.

    Raises
    ------
    UserError
        If the folder cannot be read or has no Markdown file.
    """
    folder = folder or built_in_folder()
    lessons: list[Lesson] = []
    problems: list[str] = []
    for path in lesson_files(folder):
        try:
            lessons.append(read_lesson(path))
        except LessonError as error:
            problems.append(str(error))
    return Library(tuple(lessons), tuple(problems))


def lesson_files(folder: Path) -> list[Path]:
    """The Markdown files of a folder that are not hidden and no README, in order.

    Raises
    ------
    UserError
        If it cannot be read or has none.
    """
    name = single_line(str(folder), LINE)
    try:
        paths = [path for path in folder.iterdir() if _is_lesson(path)]
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise UserError(f"The folder {name} cannot be read ({why}); choose another one.") from error
    if not paths:
        raise UserError(f"There is no lesson in {name}; a lesson is a file NAME.md.")
    if len(paths) > MOST_FILES:
        raise UserError(f"{name} has over {MOST_FILES} files NAME.md; choose a smaller folder.")
    return sorted(paths, key=_order)


def read_lesson(path: Path) -> Lesson:
    """Read one file.

    Raises
    ------
    LessonError
        If it is no usable lesson or cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refuse(path.name, 1, error.strerror or "it cannot be read") from error
    if len(data) > MAX_BYTES:
        raise refuse(path.name, 1, f"a lesson has at most {MAX_BYTES // 1024} KiB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(path.name, line, "the file is not in UTF-8") from error
    return parse_lesson(path.stem, text, path.name)


def holds_lessons(path: Path) -> bool:
    """Whether a path is a lesson's file, or a folder with one among its first Markdown files."""
    if path.suffix.lower() == ".md":
        return path.is_file()
    try:
        files = [each for each in islice(path.iterdir(), 1_000) if _is_lesson(each)]
    except OSError:
        return False
    return any(_begins_like_a_lesson(each) for each in files[:MOST_LOOKED_AT])


def _begins_like_a_lesson(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            lines = file.read(1_000).splitlines()
    except OSError:
        return False
    return bool(lines) and lines[0].strip() == b"---" and any(b"lesson:" in one for one in lines)


def _is_lesson(path: Path) -> bool:
    return (
        path.suffix.lower() == ".md"
        and not path.name.startswith(".")
        and path.stem.lower() not in NOT_LESSONS
        and path.is_file()
    )


def _order(path: Path) -> tuple[int, str]:
    """By the number at the beginning of the name, then by name."""
    digits = path.stem.partition("-")[0]
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 10**9
    return number, path.name
