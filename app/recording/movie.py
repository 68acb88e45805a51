"""H.264 (and AAC) in MP4, which can be played up to its newest pictures if the process dies.

The encoder holds no frame back (no look-ahead, no reordered frames), and the file is fragmented
until it is closed: only the newest picture is lost, with sound the newest two.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.media.encoders import AacEncoder, H264Encoder
from app.media.mp4_file import Mp4File

log = logging.getLogger(__name__)

UInt8 = NDArray[np.uint8]
Float32 = NDArray[np.float32]

_MAX_SOUND_WAITING = 30_000  # packets that wait for a picture: about ten minutes
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
    the true size.

    Raises
    ------
    OSError
        If the file cannot be written.
    """

    def __init__(self, path: Path, size: tuple[int, int], sound: SoundFormat | None = None) -> None:
        self._file = Mp4File()
        self._video = H264Encoder(self._file.container, size, _ENCODING)
        self._rate = 0
        self._sound: AacEncoder | None = None
        if sound is not None:
            self._rate = sound.rate
            self._sound = AacEncoder(self._file.container, sound.rate, sound.channels)
        self._samples = AacEncoder.PRIMING  # number of the next one
        self._file.begin(path)

    def write(self, rgb: UInt8, ticks: int) -> None:
        """Append an (H, W, 3) uint8 picture, shown from `ticks` on; times must increase."""
        for packet in self._video.encode(rgb, ticks):
            self._file.add_picture(packet)

    def write_sound(self, samples: Float32, start: int) -> None:
        """Append (N, channels) float32 samples in -1 to 1, the first at sample `start` of the file.

        Clock jitter is smoothed; gaps become silence; overlap is dropped, and so is what comes once
        the pictures have paused for ten minutes.
        """
        if self._sound is None or self._file.sound_waiting >= _MAX_SOUND_WAITING:
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
            try:
                for packet in self._video.finish():
                    self._file.add_picture(packet)
                for packet in () if self._sound is None else self._sound.finish():
                    self._file.add_sound(packet)
            finally:
                self._file.close()
        except OSError as error:
            log.warning("the end of a video could not be written: %s", error)

    def _encode_sound(self, samples: Float32) -> None:
        assert self._sound is not None
        start, self._samples = self._samples, self._samples + len(samples)
        for packet in self._sound.encode(samples, start):
            self._file.add_sound(packet)
