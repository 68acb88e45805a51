"""Looking into folders of data sets. They come from elsewhere: counts are bounded, errors told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.sources.picture_files import is_picture_name, natural_key
from models.errors import UsageError

MOST_CLIPS = 20_000
MOST_FRAMES = 200_000
"""Of one folder; more is not a data set that this was written for."""
PAGE = "docs/evaluation.md"


def subfolders(folder: Path) -> list[Path]:
    """Folders in a folder, in natural order; none if it is not there. Raises UsageError."""
    return _entries(folder, lambda path: path.is_dir(), MOST_CLIPS)


def files(folder: Path, suffixes: Sequence[str] = ()) -> list[Path]:
    """Files with one of the suffixes, or pictures, in natural order. Raises UsageError."""
    wanted = {suffix.lower() for suffix in suffixes}

    def fits(path: Path) -> bool:
        known = path.suffix.lower() in wanted if wanted else is_picture_name(path)
        return known and path.is_file()

    return _entries(folder, fits, MOST_FRAMES)


def _entries(folder: Path, fits: Callable[[Path], bool], most: int) -> list[Path]:
    found = []
    try:
        if not folder.is_dir():
            return []
        for path in folder.iterdir():
            if path.name.startswith(".") or not fits(path):
                continue
            found.append(path)
            if len(found) > most:
                raise UsageError(
                    f"{folder} has more than {most} entries; name a data set's folder."
                )
    except OSError as error:
        raise UsageError(f"Can't read the folder {folder} ({error.strerror}).") from error
    return sorted(found, key=natural_key)


def existing(root: Path, *candidates: str) -> Path | None:
    """The first of the folders below `root` that is there; "" is `root` itself."""
    return next((root / one for one in candidates if (root / one).is_dir()), None)


def check_folder(root: Path, title: str) -> None:
    """Raise UsageError if `root` is no folder, or an empty one."""
    try:
        if not root.is_dir():
            raise UsageError(f"There is no folder {root}; check the path given for {title}.")
        if next(root.iterdir(), None) is None:
            raise UsageError(f"The folder {root} is empty; check the path given for {title}.")
    except OSError as error:
        raise UsageError(f"Can't read the folder {root} ({error.strerror}).") from error


def unlike(root: Path, title: str, missed: str) -> UsageError:
    """The error for a folder in which `missed`, a path or a pattern, was not found."""
    return UsageError(
        f"{root} is not laid out as {title} is published: there is no {missed}; see {PAGE}."
    )


def chosen(folders: Sequence[Path], published: Sequence[str]) -> list[Path]:
    """The folders of a published split, or all if none of them is there."""
    names = frozenset(published)
    return [one for one in folders if one.name in names] or list(folders)


def stems(paths: Sequence[Path]) -> dict[str, Path]:
    """Files by their names without suffix."""
    return {path.stem: path for path in paths}
