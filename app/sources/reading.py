"""Reading a source to its end, for work in which every frame counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av.error

from app.core.source import Ended, Reading, SignalLost, Source
from models.errors import SourceError
from models.frames import Frame

_READ_S = 1.0


def frames_of(source: Source, is_over: Callable[[], bool]) -> Iterator[Frame]:
    """Every frame of a source that is not live, until its end or until `is_over` says so.

    Raises
    ------
    SourceError
        If the source fails, whatever its library raises then.
    """
    while not is_over():
        reading = _read(source)
        if isinstance(reading, Ended):
            return
        if isinstance(reading, SignalLost):
            raise SourceError(reading.sentence)
        if reading is not None:
            yield reading


def _read(source: Source) -> Reading:
    try:
        return source.read(_READ_S)
    except (OSError, av.error.FFmpegError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SourceError(
            f"{source.info.title} can't be read any further ({why}); check the file or the "
            "connection."
        ) from error
