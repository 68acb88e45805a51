"""EXR pictures, read by OpenEXR itself."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from app.core.results import FrameResult
from app.export import exr
from app.export.depth_scale import DepthScale, depth_scale
from models.frames import Unit
from models.geometry import Calibration
from tests.support.recordings import make_result

SIZE = (48, 32)


def written(result: FrameResult, scale: DepthScale, folder: Path) -> OpenEXR.File:
    path = folder / "a.exr"
    exr.write_frame(path, result.frame, result.lanes["a"], scale)
    return OpenEXR.File(str(path), separate_channels=True)


def channel(file: OpenEXR.File, name: str) -> np.ndarray:
    return np.asarray(file.channels()[name].pixels)


def test_disparity_and_depth_come_back_bit_for_bit(tmp_path: Path) -> None:
    result = make_result(3, size=SIZE)
    lane = result.lanes["a"]
    scale = depth_scale(lane)
    file = written(result, scale, tmp_path)
    assert set(file.channels()) == {"R", "G", "B", "Z", "disparity.Z", "mask.a"}
    assert {channel(file, name).dtype for name in file.channels()} == {np.dtype(np.float32)}
    known = np.isfinite(lane.depth.disparity)
    np.testing.assert_array_equal(channel(file, "mask.a"), known)
    np.testing.assert_array_equal(
        channel(file, "disparity.Z"), np.where(known, lane.depth.disparity, 0)
    )
    inverse = scale.calibration.offset + scale.calibration.gain * lane.depth.disparity.astype(float)
    depth = np.where(inverse > 0, 1 / inverse, 0)
    np.testing.assert_allclose(channel(file, "Z"), np.nan_to_num(depth), rtol=1e-6)


def test_colours_are_linear_light(tmp_path: Path) -> None:
    result = make_result(1, size=SIZE)
    file = written(result, depth_scale(result.lanes["a"]), tmp_path)
    light = np.stack([channel(file, name) for name in "RGB"], axis=-1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_array_equal(np.rint(255 * coded), result.frame.rgb)


def test_relative_disparity_is_never_called_metres(tmp_path: Path) -> None:
    result = make_result(0, size=SIZE)
    header = written(result, depth_scale(result.lanes["a"]), tmp_path).header()
    assert header["depthUnit"] == "arbitrary (relative disparity)"
    assert header["disparityUnit"] == "relative"
    assert "guess" in header["depthNote"]
    assert header["depthGain"] == pytest.approx(1 - 1 / 8)  # the range 0 to 1 to depths 8 to 1


def test_a_metric_lane_and_a_calibrated_one_are_in_metres(tmp_path: Path) -> None:
    result = make_result(0, size=SIZE)
    lane = result.lanes["a"]
    metric = dataclasses.replace(
        lane, depth=dataclasses.replace(lane.depth, unit=Unit.INVERSE_METRE)
    )
    calibrated = dataclasses.replace(lane, calibration=Calibration(0.1, 2.0))
    for known, (offset, gain) in ((metric, (0.0, 1.0)), (calibrated, (0.1, 2.0))):
        file = written(result, depth_scale(known), tmp_path)
        assert file.header()["depthUnit"] == "metre"
        expected = 1 / (offset + gain * lane.depth.disparity.astype(float))
        depth = channel(file, "Z")
        np.testing.assert_allclose(depth[depth > 0], expected[depth > 0], rtol=1e-6)
