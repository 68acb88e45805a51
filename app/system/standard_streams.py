"""Standard input and output that are closed, full, or no longer read."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO


class OutputError(Exception):
    """Standard output cannot be written; ``str(error)`` is one sentence."""


def fill_closed_streams() -> None:
    """Open the null device in place of standard streams that are closed.

    Otherwise the next file that is opened gets their number, and what is meant for a terminal may
    end in it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one


@contextlib.contextmanager
def checked_output() -> Iterator[None]:
    """Raise OutputError where standard output cannot be written, at the end at the latest.

    Raises
    ------
    BrokenPipeError
        If its reader has gone.
    OutputError
        If it cannot be written for another reason.
    """
    plain = sys.stdout
    if plain is None:
        yield
        return
    checked = _CheckedOutput(plain)
    try:
        with contextlib.redirect_stdout(checked):
            try:
                yield
            finally:
                checked.flush()
    except (BrokenPipeError, OutputError):
        _discard(plain)
        raise


class _CheckedOutput:
    """A text stream whose failures cannot be taken for those of other files."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with _named_failures():
            try:
                return self._stream.write(text)
            except UnicodeEncodeError:  # such as names of files that are not UTF-8
                return self._stream.write(_encodable(text, self._stream.encoding or "ascii"))

    def flush(self) -> None:
        with _named_failures():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _encodable(text: str, encoding: str) -> str:
    """`text` with replacement characters for what `encoding` does not have."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return whole.encode(encoding, "replace").decode(encoding)


@contextlib.contextmanager
def _named_failures() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(
            f"Standard output can't be written ({why}); send it elsewhere and run again."
        ) from error


def _discard(stream: TextIO) -> None:
    """Drop what waits for `stream`, so that the interpreter does not try again at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
