"""`lessons`: lists the lessons, checks them without a display, or writes their sheets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.options import DEBUG, add_common
from models.errors import UserError

if TYPE_CHECKING:
    from app.lessons.library import Library


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_common(parser, DEBUG)
    parser.add_argument(
        "--check", nargs="?", const="", metavar="FOLDER",
        help="walk all lessons, of FOLDER if given, and answer every question",
    )  # fmt: skip
    parser.add_argument(
        "--sheets", type=Path, metavar="DIR",
        help="write the teacher's sheet and a handout for each lesson",
    )  # fmt: skip
    parser.add_argument("--folder", type=Path, help="lessons of your own instead of the app's")


def run(arguments: argparse.Namespace) -> int:
    """List the lessons; with --check walk them; with --sheets write the sheets."""
    from app.lessons.library import load_lessons

    folder: Path | None = arguments.folder
    if arguments.check is not None:
        from app.commands import lessons_check

        return lessons_check.run(Path(arguments.check) if arguments.check else folder)
    library = load_lessons(folder)
    for problem in library.problems:
        print(problem, file=sys.stderr)
    if arguments.sheets is not None:
        return _write(library, arguments.sheets) or bool(library.problems)
    for lesson in library.lessons:
        print(f"{lesson.name}  {lesson.title} ({lesson.minutes} minutes)")
    return 1 if library.problems else 0


def _write(library: Library, folder: Path) -> int:
    from app.lessons.sheets import write_sheets

    try:
        paths = write_sheets(library.lessons, folder)
    except OSError as error:
        why = error.strerror or "unknown reason"
        raise UserError(f"{folder} cannot be written ({why}); choose another folder.") from error
    print(f"{len(paths)} sheets, {folder}")
    return 0
