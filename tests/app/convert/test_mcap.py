"""MCAP files, read by the library's own reader."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory

from app.cli import run
from models.frames import Frame
from models.geometry import Calibration
from renderers.point_cloud import DEFAULT_FOV_DEG, CloudOptions, cloud_points, intrinsics_in_force
from tests.support.recordings import SIZE


@pytest.fixture(scope="module")
def file(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mcap") / "a.mcap"
    assert run(["convert", str(recording), "--to", "mcap", "--out", str(path)]) == 0
    return path


def messages(path: Path, topic: str) -> list[tuple[int, Any]]:
    with path.open("rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        return [
            (one.message.log_time, one.decoded_message)
            for one in reader.iter_decoded_messages(topics=[topic])
        ]


def facts(path: Path) -> dict[str, dict[str, str]]:
    with path.open("rb") as stream:
        return {one.name: one.metadata for one in make_reader(stream).iter_metadata()}


def test_every_topic_has_every_frame_at_its_time(file: Path) -> None:
    with file.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None and summary.statistics is not None
    counts = summary.statistics.channel_message_counts
    by_topic = {summary.channels[number].topic: count for number, count in counts.items()}
    assert by_topic.pop("/tf_static") == 1
    assert set(by_topic.values()) == {6}
    assert set(by_topic) == {
        "/camera/image", "/camera/camera_info", "/lane_a/depth", "/lane_a/points",
        "/lane_b/depth", "/lane_b/points",
    }  # fmt: skip
    times = [time for time, _ in messages(file, "/camera/image")]
    assert [time - times[0] for time in times] == [40_000_000 * n for n in range(6)]
    assert times[0] > 1_600_000_000 * 10**9  # of Unix time


def test_pictures_come_back_bit_for_bit(file: Path, replayed: list[Frame]) -> None:
    for (time, image), frame in zip(messages(file, "/camera/image"), replayed, strict=True):
        assert (image.encoding, image.width, image.height) == ("rgb8", *SIZE)
        stamp = image.header.stamp
        assert stamp.sec * 10**9 + stamp.nanosec == time
        rgb = np.frombuffer(image.data, np.uint8).reshape(image.height, image.step // 3, 3)
        np.testing.assert_array_equal(rgb, frame.rgb)


def test_depth_follows_from_disparity_as_the_file_says(file: Path, replayed: list[Frame]) -> None:
    said = facts(file)["lane_b"]
    assert said["unit"] == "arbitrary (relative disparity)"
    assert said["model"] == "net-b"
    for (_, image), frame in zip(messages(file, "/lane_b/depth"), replayed, strict=True):
        disparity = (frame.recorded or {})["b"].depth.disparity
        depth = np.frombuffer(image.data, np.float32).reshape(disparity.shape)
        inverse = float(said["offset"]) + float(said["gain"]) * disparity.astype(float)
        known = inverse > 1e-6
        np.testing.assert_allclose(depth[known], 1 / inverse[known], rtol=1e-4)
        assert np.isnan(depth[~known]).all()


def test_points_lie_where_the_camera_saw_them(file: Path, replayed: list[Frame]) -> None:
    said = facts(file)["lane_a"]
    scale = Calibration(float(said["offset"]), float(said["gain"]), 1 / 3, 24.0)
    (_, info), *_ = messages(file, "/camera/camera_info")
    camera = intrinsics_in_force(CloudOptions(), None, *SIZE)
    assert camera.fov_deg == pytest.approx(DEFAULT_FOV_DEG)
    assert list(info.k) == [camera.fx, 0, camera.cx, 0, camera.fy, camera.cy, 0, 0, 1]
    for (_, cloud), frame in zip(messages(file, "/lane_a/points"), replayed, strict=True):
        disparity = (frame.recorded or {})["a"].depth.disparity
        points, colours = cloud_points(frame.rgb, disparity, CloudOptions(calibration=scale))
        dtype = np.dtype(
            [(one.name, "<f4" if one.datatype == 7 else "<u4") for one in cloud.fields]
        )
        read = np.frombuffer(cloud.data, dtype)
        assert (cloud.width, cloud.point_step) == (len(read), dtype.itemsize)
        xyz = np.stack([read["x"], -read["y"], -read["z"]], axis=1)
        np.testing.assert_allclose(xyz, points, atol=1e-5)
        rgb = np.stack([read["rgb"] >> shift & 255 for shift in (16, 8, 0)], axis=1)
        np.testing.assert_array_equal(rgb, colours)
