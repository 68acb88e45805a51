"""H.264 (and AAC) in fragmented MP4, which can be played up to the last complete fragment.

A usual MP4 has its table at the end and is lost without it. Here each fragment of a quarter of a
second is complete, and the encoder holds no frame back (no look-ahead, no B-frames), so that only
the current fragment is lost when the process dies. A fragment is written when it is long enough or
when a key frame follows; if frames arrive more slowly than they will be played, a key frame is
forced by the wall clock.

FFmpeg's muxer starts a fragment where the durations of the packets before it end, whatever the
times of its own packets. Each packet therefore waits for the next one, which gives its duration,
and gaps in the sound are filled with silence.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.packet import Packet
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream
from numpy.typing import NDArray

from app.media.open import create_file
from app.recording.format import TICKS_PER_S

log = logging.getLogger(__name__)

UInt8 = NDArray[np.uint8]
Float32 = NDArray[np.float32]

FRAGMENT_S = 0.25  # media time
_MAX_FRAGMENT_WALL_S = 0.3  # wall-clock time before a fragment is ended early
_INTERLEAVE_S = 0.2  # how long pictures wait for missing sound
_KEY_EVERY = 15  # frames; upper limit of what a seek in the replay has to decode
_BT709 = 1
_AAC_PRIMING = 1024  # samples; a time before zero would shift the whole file


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
    OSError, av.error.FFmpegError
        If the file cannot be written.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        sound: SoundFormat | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._odd = (size[0] % 2, size[1] % 2)
        self._clock = clock
        self._reformatter = VideoReformatter()
        self._last: av.VideoFrame | None = None
        self._held: Packet[VideoStream] | None = None
        self._first_waiting: int | None = None  # time of the first picture that is not on disk
        self._waiting_since_s = 0.0
        self._samples = _AAC_PRIMING
        self._container = create_file(
            path,
            "mp4",
            options={
                "movflags": "empty_moov+default_base_moof+frag_keyframe",
                "frag_duration": str(round(FRAGMENT_S * 1e6)),
                "max_interleave_delta": str(round(_INTERLEAVE_S * 1e6)),
                "flush_packets": "1",
                "video_track_timescale": str(TICKS_PER_S),
            },
        )
        self._video = self._add_video(size)
        self._sound = None if sound is None else self._add_sound(sound)

    def write(self, rgb: UInt8, ticks: int) -> None:
        """Append an (H, W, 3) uint8 picture, shown from `ticks` on; times must increase."""
        across, down = self._odd
        if across or down:
            rgb = np.pad(rgb, ((0, down), (0, across), (0, 0)), mode="edge")
        frame = self._reformatter.reformat(
            av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        self.flush_overdue()
        self._encode(frame, ticks, PictureType.NONE)
        waiting = self._first_waiting
        if waiting is None or ticks - waiting >= FRAGMENT_S * TICKS_PER_S:
            self._first_waiting = ticks
            self._waiting_since_s = self._clock()

    def flush_overdue(self) -> None:
        """Write pictures that have waited too long; called while no frame arrives.

        It takes a key frame to end a fragment and one more to end that, so the last picture is
        repeated twice, a tick apart.
        """
        last = self._last
        if self._first_waiting is None or last is None or last.pts is None:
            return
        if self._clock() - self._waiting_since_s >= _MAX_FRAGMENT_WALL_S:
            self._encode(last, last.pts + 1, PictureType.I)
            self._encode(last, last.pts + 1, PictureType.NONE)
            self._first_waiting = None

    def write_sound(self, samples: Float32, start: int) -> None:
        """Append (N, channels) float32 samples in -1 to 1, the first at sample `start` of the file.

        Clock jitter is smoothed; gaps become silence; overlap is dropped.
        """
        if self._sound is None:
            return
        rate = self._sound.rate
        ahead = self._samples - start
        if ahead > rate // 20:
            samples = samples[ahead:]
        for hole in range(self._samples, start if -ahead > rate // 20 else 0, rate):
            self._encode_sound(np.zeros((min(rate, start - hole), samples.shape[1]), np.float32))
        if len(samples):
            self._encode_sound(samples)

    def close(self) -> None:
        """Finish the file as far as possible; what cannot be written is left out."""
        with _what_fails_is_logged():
            self._mux(self._video.encode(None))
            if self._held is not None:
                self._held.duration = TICKS_PER_S // 25
                self._container.mux(self._held)
            if self._sound is not None:
                self._container.mux(self._sound.encode(None))
        with _what_fails_is_logged():
            self._container.close()

    def _encode(self, frame: av.VideoFrame, ticks: int, kind: PictureType) -> None:
        frame.pict_type = kind
        frame.pts = ticks
        frame.time_base = Fraction(1, TICKS_PER_S)
        self._mux(self._video.encode(frame))
        self._last = frame

    def _mux(self, packets: list[Packet[VideoStream]]) -> None:
        for packet in packets:
            if self._held is not None:
                assert self._held.pts is not None
                assert packet.pts is not None
                self._held.duration = packet.pts - self._held.pts
                self._container.mux(self._held)
            self._held = packet

    def _encode_sound(self, samples: Float32) -> None:
        assert self._sound is not None
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples.T, np.float32), "fltp", self._sound.layout
        )
        frame.sample_rate = self._sound.rate
        frame.time_base = Fraction(1, self._sound.rate)
        frame.pts = self._samples
        self._samples += len(samples)
        self._container.mux(self._sound.encode(frame))

    def _add_video(self, size: tuple[int, int]) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=30)
        stream.width, stream.height = size[0] + self._odd[0], size[1] + self._odd[1]
        stream.pix_fmt = "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = ColorRange.MPEG
        stream.options = {
            "crf": "18",
            "preset": "superfast",
            "tune": "zerolatency",
            "g": str(_KEY_EVERY),
            "threads": "2",
        }
        return stream

    def _add_sound(self, sound: SoundFormat) -> AudioStream:
        layout = "mono" if sound.channels == 1 else "stereo"
        return self._container.add_stream("aac", rate=sound.rate, layout=layout)


@contextlib.contextmanager
def _what_fails_is_logged() -> Iterator[None]:
    try:
        yield
    except (OSError, av.error.FFmpegError) as error:
        log.warning("the end of a video could not be written: %s", error)
