"""Sound from an input of the computer, in blocks with their capture time.

The sound library is loaded only when sound is requested: without its system part (PortAudio) the
import itself fails, and a recording must continue without sound.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.recording.movie import SoundFormat
from models.errors import UserError

log = logging.getLogger(__name__)

DEFAULT_INPUT = "default"
_RATES = (48_000, 44_100, 32_000, 16_000)  # supported by AAC and every player
_BLOCK_S = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class SoundBlock:
    """Some sound.

    Attributes
    ----------
    samples
        (N, channels) float32 in -1 to 1.
    captured_ns
        Monotonic time of the first sample.
    """

    samples: NDArray[np.float32]
    captured_ns: int


Sink = Callable[[SoundBlock], None]


class SoundInput(Protocol):
    """An open input that calls its sink from a thread of its own."""

    @property
    def format(self) -> SoundFormat: ...

    def close(self) -> None: ...


OpenSound = Callable[[str, Sink], SoundInput]


def input_names() -> tuple[str, ...]:
    """Names of the inputs that are available now, as DeviceInput takes them, without duplicates.

    Loads PortAudio, which takes a moment.

    Raises
    ------
    UserError
        If it is missing or knows of no input.
    """
    sounddevice = _library(
        "Sound can't be recorded because PortAudio is missing; install libportaudio2."
    )
    try:
        found = [one for one in sounddevice.query_devices() if one["max_input_channels"] > 0]
    except sounddevice.PortAudioError as error:
        log.warning("cannot list sound inputs: %s", error)
        found = []
    if not found:
        raise UserError("This machine has no audio input.")
    names = [str(one["name"]) for one in found]
    hosts = [str(sounddevice.query_hostapis(one["hostapi"])["name"]) for one in found]
    names = [
        name if names.count(name) == 1 else f"{name}, {host}"
        for name, host in zip(names, hosts, strict=True)
    ]
    return tuple(dict.fromkeys(names))


def _library(sentence: str) -> Any:
    """Import the sounddevice module.

    Raises
    ------
    UserError
        With that sentence without PortAudio.
    """
    try:
        import sounddevice
    except OSError as error:
        raise UserError(sentence) from error
    return sounddevice


class DeviceInput:
    """An input device of that name, or the system's default for "default".

    Raises
    ------
    UserError
        With a sentence that says that recording continues without sound.
    """

    def __init__(self, name: str, sink: Sink) -> None:
        self._sink = sink
        sounddevice = _library(
            "Sound is not being recorded because PortAudio is missing; the rest of the recording "
            "continues."
        )
        device = None if name == DEFAULT_INPUT else name
        try:
            facts = sounddevice.query_devices(device, "input")
            self.format = _usable_format(sounddevice, device, facts)
            self._stream = sounddevice.InputStream(
                samplerate=self.format.rate,
                blocksize=round(self.format.rate * _BLOCK_S),
                device=device,
                channels=self.format.channels,
                dtype="float32",
                callback=self._on_samples,
            )
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as error:
            log.warning("no sound from %s: %s", name, error)
            raise UserError(
                f"Sound is not being recorded because the input {name} can't be opened; the rest "
                "of the recording continues."
            ) from error

    def close(self) -> None:
        """Stop the input."""
        self._stream.close()

    def _on_samples(
        self, samples: NDArray[np.float32], _count: int, when: Any, status: Any
    ) -> None:
        if status:
            log.info("sound input: %s", status)
        ago_s = max(0.0, when.currentTime - when.inputBufferAdcTime)
        captured_ns = time.monotonic_ns() - round(ago_s * 1e9)
        self._sink(SoundBlock(samples.copy(), captured_ns))  # the library reuses the buffer


def _usable_format(library: Any, device: str | None, facts: Any) -> SoundFormat:
    channels = min(2, int(facts["max_input_channels"]))
    native = round(float(facts["default_samplerate"]))
    if native in _RATES:
        return SoundFormat(native, channels)
    for rate in _RATES:
        try:
            library.check_input_settings(device, channels, "float32", samplerate=rate)
        except library.PortAudioError:
            continue
        return SoundFormat(rate, channels)
    raise ValueError(f"none of {_RATES} samples per second")
