"""Detection of cuts, so that no memory is carried from one shot into the next.

Two pictures belong to one shot if some shift aligns them. That is tested on small copies normalised
in brightness and contrast, so that neither a pan nor a change of exposure looks like a cut. The
more the colours change, the less the patterns must differ; and the change must be sudden, so that
fast continuous motion is not split.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frames import Float32, Frame, UInt8
from models.opencv import cv2

_SMALL = (64, 48)
_FLAT = 4.0  # grey levels of contrast below which there is no pattern to compare
# Measured as (likeness, change of colours): cuts of real clips (0.23-0.39, 0.36-0.94), cuts between
# rendered scenes (0.18-0.53, 0.37-0.98), the wildest motion within a shot (0.61, 0.08-0.14).
_UNLIKE = 0.35
_UNLIKE_PER_COLOUR = 0.4
_SUDDEN = 0.2
_USUAL_WEIGHT = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class _Small:
    """Features of a picture: its pattern, as a spectrum, and its colours."""

    contrast: float
    spectrum: NDArray[np.complex64]
    norm: float
    colours: Float32


class CutDetector:
    """Decides for each frame whether it begins a new shot. One per stream; frames in order."""

    def __init__(self) -> None:
        self._last: _Small | None = None
        self._usual = 1.0

    def update(self, rgb: UInt8) -> bool:
        """Add the next frame, (H, W, 3) uint8 of any size; True if it begins a new shot.

        The first frame after a reset is no cut.
        """
        small, last = _summary(rgb), self._last
        self._last = small
        if last is None or (small.contrast < _FLAT and last.contrast < _FLAT):
            return False
        likeness = _likeness(small, last)
        unlike = _UNLIKE + _UNLIKE_PER_COLOUR * _colour_change(small, last)
        cut = likeness < min(unlike, self._usual - _SUDDEN)
        if not cut:
            self._usual += _USUAL_WEIGHT * (likeness - self._usual)
        return cut

    def reset(self) -> None:
        """Forget the last frame."""
        self._last = None
        self._usual = 1.0


class ShotCounter:
    """Numbers the shots of a stream. It sees every frame, also those that are dropped later.

    Between frames that are far apart, motion looks like a cut. Therefore nothing behind a slot in
    which the newest frame wins can find cuts.
    """

    def __init__(self) -> None:
        self._cuts = CutDetector()
        self._segment: int | None = None
        self._shot = 0

    def mark(self, frame: Frame) -> Frame:
        """The next frame with its `shot`; one whose source knows it is returned as it is."""
        if frame.shot is not None:
            return frame
        if frame.segment != self._segment:
            self._cuts.reset()
            self._segment = frame.segment
        self._shot += self._cuts.update(frame.rgb)
        return dataclasses.replace(frame, shot=self._shot)


def _summary(rgb: UInt8) -> _Small:
    step = max(1, min(rgb.shape[1] // (2 * _SMALL[0]), rgb.shape[0] // (2 * _SMALL[1])))
    small = cv2.resize(
        np.ascontiguousarray(rgb[::step, ::step]), _SMALL, interpolation=cv2.INTER_AREA
    )
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    grey -= grey.mean()
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    colours = cv2.calcHist([hsv], [0, 1], None, [12, 6], [0, 180, 0, 256])
    return _Small(
        contrast=float(grey.std()),
        spectrum=np.fft.rfft2(grey).astype(np.complex64),
        norm=float(np.linalg.norm(grey)),
        colours=colours / colours.sum(),
    )


def _likeness(a: _Small, b: _Small) -> float:
    """The highest correlation over all shifts, 0 to 1."""
    correlation = np.fft.irfft2(a.spectrum * b.spectrum.conj(), s=_SMALL[::-1])
    return float(correlation.max() / (a.norm * b.norm + 1e-6))


def _colour_change(a: _Small, b: _Small) -> float:
    """Fraction of the picture whose hue or saturation does not occur in the other, 0 to 1."""
    return float(1.0 - np.minimum(a.colours, b.colours).sum())
