"""Chunks of disparity: what is read is what was written, to half a step, or it is refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from app.recording.disparity import (
    HEADER_BYTES,
    ChunkKey,
    DamagedChunk,
    check,
    dequantised,
    pack,
    quantised,
    unpack,
)
from models.frames import DepthMap, Float32, Unit
from tests.support.recordings import make_disparity

KEY = ChunkKey(7, "b")
maps = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, max_side=24),
    elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
)


def _through(disparity: Float32) -> Float32:
    chunk = pack(KEY, DepthMap(disparity, Unit.RELATIVE, 7))
    return unpack(chunk, KEY, 7).disparity


def _allowed(disparity: Float32) -> float:
    known = disparity[np.isfinite(disparity)].astype(np.float64)
    if not known.size:
        return 0.0
    rounding = np.abs(known).max() * 2.0**-23 + 2.0**-149  # float32 knows no better
    return float((known.max() - known.min()) / 65_535 + rounding)


@given(maps)
def test_any_map_comes_back_within_a_65535th_of_its_range(disparity: Float32) -> None:
    back = _through(disparity)
    known = np.isfinite(disparity)
    assert back.dtype == np.float32 and back.shape == disparity.shape
    assert np.array_equal(np.isnan(back), ~known)
    error = np.abs(back[known].astype(np.float64) - disparity[known])
    assert error.max(initial=0.0) <= _allowed(disparity)


@given(
    arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=24)),
    st.floats(-1e6, 1e6),
    st.floats(1e-6, 1e6),
)
def test_the_16_bit_values_themselves_are_stored_without_loss(
    values: np.ndarray, offset: float, scale: float
) -> None:
    exact = dequantised(values, offset, scale)
    assert np.array_equal(_through(_through(exact)), _through(exact), equal_nan=True)


def test_values_span_the_whole_range_and_0_is_unknown() -> None:
    values, offset, scale = quantised(make_disparity(3))
    assert values.max() == 65_535
    assert values[values > 0].min() == 1
    assert (values == 0).sum() == np.isnan(make_disparity(3)).sum() > 0
    assert scale * 65_534 == pytest.approx(np.nanmax(make_disparity(3)) - offset)


def test_a_flat_map_comes_back_exactly() -> None:
    flat = np.full((5, 9), 1.2345678, np.float32)
    assert np.array_equal(_through(flat), flat)


def test_nothing_known_comes_back_as_nothing_known() -> None:
    assert np.isnan(_through(np.full((4, 4), np.nan, np.float32))).all()


def test_unit_network_size_and_frame_are_kept() -> None:
    depth = DepthMap(make_disparity(0), Unit.INVERSE_METRE, 3, (518, 392))
    back = unpack(pack(KEY, depth), KEY, frame_index=11)
    assert (back.unit, back.network_size, back.frame_index) == (
        Unit.INVERSE_METRE,
        (518, 392),
        11,
    )


def test_smooth_disparity_takes_less_than_two_thirds_of_its_16_bits() -> None:
    disparity = make_disparity(0, (640, 480))
    assert len(pack(KEY, DepthMap(disparity, Unit.RELATIVE, 0))) < disparity.size * 2 * 2 / 3


@given(st.data())
def test_a_chunk_with_any_byte_changed_is_refused(data: st.DataObject) -> None:
    chunk = bytearray(pack(KEY, DepthMap(make_disparity(0, (24, 16)), Unit.RELATIVE, 0)))
    at = data.draw(st.integers(0, len(chunk) - 1))
    chunk[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedChunk):
        check(bytes(chunk), KEY)


@given(st.integers(0, 400))
def test_a_chunk_cut_short_is_refused(length: int) -> None:
    chunk = pack(KEY, DepthMap(make_disparity(0, (24, 16)), Unit.RELATIVE, 0))
    with pytest.raises(DamagedChunk):
        unpack(chunk[: min(length, len(chunk) - 1)], KEY, 0)


def test_the_chunk_of_another_frame_or_lane_is_refused() -> None:
    chunk = pack(KEY, DepthMap(make_disparity(0), Unit.RELATIVE, 0))
    for other in (ChunkKey(8, "b"), ChunkKey(7, "a")):
        with pytest.raises(DamagedChunk, match="another"):
            check(chunk, other)


def _forged(width: int, height: int, offset: float, scale: float, payload: bytes) -> bytes:
    """A chunk with a right checksum and contents that no recorder writes."""
    import zlib

    header = struct.pack(
        "<4sIIBBHHHHdd", b"FDL1", len(payload), 7, 1, 0, width, height, 0, 0, offset, scale
    )
    return header + struct.pack("<I", zlib.crc32(payload, zlib.crc32(header))) + payload


@pytest.mark.parametrize(
    "chunk",
    [
        _forged(0, 8, 0.0, 1.0, b""),
        _forged(65_535, 65_535, 0.0, 1.0, b""),
        _forged(8, 8, float("nan"), 1.0, b""),
        _forged(8, 8, 0.0, float("inf"), b""),
        _forged(8, 8, 0.0, -1.0, b""),
        _forged(8, 8, 0.0, 1.0, b"not deflated"),
        _forged(8, 8, 0.0, 1.0, b"\x03\x00"),
    ],
)
def test_a_forged_chunk_is_refused(chunk: bytes) -> None:
    assert len(chunk) >= HEADER_BYTES
    with pytest.raises(DamagedChunk):
        unpack(chunk, KEY, 0)


def test_a_payload_that_unpacks_to_gigabytes_is_cut_off_at_the_size_of_the_map() -> None:
    import zlib

    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(bytes(64 << 20)) + packer.flush()
    back = unpack(_forged(8, 8, 0.0, 1.0, bomb), KEY, 0)
    assert back.disparity.shape == (8, 8)
