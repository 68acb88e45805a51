"""Disparity maps as self-contained chunks of 16-bit values, one per lane and frame.

A chunk is a header of fixed size and a payload. Values 1 to 65535 span the frame's own range,
disparity = offset + scale * (value - 1), and 0 means unknown; reading therefore differs from what
was written by at most half a step, a 131068th of the range. The values are stored losslessly: each
is replaced by its difference from the plane through its three neighbours above and to the left,
signed differences are folded to small non-negative numbers, high bytes and low bytes are separated,
and zlib packs runs and rare bytes. On real lanes that takes a quarter of the time and half the
space of a 16-bit PNG.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.recording.format import LANES, usable_size
from models.frames import DepthMap, Float32, Unit

UInt16 = NDArray[np.uint16]

MAGIC = b"FDL1"
_HEADER = struct.Struct("<4sIIBBHHHHdd")
_CHECKSUM = struct.Struct("<I")
HEADER_BYTES = _HEADER.size + _CHECKSUM.size  # the checksum covers the header and the payload
_UNITS = (Unit.RELATIVE, Unit.INVERSE_METRE)
_STEPS = 65_534  # from value 1 to value 65535
_FLOAT32_MAX = float(np.finfo(np.float32).max)


class DamagedChunk(Exception):  # noqa: N818 - caught by the reader, never shown
    """The bytes are not a completely written chunk."""


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """Identifies a chunk: the recording's frame `number`, and the lane, "a" or "b"."""

    number: int
    lane: str


@dataclass(frozen=True, slots=True)
class _Header:
    unit: Unit
    width: int
    height: int
    network_size: tuple[int, int] | None
    offset: float
    scale: float


def pack(key: ChunkKey, depth: DepthMap) -> bytes:
    """The chunk for an (H, W) disparity map: header, checksum, payload."""
    values, offset, scale = quantised(depth.disparity)
    payload = _deflated(values)
    height, width = values.shape
    header = _HEADER.pack(
        MAGIC,
        len(payload),
        key.number,
        LANES.index(key.lane),
        _UNITS.index(depth.unit),
        width,
        height,
        *(depth.network_size or (0, 0)),
        offset,
        scale,
    )
    checksum = zlib.crc32(payload, zlib.crc32(header))
    return b"".join((header, _CHECKSUM.pack(checksum), payload))


def check(chunk: bytes, key: ChunkKey) -> None:
    """Check that `chunk` is complete and belongs to `key`.

    Raises
    ------
    DamagedChunk
        If not.
    """
    _read_header(chunk, key)


def unpack(chunk: bytes, key: ChunkKey, frame_index: int) -> DepthMap:
    """Decode the (H, W) float32 disparity map in `chunk`.

    Raises
    ------
    DamagedChunk
        If it is not what was written as `key`.
    """
    head = _read_header(chunk, key)
    values = _inflated(chunk[HEADER_BYTES:], head.width, head.height)
    disparity = dequantised(values, head.offset, head.scale)
    return DepthMap(disparity, head.unit, frame_index, head.network_size)


def quantised(disparity: Float32) -> tuple[UInt16, float, float]:
    """(H, W) disparity to (H, W) values, offset and scale; NaN and infinities become 0."""
    known = np.isfinite(disparity)
    complete = bool(known.all())
    sample = disparity if complete else disparity[known]
    low, high = (float(sample.min()), float(sample.max())) if sample.size else (0.0, 0.0)
    if high > low:
        scale = (high - low) / _STEPS
        filled = disparity if complete else np.where(known, disparity, np.float32(low))
        if 1e-30 < high - low < 1e37:
            steps = (filled - np.float32(low)) * np.float32(1.0 / scale) + np.float32(1.5)
        else:  # beyond the range of float32
            steps = (filled.astype(np.float64) - low) / scale + 1.5
        values = np.clip(steps, 1.0, 65_535.0).astype(np.uint16)
    else:
        scale = 0.0
        values = np.ones(disparity.shape, np.uint16)
    if not complete:
        values[~known] = 0
    return values, low, scale


def dequantised(values: UInt16, offset: float, scale: float) -> Float32:
    """Inverse of `quantised`: (H, W) float32 disparity, NaN where the value is 0."""
    exact = values.astype(np.float64)
    exact *= scale
    exact += offset - scale
    np.clip(exact, -_FLOAT32_MAX, _FLOAT32_MAX, out=exact)
    disparity = exact.astype(np.float32)
    disparity[values == 0] = np.nan
    return disparity


def _deflated(values: UInt16) -> bytes:
    residual = values.copy()
    np.subtract(values[:, 1:], values[:, :-1], out=residual[:, 1:])
    across = residual.copy()
    np.subtract(across[1:], across[:-1], out=residual[1:])
    signed = residual.view(np.int16)
    folded = ((signed << 1) ^ (signed >> 15)).astype("<i2").view(np.uint8)
    planes = np.ascontiguousarray(folded.reshape(-1, 2).T)
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, 9, zlib.Z_RLE)
    return packer.compress(planes.tobytes()) + packer.flush()


def _inflated(payload: bytes, width: int, height: int) -> UInt16:
    wanted = 2 * width * height
    unpacker = zlib.decompressobj(-15)
    try:
        data = unpacker.decompress(payload, wanted)
    except zlib.error as error:
        raise DamagedChunk("the payload cannot be unpacked") from error
    if len(data) != wanted:
        raise DamagedChunk("the payload is too short")
    planes = np.frombuffer(data, np.uint8).reshape(2, -1)
    folded = planes[0] | (planes[1].astype(np.uint16) << 8)
    residual = (folded >> 1) ^ -(folded & 1)
    down = np.cumsum(residual.reshape(height, width), axis=0, dtype=np.uint16)
    return np.cumsum(down, axis=1, dtype=np.uint16)


def _read_header(chunk: bytes, key: ChunkKey) -> _Header:
    if len(chunk) < HEADER_BYTES:
        raise DamagedChunk("it is shorter than its header")
    magic, size, number, lane, unit, width, height, net_w, net_h, offset, scale = _HEADER.unpack(
        chunk[: _HEADER.size]
    )
    if magic != MAGIC or size != len(chunk) - HEADER_BYTES:
        raise DamagedChunk("no chunk begins here")
    (checksum,) = _CHECKSUM.unpack(chunk[_HEADER.size : HEADER_BYTES])
    payload = memoryview(chunk)[HEADER_BYTES:]
    if checksum != zlib.crc32(payload, zlib.crc32(chunk[: _HEADER.size])):
        raise DamagedChunk("the checksum differs")
    if (number, lane) != (key.number, LANES.index(key.lane)):
        raise DamagedChunk("it belongs to another frame or lane")
    if not usable_size(width, height) or unit >= len(_UNITS):
        raise DamagedChunk("the header makes no sense")
    if not (abs(offset) <= _FLOAT32_MAX and 0.0 <= scale <= _FLOAT32_MAX):  # also refuses NaN
        raise DamagedChunk("offset or scale makes no sense")
    network = (net_w, net_h) if net_w and net_h else None
    return _Header(_UNITS[unit], width, height, network, offset, scale)
