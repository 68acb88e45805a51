"""Small text files: written completely or not at all, set aside when they are damaged."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import filelock

from models.errors import UserError

log = logging.getLogger(__name__)

MAX_BYTES = 1 << 20
"""Of a file of settings, presets or viewpoints; they have some kilobytes."""

_LOCK_S = 1.0

T = TypeVar("T")


def write_atomically(path: Path, text: str, *, private: bool = False) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never half.

    Parameters
    ----------
    private
        Only the user may read the file; else the user's default permissions apply.

    Raises
    ------
    OSError
        If writing fails; an old file is intact then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    mode = 0o600 if private else 0o666
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def write_json(path: Path, figures: object) -> None:
    """Write plain values as standard JSON to a path that the user chose.

    NaN and infinities, which JSON lacks, become null.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    text = json.dumps(_known(figures), indent=2, allow_nan=False) + "\n"
    try:
        write_atomically(path, text)
    except OSError as error:
        why = error.strerror or str(error)
        raise UserError(f"Can't write {path}: {why}; choose another file.") from error


def _known(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _known(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_known(inner) for inner in value]
    return value


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other windows from changing the file `path` meanwhile, so that no change is lost.

    If another window holds the lock for longer than a moment, or there can be no lock, the work
    goes on without it: a change of this window is worth more than the order of two.

    Raises
    ------
    OSError
        If the folder cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(path.with_name(f"{path.name}.lock"), timeout=_LOCK_S)
    try:
        lock.acquire()
    except (OSError, NotImplementedError) as error:  # filelock.Timeout is an OSError
        log.warning("%s is changed without a lock: %s", path, error)
    try:
        yield
    finally:
        lock.release()


def read_json(
    path: Path, what: str, version: int, parts: Callable[[Any], T]
) -> tuple[T | None, str]:
    """Read JSON and return what `parts` finds in it, and a note for the user, empty if all is well.

    The value is None if there is no such file, or if it is damaged; a damaged file is set aside.
    So is one of a newer version, of which what `parts` finds is used: saving would lose the rest.

    Parameters
    ----------
    path
        The file.
    what
        Name of the contents in the note, in the plural.
    version
        The newest `version` in a file that this version of the app writes and understands.
    parts
        Takes the parsed JSON.
    """
    try:
        document = json.loads(bounded_text(path))
        found, is_newer = parts(document), int(document.get("version", 1)) > version
    except FileNotFoundError:
        return None, ""
    except (
        OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError
    ) as error:  # fmt: skip
        log.warning("%s cannot be read: %s", path, error)
        aside = set_aside(path)
        if aside is None:
            return None, f"Can't read the {what}."
        return None, f"The {what} were damaged; the file was kept as {aside.name}."
    if not is_newer:
        return found, ""
    aside = set_aside(path, "newer")
    kept = f"the file was kept as {aside.name} and what" if aside is not None else "only what"
    return found, (
        f"The {what} are from a newer version of the app; {kept} this version knows is in use."
    )


def bounded_text(path: Path) -> str:
    """Text of a small file. Raises OSError, or ValueError if it is too long or no UTF-8."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError("the file is too long")
    return data.decode("utf-8")


def set_aside(path: Path, why: str = "damaged") -> Path | None:
    """Rename a file that is `why` (damaged, too new), so that it is kept; None if that fails."""
    aside = path.with_name(f"{path.stem}.{why}-{int(time.time())}{path.suffix}")
    try:
        path.rename(aside)
    except OSError as error:
        log.warning("cannot set %s aside: %s", path, error)
        return None
    return aside
