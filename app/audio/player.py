"""Playback of the lanes' flicker, or a sentence that says why it is not available.

PortAudio is loaded only when sound is requested: a machine without it loses the sound and nothing
else. The audio thread reads one tuple and writes one block; it never waits for another thread.
"""

from __future__ import annotations

import importlib
import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.audio.synthesis import Noise, ToneRequest, ToneState, make_noise, roughness_of, synthesise
from models.frames import Float32

log = logging.getLogger(__name__)

Backend = Any
"""The sounddevice module, or an object with its `query_devices`, `OutputStream`, ..."""


@dataclass(frozen=True, slots=True)
class OutputDevice:
    """A device that can play stereo.

    Attributes
    ----------
    index
        PortAudio's number of the device.
    name
        Its name on screen.
    default
        It is the system's default.
    """

    index: int
    name: str
    default: bool


def load_backend() -> Backend:
    """Import the sounddevice module.

    Raises
    ------
    OSError
        If PortAudio is missing.
    """
    return importlib.import_module("sounddevice")


class Sonifier:
    """Two tones that follow the lanes' flicker. Muted at first; used from one thread.

    Parameters
    ----------
    load
        Returns the audio backend; tests pass their own.
    """

    def __init__(self, load: Callable[[], Backend] = load_backend) -> None:
        self._load = load
        self._backend: Backend | None = None
        self._stream: Any = None
        self._device: int | None = None
        self._noise: Noise | None = None
        self._state = ToneState()
        self._request = ToneRequest()
        self.underflows = 0

    @property
    def muted(self) -> bool:
        """Whether nothing is played and no device is open."""
        return self._stream is None

    @property
    def volume(self) -> float:
        """0 (silent) to 1 (full scale)."""
        return self._request.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._request = ToneRequest(self._request.roughness, min(max(float(volume), 0.0), 1.0))

    @property
    def device(self) -> int | None:
        """Index of the device to play on; None is the system's default."""
        return self._device

    def unavailable_reason(self) -> str:
        """Sentence that says why there can be no sound, or "" if there can.

        Loads PortAudio, which takes a moment; call it when the control is shown, not at the start.
        """
        try:
            return "" if self.devices() else "This machine has no audio output."
        except (OSError, ImportError) as error:
            log.info("audio is unavailable: %s", error)
            return "The audio library PortAudio is missing; install libportaudio2 to hear sound."

    def devices(self) -> tuple[OutputDevice, ...]:
        """Devices that can play stereo now; may be empty.

        Raises
        ------
        OSError
            If PortAudio is missing.
        """
        sound = self._audio()
        try:
            listed = sound.query_devices()
            chosen = sound.default.device[1]
        except sound.PortAudioError as error:
            log.info("cannot list audio devices: %s", error)
            return ()
        return tuple(
            OutputDevice(index, str(one["name"]), index == chosen)
            for index, one in enumerate(listed)
            if one["max_output_channels"] >= 2
        )

    def unmute(self) -> str:
        """Start playing. Returns "" or the sentence that says why it cannot."""
        if self._stream is not None:
            return ""
        reason = self.unavailable_reason()
        if reason:
            return reason
        sound = self._audio()
        stream = None
        try:
            stream = sound.OutputStream(
                device=self._device, channels=2, dtype="float32", callback=self._fill
            )
            self._noise = make_noise(int(stream.samplerate))
            self._state = ToneState()
            stream.start()
        except sound.PortAudioError as error:
            log.info("cannot play audio: %s", error)
            if stream is not None:
                stream.close()
            return "Can't open the audio device; choose another one or close what is using it."
        self._stream = stream
        return ""

    def mute(self) -> None:
        """Stop playing and release the device. May be called at any time."""
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                stream.abort()
            except self._audio().PortAudioError as error:
                log.info("audio device lost: %s", error)
            stream.close()

    def set_device(self, index: int | None) -> str:
        """Play on another device from now on. Returns "" or why it cannot."""
        if index == self._device:
            return ""
        playing = not self.muted
        self.mute()
        self._device = index
        return self.unmute() if playing else ""

    def lost(self) -> bool:
        """True once the device stopped by itself (unplugged); sound is muted then."""
        if self._stream is None or self._stream.active:
            return False
        self.mute()
        return True

    def set_flicker(self, flicker: Mapping[str, float]) -> None:
        """Play this flicker (OPW) per lane "a", "b" from now on.

        An absent or unknown lane falls silent. Cheap enough to call for every frame.
        """
        rough_a, rough_b = (roughness_of(flicker.get(lane, math.nan)) for lane in ("a", "b"))
        self._request = ToneRequest((rough_a, rough_b), self._request.volume)

    def close(self) -> None:
        """Stop for good. May be called twice."""
        self.mute()

    def _audio(self) -> Backend:
        if self._backend is None:
            self._backend = self._load()
        return self._backend

    def _fill(self, out: Float32, frames: int, time: object, status: Any) -> None:
        """Write the next block on PortAudio's thread. Reads one attribute, takes no lock."""
        del time
        self.underflows += bool(status)
        if self._noise is None:
            out.fill(0.0)
            return
        block, self._state = synthesise(self._state, self._request, frames, self._noise)
        out[:] = block
