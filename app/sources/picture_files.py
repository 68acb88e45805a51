"""Which files are the pictures of a folder or a pattern, and in which order."""

from __future__ import annotations

import fnmatch
import re
from glob import glob
from pathlib import Path

from models.errors import SourceError

PICTURE_SUFFIXES = frozenset(
    """
    .bmp .exr .jp2 .jpeg .jpg .pgm .png .pnm .ppm .tif .tiff .webp
    """.split()  # noqa: SIM905 - a list of words
)
_NUMBER_FIELD = re.compile(r"%0?(\d*)d")
_LONGEST_NAME = 255
_DIGITS = re.compile(r"([0-9]+)")


def find_pictures(location: str) -> list[Path]:
    """Pictures of a folder, a pattern (`shot*.png`, `shot_%04d.png`) or a single file, in order.

    Only regular files count, and none whose name starts with a dot, such as the `._NAME` that macOS
    puts beside NAME on other disks.

    Raises
    ------
    SourceError
        If there are none, or the folder cannot be read.
    """
    folder = Path(location)
    try:
        if folder.is_file():
            return [folder]
        if folder.is_dir():
            found = [path for path in folder.iterdir() if is_picture_name(path)]
            where = f"The folder {location} has no pictures"
        else:
            found = _matching(folder)
            where = f"No picture matches {location}"
        found = [path for path in found if path.is_file() and not path.name.startswith(".")]
    except OSError as error:
        raise SourceError(f"Can't read the folder {location} ({error.strerror}).") from error
    if not found:
        raise SourceError(f"{where}; pictures are files such as .png, .jpg, .tif or .webp.")
    return sorted(found, key=natural_key)


def is_picture_name(path: Path) -> bool:
    """Whether a file of this name is taken for a picture."""
    return path.suffix.lower() in PICTURE_SUFFIXES


def natural_key(path: Path) -> tuple[tuple[int | str, ...], str]:
    """Key for natural order: picture 2 comes before picture 10."""
    parts = _DIGITS.split(path.name.casefold())  # every second one is a number
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts)), path.name


def last_number(name: str) -> int | None:
    """The number nearest the end of a name without suffix, 12 in "cam2_000012"; None without."""
    numbers = _DIGITS.findall(name)
    return int(numbers[-1]) if numbers else None


def is_pattern(location: str) -> bool:
    """Whether `location` is a pattern for several files."""
    return any(sign in location for sign in "*?[") or bool(_NUMBER_FIELD.search(location))


def _matching(pattern: Path) -> list[Path]:
    """Files that match a pattern, which may also choose among folders if none has that name."""
    if pattern.parent.is_dir():
        folders = [pattern.parent]
    else:
        folders = [Path(name) for name in glob(str(pattern.parent)) if Path(name).is_dir()]
    fits = _expression(pattern.name)
    return [path for folder in folders for path in folder.iterdir() if fits.fullmatch(path.name)]


def _expression(name: str) -> re.Pattern[str]:
    """With a number field everything else is meant literally; otherwise it is a shell's pattern."""
    if not _NUMBER_FIELD.search(name):
        return re.compile(fnmatch.translate(name))
    pieces: list[str] = []
    end = 0
    for field in _NUMBER_FIELD.finditer(name):
        pieces.append(re.escape(name[end : field.start()]))
        least = min(int(field[1][:9] or 1), _LONGEST_NAME)
        pieces.append(rf"[0-9]{{{least},}}")
        end = field.end()
    return re.compile("".join(pieces) + re.escape(name[end:]))
