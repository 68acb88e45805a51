"""A mini data set in each published layout, made here and read back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import OpenEXR
import pytest

from models.errors import UsageError, UserError
from models.frames import Float32
from models.opencv import cv2
from models.training.paper.config import DataEntry
from models.training.paper.footage import Footage
from models.training.paper.sets import SETS, named

SIZE = (12, 8)
FRAMES = 3


def picture(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rgb = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    rgb[..., 0] = 40 * number  # red
    assert cv2.imwrite(str(path), np.ascontiguousarray(rgb[..., ::-1]))


def depth_m(number: int) -> Float32:
    """A ramp that starts at 2 m in the first frame."""
    columns = np.arange(SIZE[0], dtype=np.float32)
    return np.broadcast_to(2.0 + number + columns, (SIZE[1], SIZE[0])).copy()


def exr(path: Path, values: Float32) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, {"Y": values}) as file:
        file.write(str(path))


def sixteen_bits(path: Path, values: np.ndarray) -> None:  # type: ignore[type-arg]
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), values)


def mvs_synth(root: Path) -> None:
    for scene in ("0000", "0118"):
        for number in range(FRAMES):
            picture(root / scene / "images" / f"{number:04d}.png", number)
            raw = 10.0 * depth_m(number)
            raw[0] = np.inf
            exr(root / scene / "depths" / f"{number:04d}.exr", raw)


def dynamic_replica(root: Path) -> None:
    for scene in ("1a1407-3_obj_source_left", "009850-3_obj_source_left"):
        folder = root / "train" / scene
        for number in range(FRAMES):
            picture(folder / "images" / f"{scene}-{number:04d}.png", number)
            half = depth_m(number).astype(np.float16)
            half[0, :2] = (0.0, np.inf)
            name = f"{scene}_{number:04d}.geometric.png"
            sixteen_bits(folder / "depths" / name, half.view(np.uint16))


def tartanair(root: Path) -> None:
    for place in ("office", "amusement"):
        folder = root / place / "Easy" / "P001"
        for number in range(FRAMES):
            picture(folder / "image_left" / f"{number:06d}_left.png", number)
            path = folder / "depth_left" / f"{number:06d}_left_depth.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            depth = depth_m(number)
            depth[0, :3] = (10000.0, np.inf, 0.0)
            np.save(path, depth)


def point_odyssey(root: Path) -> None:
    for scene in ("kg", "outdoors"):
        folder = root / "train" / scene
        for number in range(FRAMES):
            picture(folder / "rgbs" / f"rgb_{number:05d}.jpg", number)
            stored = np.round(depth_m(number) / 1000.0 * 65535.0).astype(np.uint16)
            stored[0, 0] = 0
            sixteen_bits(folder / "depths" / f"depth_{number:05d}.png", stored)


def spring(root: Path) -> None:
    folder = root / "train" / "0001"
    for number in range(FRAMES):
        picture(folder / "frame_left" / f"frame_left_{number + 1:04d}.png", number)
        focal = 100.0 + number
        disparity = focal * 0.065 / depth_m(number)
        disparity[0, :2] = (0.0, np.nan)
        fine = np.repeat(np.repeat(disparity, 2, 0), 2, 1)
        path = folder / "disp1_left" / f"disp1_left_{number + 1:04d}.dsp5"
        path.parent.mkdir(parents=True, exist_ok=True)
        with h5py.File(path, "w") as file:
            file["disparity"] = fine
    (folder / "cam_data").mkdir()
    rows = [f"{100.0 + n} {100.0 + n} 6 4" for n in range(FRAMES)]
    (folder / "cam_data" / "intrinsics.txt").write_text("\n".join(rows))


LAYOUTS: dict[str, Callable[[Path], None]] = {
    "mvs-synth": mvs_synth,
    "dynamic-replica": dynamic_replica,
    "tartanair": tartanair,
    "point-odyssey": point_odyssey,
    "spring": spring,
}
TOLERANCE = {"point-odyssey": 4e-3, "dynamic-replica": 1e-3}
"""Relative: a 16-bit step is 1.5 cm, a half has 11 bits."""


def shots(key: str, root: Path) -> list[Footage]:
    return list(named(key).footage(DataEntry(key, str(root))))


def test_every_set_but_our_own_has_a_layout_here() -> None:
    assert {entry.key for entry in SETS} == {*LAYOUTS, "rendered"}


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_set_is_read_as_published(key: str, tmp_path: Path) -> None:
    LAYOUTS[key](tmp_path)
    (shot,) = shots(key, tmp_path)  # scenes that are held out or broken are not there
    assert len(shot) == FRAMES
    for number in range(FRAMES):
        rgb, inverse_depth = shot.read(number)
        assert rgb.shape == (SIZE[1], SIZE[0], 3)
        assert abs(int(rgb[4, 4, 0]) - 40 * number) <= 3  # JPEG
        expected = 1.0 / depth_m(number)
        np.testing.assert_allclose(inverse_depth[1:], expected[1:], rtol=TOLERANCE.get(key, 1e-5))


def test_sky_is_zero_and_the_unknown_is_nan(tmp_path: Path) -> None:
    first = {}
    for key, make in LAYOUTS.items():
        make(tmp_path / key)
        first[key] = shots(key, tmp_path / key)[0].read(0)[1][0]
    assert np.array_equal(first["mvs-synth"], np.zeros(SIZE[0], np.float32))
    assert np.isnan(first["dynamic-replica"][:2]).all()
    assert first["tartanair"][0] == 0.0
    assert np.isnan(first["tartanair"][1:3]).all()
    assert np.isnan(first["point-odyssey"][0])
    assert first["spring"][0] == 0.0
    assert np.isnan(first["spring"][1])


@pytest.mark.parametrize("key", LAYOUTS)
def test_a_folder_that_is_not_the_set_is_said_to_be_none(key: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="as published"):
        shots(key, tmp_path)


def test_a_shot_that_lacks_depth_is_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tartanair(tmp_path)
    (tmp_path / "office/Easy/P001/depth_left/000001_left_depth.npy").unlink()
    assert shots("tartanair", tmp_path) == []
    assert "frame 1 is incomplete" in caplog.text


@pytest.mark.parametrize(
    ("key", "pattern"),
    [
        ("mvs-synth", "*/depths/*.exr"),
        ("dynamic-replica", "train/*/depths/*.png"),
        ("tartanair", "*/*/P*/depth_left/*.npy"),
        ("point-odyssey", "train/*/depths/*.png"),
        ("spring", "train/*/disp1_left/*.dsp5"),
    ],
)
def test_a_damaged_file_of_depth_is_named(key: str, pattern: str, tmp_path: Path) -> None:
    LAYOUTS[key](tmp_path)
    for path in tmp_path.glob(pattern):
        path.write_bytes(b"not what it says")
    with pytest.raises(UserError, match="download it again"):
        shots(key, tmp_path)[0].read(0)


def test_depth_of_another_size_than_its_picture_is_refused(tmp_path: Path) -> None:
    tartanair(tmp_path)
    np.save(tmp_path / "office/Easy/P001/depth_left/000000_left_depth.npy", np.ones((4, 4)))
    with pytest.raises(UserError, match="4x4 and its picture 12x8"):
        shots("tartanair", tmp_path)[0].read(0)


def test_an_unknown_set_names_those_there_are() -> None:
    with pytest.raises(UsageError, match="mvs-synth"):
        named("sintel")
