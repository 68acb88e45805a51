"""Reading a file's table of frames on a thread of its own: the first picture does not wait."""

from __future__ import annotations

import logging
import threading

import av.error

from app.media.decoder import VideoDecoder
from app.media.frame_table import FrameTable
from app.media.index import CountingCancelled
from models.errors import SourceError

log = logging.getLogger(__name__)

_CLOSING_S = 2.0


class FrameCounting:
    """Reads the table of a file through a second opening.

    Parameters
    ----------
    decoder
        Of the file; only its `read_table` is used here.
    size_bytes
        Length of the file.
    """

    def __init__(self, decoder: VideoDecoder, size_bytes: int) -> None:
        self._decoder = decoder
        self._size_bytes = max(1, size_bytes)
        self._cancel = threading.Event()
        self._done = threading.Event()
        self._position = 0
        self._table: FrameTable | None = None
        self._thread = threading.Thread(target=self._work, name="counting frames", daemon=True)

    def start(self) -> None:
        """Begin in the background."""
        self._thread.start()

    def run(self) -> None:
        """Do it all now, on this thread."""
        self._work()

    @property
    def is_done(self) -> bool:
        """Whether there is a result."""
        return self._done.is_set()

    @property
    def percent(self) -> int:
        """How much of the file was read, 0 to 100."""
        return min(100, 100 * self._position // self._size_bytes)

    def wait(self, timeout_s: float) -> bool:
        """Wait for the result; False if it is not there in time."""
        return self._done.wait(timeout_s)

    @property
    def table(self) -> FrameTable | None:
        """The table; None if it is not known yet, or the file could not be read."""
        return self._table if self.is_done else None

    def cancel(self) -> None:
        """Stop soon, and wait for that within bounds; may be called twice."""
        self._cancel.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(_CLOSING_S)

    def _work(self) -> None:
        try:
            self._table = self._decoder.read_table(self._go_on)
        except CountingCancelled:
            pass
        except (SourceError, av.error.FFmpegError, OSError) as error:
            log.warning("the frames of %s cannot be counted: %s", self._decoder.name, error)
        finally:
            self._done.set()

    def _go_on(self, position: int) -> bool:
        self._position = max(self._position, position)
        return not self._cancel.is_set()
