"""HDR and wide-gamut video to SDR with BT.709 primaries.

HDR light is compressed by the curve of ITU-R BT.2390-11 (section 5.4.1) from PQ's 10,000 cd/m2 to
an SDR white of 203 cd/m2, the reference white of ITU-R BT.2408. The curve is fixed: what a file
says about its brightest picture is often wrong, and one that followed the picture would flicker.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

CODES = 1024
"""Number of code values that are distinguished: ten bits."""

PQ_PEAK_NITS = 10_000.0
HLG_PEAK_NITS = 1_000.0
SDR_WHITE_NITS = 203.0
_SDR_GAMMA = 2.4  # BT.1886
_FINE = 1 << 14

# SMPTE ST 2084
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
# ARIB STD-B67, BT.2100
_HLG_A = 0.17883277
_HLG_B = 1 - 4 * _HLG_A
_HLG_C = 0.5 - _HLG_A * np.log(4 * _HLG_A)
_HLG_SYSTEM_GAMMA = 1.2
_LUMINANCE_2020 = (0.2627, 0.6780, 0.0593)


class Transfer(IntEnum):
    """How code values become light; numbers as in H.273, everything else is SDR."""

    SDR = 1
    PQ = 16
    HLG = 18


# Linear RGB to linear BT.709 with the same white, from the chromaticities in BT.2087 and SMPTE
# EG 432-1; keys as in H.273.
_TO_709: dict[int, Float32] = {
    9: np.array(
        [
            [1.660491, -0.587641, -0.072850],
            [-0.124550, 1.132900, -0.008349],
            [-0.018151, -0.100579, 1.118730],
        ],
        np.float32,
    ),
    12: np.array(
        [
            [1.224940, -0.224940, 0.0],
            [-0.042057, 1.042057, 0.0],
            [-0.019638, -0.078636, 1.098274],
        ],
        np.float32,
    ),
}
_BT2020 = 9
_UNSPECIFIED = 2


@dataclass(frozen=True, slots=True)
class ColourKind:
    """What kind of colours a frame has, where they are not plain BT.709 or BT.601."""

    transfer: Transfer
    primaries: int

    @staticmethod
    def of(frame: VideoFrame) -> ColourKind | None:
        """The kind of `frame`; None if its colours need no conversion."""
        trc, primaries = int(frame.color_trc), int(frame.color_primaries)
        transfer = Transfer(trc) if trc in (Transfer.PQ, Transfer.HLG) else Transfer.SDR
        if transfer is not Transfer.SDR and primaries == _UNSPECIFIED:
            primaries = _BT2020
        if transfer is Transfer.SDR and primaries not in _TO_709:
            return None
        return ColourKind(transfer, primaries)

    @property
    def is_bt2020(self) -> bool:
        """Whether its primaries are those of BT.2020."""
        return self.primaries == _BT2020

    @property
    def note(self) -> str:
        """A sentence for the user if brightness is changed, else empty."""
        if self.transfer is Transfer.SDR:
            return ""
        return f"This is HDR video ({self.transfer.name}); it is shown tone-mapped to SDR."


class ToneMapper:
    """Converts pictures of one kind, by tables: about as fast as decoding them."""

    def __init__(self, kind: ColourKind) -> None:
        self._kind = kind
        codes = np.arange(CODES) / (CODES - 1)
        brightness = np.linspace(0.0, 1.0, _FINE) ** 2  # finer in the dark, as eyes are
        self._matrix = _TO_709.get(kind.primaries)
        self._coded = np.rint(255 * brightness ** (1 / _SDR_GAMMA)).astype(np.uint8)
        match kind.transfer:
            case Transfer.SDR:
                light, self._peak = codes**_SDR_GAMMA, 1.0
            case Transfer.PQ:
                light, self._peak = _pq_nits(codes), PQ_PEAK_NITS
            case Transfer.HLG:
                light, self._peak = _hlg_scene(codes), HLG_PEAK_NITS
        self._light = light.astype(np.float32)
        self._gain = (_gain(brightness * self._peak) / SDR_WHITE_NITS).astype(np.float32)

    def sdr(self, codes: NDArray[np.uint16]) -> NDArray[np.uint8]:
        """(3, H, W) R'G'B' code values from 0 to CODES - 1, full range, to (H, W, 3) SDR."""
        light = self._light[codes]
        if self._kind.transfer is not Transfer.SDR:
            self._compress(light)
        if self._matrix is not None:
            light = np.tensordot(self._matrix, light, 1)
        np.clip(light, 0.0, 1.0, out=light)
        return np.stack([self._coded[_index(plane)] for plane in light], axis=-1)

    def _compress(self, light: Float32) -> None:
        """Bring (3, H, W) HDR light to that of SDR, 1 at white, in place."""
        if self._kind.transfer is Transfer.HLG:  # the display's own curve depends on luminance
            red, green, blue = light
            r, g, b = _LUMINANCE_2020
            luminance = r * red + g * green + b * blue
            light *= HLG_PEAK_NITS * luminance ** (_HLG_SYSTEM_GAMMA - 1)
        # for the brightest channel, and the same for all three, which keeps the hue
        brightest = np.maximum(np.maximum(light[0], light[1]), light[2])
        light *= self._gain[_index(brightest / np.float32(self._peak))]


def _index(value: Float32) -> NDArray[np.uint16]:
    """Place of a value from 0 to 1 in the tables that are finer in the dark."""
    return (np.sqrt(value) * (_FINE - 1) + 0.5).astype(np.uint16)


def _hlg_scene(codes: Float64) -> Float64:
    """Code values to scene light, 0 to 1."""
    low = codes**2 / 3
    high = (np.exp((codes - _HLG_C) / _HLG_A) + _HLG_B) / 12
    return np.where(codes <= 0.5, low, high)


def _pq_nits(codes: Float64) -> Float64:
    """Code values to cd/m2."""
    root = codes ** (1 / _M2)
    fraction = np.maximum(root - _C1, 0.0) / (_C2 - _C3 * root)
    return np.asarray(PQ_PEAK_NITS * fraction ** (1 / _M1))


def _pq_codes(nits: Float64) -> Float64:
    """cd/m2 to code values, 0 to 1."""
    root = (nits / PQ_PEAK_NITS) ** _M1
    return np.asarray(((_C1 + _C2 * root) / (1 + _C3 * root)) ** _M2)


def _gain(nits: Float64) -> Float64:
    """By how much the curve of BT.2390 dims light of that brightness; its source peaks at 1."""
    codes = _pq_codes(nits)
    most = float(_pq_codes(np.array(SDR_WHITE_NITS)))
    knee = 1.5 * most - 0.5
    t = np.clip((codes - knee) / (1 - knee), 0.0, 1.0)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1 - knee)
        + (-2 * t**3 + 3 * t**2) * most
    )
    mapped = _pq_nits(np.where(codes < knee, codes, spline))
    return np.where(nits > 0, mapped / np.maximum(nits, 1e-12), 1.0)
