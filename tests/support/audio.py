"""A stand-in for sounddevice: devices in a list, streams that play when told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

import numpy as np

RATE = 16_000


class PortAudioError(Exception):
    pass


class Stream:
    opened: ClassVar[list[Stream]] = []

    def __init__(self, device: int | None, channels: int, dtype: str, callback: object) -> None:
        if device == 99:
            raise PortAudioError("Invalid device")
        assert (channels, dtype) == (2, "float32")
        self.device, self.callback, self.samplerate = device, callback, float(RATE)
        self.active = self.closed = False
        Stream.opened.append(self)

    def start(self) -> None:
        if self.device == 98:
            raise PortAudioError("Device busy")
        self.active = True

    def abort(self) -> None:
        self.active = False

    def close(self) -> None:
        self.closed = True

    def play(self, frames: int = 256) -> np.ndarray:
        out = np.full((frames, 2), 9.0, np.float32)
        self.callback(out, frames, None, 0)
        return out


def fake_backend(outputs: int = 2) -> SimpleNamespace:
    Stream.opened = []
    devices = [
        {"name": "Microphone", "max_output_channels": 0},
        {"name": "Speakers", "max_output_channels": outputs},
    ]
    return SimpleNamespace(
        PortAudioError=PortAudioError,
        OutputStream=Stream,
        query_devices=lambda: devices,
        default=SimpleNamespace(device=(0, 1)),
    )
