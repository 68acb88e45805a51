"""A few frames of one scene with what is true of them: what is trained on."""

from __future__ import annotations

from dataclasses import dataclass

from models.frames import Bool, Float32, UInt8

HELD_OUT = 10_000_000
"""Scenes from this number on are for validation and never trained on."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A few frames of one scene and what is true of them.

    rgb : (T, H, W, 3) uint8.
    disparity : (T, H, W) float32, 1/m, 0 in the sky, NaN where unknown.
    flow : (T, H, W, 2) float32, pixels to the previous frame, zero in the first; None for stills.
    covisible : (T, H, W) bool, False in the first frame; None for stills.
    """

    rgb: UInt8
    disparity: Float32
    flow: Float32 | None = None
    covisible: Bool | None = None

    @property
    def length(self) -> int:
        return len(self.rgb)
