"""Rerun recordings, read by the library's own reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import run
from models.frames import Frame
from models.opencv import cv2
from renderers.point_cloud import CloudOptions, intrinsics_in_force
from tests.support.recordings import SIZE

pytest.importorskip("rerun", reason="the extra rerun is not installed")


@pytest.fixture(scope="module")
def file(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rrd") / "a.rrd"
    assert run(["convert", str(recording), "--to", "rrd", "--out", str(path)]) == 0
    return path


def rows(path: Path, entity: str) -> list[dict[str, Any]]:
    """What was logged to an entity, in order of time, columns by name."""
    from rerun.chunk import RrdReader

    found: list[dict[str, Any]] = []
    for chunk in RrdReader(str(path)).stream():
        if chunk.entity_path == f"/{entity}":
            found += chunk.to_record_batch().to_pylist()
    return sorted(found, key=lambda row: row.get("frame", -1))


def logged(path: Path, entity: str, column: str) -> list[dict[str, Any]]:
    return [row for row in rows(path, entity) if row.get(column)]


def test_every_frame_is_on_one_time_line(file: Path) -> None:
    for entity, column in (
        ("world/camera/picture", "EncodedImage:blob"),
        ("world/camera/depth_a", "DepthImage:buffer"),
        ("world/camera/depth_b", "DepthImage:buffer"),
    ):
        found = logged(file, entity, column)
        assert [row["frame"] for row in found] == list(range(6))
        assert [row["time"].total_seconds() for row in found] == [n / 25 for n in range(6)]
        assert "log_time" not in found[0]


def test_depth_comes_back_to_half_precision(file: Path, replayed: list[Frame]) -> None:
    said = next(row for row in rows(file, "world/camera/depth_a") if row.get("unit"))
    assert said["unit"] == ["arbitrary (relative disparity)"]
    offset, gain = said["offset"][0], said["gain"][0]
    found = logged(file, "world/camera/depth_a", "DepthImage:buffer")
    for row, frame in zip(found, replayed, strict=True):
        disparity = (frame.recorded or {})["a"].depth.disparity.astype(float)
        assert row["DepthImage:meter"] == [1.0]
        half = np.array(row["DepthImage:buffer"][0], np.uint8).view(np.float16)
        inverse = np.nan_to_num(offset + gain * disparity)
        known = inverse > 1e-4
        depth = half.reshape(disparity.shape).astype(float)
        np.testing.assert_allclose(depth[known], 1 / inverse[known], rtol=2**-10)


def test_the_camera_is_the_one_of_the_cloud(file: Path) -> None:
    (row,) = logged(file, "world/camera", "Pinhole:image_from_camera")
    camera = intrinsics_in_force(CloudOptions(), None, *SIZE)
    matrix = np.array(row["Pinhole:image_from_camera"][0]).reshape(3, 3).T
    wanted = [[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1]]
    np.testing.assert_allclose(matrix, wanted, rtol=1e-6)
    assert row["Pinhole:resolution"] == [list(map(float, SIZE))]


def test_pictures_keep_their_colours(file: Path, replayed: list[Frame]) -> None:
    found = logged(file, "world/camera/picture", "EncodedImage:blob")
    for row, frame in zip(found, replayed, strict=True):
        data = np.array(row["EncodedImage:blob"][0], np.uint8)
        rgb = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB)
        assert np.abs(rgb.astype(int) - frame.rgb).mean() < 2


def test_flicker_is_a_curve_of_each_lane(file: Path) -> None:
    for name in "ab":
        found = logged(file, f"flicker/{name}", "Scalars:scalars")
        assert [row["frame"] for row in found] == list(range(1, 6))
        assert all(0 <= row["Scalars:scalars"][0] < 10 for row in found)


def test_the_file_brings_its_blueprint(file: Path) -> None:
    from rerun.chunk import RrdReader

    reader = RrdReader(str(file))
    assert len(reader.recordings()) == len(reader.blueprints()) == 1
    assert reader.recordings()[0].application_id == "flashdepth_live"
