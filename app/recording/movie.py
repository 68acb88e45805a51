"""H.264 (and AAC) in fragmented MP4, which can be played up to the last complete fragment.

A usual MP4 has its table at the end and is lost without it. Here each fragment of a quarter of a
second is complete, and the encoder holds no frame back (no look-ahead, no reordered frames), so
that only the current fragment is lost when the process dies. A fragment is written when it is long
enough, or once its pictures have waited too long because frames are rare.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.media.encoders import AacEncoder, H264Encoder
from app.media.mp4_boxes import TICKS_PER_S
from app.media.mp4_file import Mp4File

log = logging.getLogger(__name__)

UInt8 = NDArray[np.uint8]
Float32 = NDArray[np.float32]

FRAGMENT_S = 0.25  # media time
_MAX_FRAGMENT_WALL_S = 0.3  # wall-clock time before a fragment is ended early
_KEY_EVERY = 15  # frames; upper limit of what a seek in the replay has to decode
_ENCODING = {
    "crf": "18",
    "preset": "superfast",
    "tune": "zerolatency",
    "g": str(_KEY_EVERY),
    "threads": "2",
}


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """Format of the input's sound: samples per second, 1 or 2 channels."""

    rate: int
    channels: int


class MovieWriter:
    """Writes (H, W, 3) uint8 RGB pictures of one size at times in 1/90000 s, and sound.

    H.264 needs even sides: in an odd picture the last row or column is repeated, and the index has
    the true size. `clock` is time.monotonic except in tests.

    Raises
    ------
    OSError
        If the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        sound: SoundFormat | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._video = H264Encoder(size, _ENCODING)
        self._rate = 0 if sound is None else sound.rate
        self._sound = None if sound is None else AacEncoder(sound.rate, sound.channels)
        self._samples = AacEncoder.PRIMING  # number of the next one
        self._first_waiting: int | None = None  # time of the first picture that is not on disk
        self._waiting_since_s = 0.0
        formats = [self._video.format(1)]
        if self._sound is not None:
            formats.append(self._sound.format(2))
        self._file = Mp4File(path, formats)

    def write(self, rgb: UInt8, ticks: int) -> None:
        """Append an (H, W, 3) uint8 picture, shown from `ticks` on; times must increase."""
        waiting = self._first_waiting
        if waiting is not None and ticks - waiting >= FRAGMENT_S * TICKS_PER_S:
            self._flush(ticks)
        self.flush_overdue()
        for sample in self._video.encode(rgb, ticks):
            self._file.add(0, sample.time, sample.data, sample.is_key)
            if self._first_waiting is None:
                self._first_waiting = sample.time
                self._waiting_since_s = self._clock()

    def flush_overdue(self) -> None:
        """Write pictures that have waited too long; called while no frame arrives."""
        if self._first_waiting is None:
            return
        if self._clock() - self._waiting_since_s >= _MAX_FRAGMENT_WALL_S:
            self._flush()

    def write_sound(self, samples: Float32, start: int) -> None:
        """Append (N, channels) float32 samples in -1 to 1, the first at sample `start` of the file.

        Clock jitter is smoothed; gaps become silence; overlap is dropped.
        """
        if self._sound is None:
            return
        rate = self._rate
        ahead = self._samples - start
        if ahead > rate // 20:
            samples = samples[ahead:]
        for hole in range(self._samples, start if -ahead > rate // 20 else 0, rate):
            self._encode_sound(np.zeros((min(rate, start - hole), samples.shape[1]), np.float32))
        if len(samples):
            self._encode_sound(samples)

    def close(self) -> None:
        """Finish the file as far as possible; what cannot be written is left out."""
        try:
            for sample in self._video.finish():
                self._file.add(0, sample.time, sample.data, sample.is_key)
            for packet in () if self._sound is None else self._sound.finish():
                self._file.add(1, packet.time, packet.data)
            self._file.close()
        except OSError as error:
            log.warning("the end of a video could not be written: %s", error)

    def _flush(self, end: int | None = None) -> None:
        self._first_waiting = None
        self._file.flush(end)

    def _encode_sound(self, samples: Float32) -> None:
        assert self._sound is not None
        start, self._samples = self._samples, self._samples + len(samples)
        for packet in self._sound.encode(samples, start):
            self._file.add(1, packet.time, packet.data)
