"""Recorded scenes with measured depth, and what their descriptions may say."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app.sources.images import ImagesSource
from app.sources.picture_files import find_pictures
from app.sources.truth_folder import TruthFolder
from models.errors import SourceError
from tests.app.sources.test_images import all_of, plain, save


def recorded_scene(root: Path, told: dict[str, object] | None = None) -> Path:
    for number in range(2):
        save(root / "rgb" / f"{number:06}.jpg", plain(100))
        depth = np.full((16, 24), 2000 + 500 * number, np.uint16)
        depth[0, 0] = 0
        save(root / "depth" / f"{number:06}.png", depth)
    if told is not None:
        (root / "scene.json").write_text(json.dumps(told))
    return root


def test_depth_beside_the_pictures_is_ground_truth(tmp_path: Path) -> None:
    pose = np.eye(4)
    pose[0, 3] = 0.5
    root = recorded_scene(
        tmp_path,
        {
            "depth_scale": 1000,
            "K": [[30, 0, 11], [0, 31, 7], [0, 0, 1]],
            "poses_camera_to_world": [np.eye(4).tolist(), pose.tolist()],
        },
    )
    truth = TruthFolder.of_folder(root)
    with closing(ImagesSource("x", "x", find_pictures(str(root / "rgb")), truth)) as source:
        assert source.info.has_truth
        first, second = all_of(source)
    assert first.truth is not None
    assert second.truth is not None
    assert first.truth.disparity.dtype == np.float32
    assert np.isnan(first.truth.disparity[0, 0])
    assert first.truth.disparity[5, 5] == pytest.approx(0.5)
    assert second.truth.disparity[5, 5] == pytest.approx(0.4)
    assert second.truth.camera_to_world is not None
    assert second.truth.camera_to_world[0, 3] == 0.5
    assert first.intrinsics is not None
    assert (first.intrinsics.fx, first.intrinsics.cy) == (30, 7)


def test_depth_of_another_size_is_sampled_not_blended(tmp_path: Path) -> None:
    root = recorded_scene(tmp_path)
    depth = np.full((8, 12), 1000, np.uint16)
    depth[:, 6:] = 4000
    save(root / "depth" / "000000.png", depth)
    truth = TruthFolder.of_folder(root)
    assert truth is not None
    known = truth.of("000000", 0, (24, 16))
    assert known is not None
    assert known.disparity.shape == (16, 24)
    assert set(np.unique(known.disparity)) == {np.float32(1.0), np.float32(0.25)}


def test_a_scene_without_a_description_has_depth_but_no_camera(tmp_path: Path) -> None:
    truth = TruthFolder.of_folder(recorded_scene(tmp_path))
    assert truth is not None
    assert truth.intrinsics((24, 16)) is None
    known = truth.of("000001", 1, (24, 16))
    assert known is not None
    assert known.camera_to_world is None


def test_a_picture_without_depth_has_no_truth(tmp_path: Path) -> None:
    truth = TruthFolder.of_folder(recorded_scene(tmp_path))
    assert truth is not None
    assert truth.of("000099", 99, (24, 16)) is None


def test_a_plain_folder_is_not_a_recorded_scene(tmp_path: Path) -> None:
    save(tmp_path / "rgb" / "0.png", plain(0))
    assert TruthFolder.of_folder(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1 is not JSON"),
        ("[]", "it is not an object"),
        ("[" * 100_000, "it is nested too deeply"),
        ('{"K": ' + "[" * 100_000, "it is nested too deeply"),
        ('{"K": [1, 2]}', "K is not 3x3 finite numbers"),
        ('{"K": "sharp"}', "K is not 3x3"),
        ('{"K": [[NaN, 0, NaN], [0, NaN, NaN], [0, 0, 1]]}', "K is not 3x3 finite"),
        ('{"K": [[Infinity, 0, 1], [0, -Infinity, 1], [0, 0, 1]]}', "K is not 3x3 finite"),
        ('{"K": [[1' + "0" * 400 + ", 0, 1], [0, 1, 1], [0, 0, 1]]}", "K is not 3x3 finite"),
        ('{"K": [[1' + "0" * 5000 + ", 0, 1], [0, 1, 1], [0, 0, 1]]}", "K is not 3x3 finite"),
        ('{"K": [[-5, 0, 1], [0, -5, 1], [0, 0, 1]]}', "a focal length in K"),
        ('{"K": [[60, 0, 1e9], [0, 60, 1], [0, 0, 1]]}', "the centre of the picture in K"),
        ('{"K": [[60, 0, 1], [0, 60, 1], [0, 0, 0]]}', "K is not a pinhole matrix"),
        ('{"K": [[true, 0, 1], [0, 60, 1], [0, 0, 1]]}', "K is not 3x3"),
        ('{"depth_scale": "much"}', "depth_scale is not"),
        ('{"depth_scale": 0}', "depth_scale is not"),
        ('{"depth_scale": NaN}', "depth_scale is not"),
        ('{"depth_scale": -1000}', "depth_scale is not"),
        ('{"depth_scale": 1' + "0" * 400 + "}", "depth_scale is not"),
        ('{"poses_camera_to_world": 7}', "poses_camera_to_world is not a list"),
        ('{"poses_camera_to_world": [[1]]}', r"poses_camera_to_world\[0\] is not 4x4"),
    ],
    ids=lambda text: text[:40],
)
def test_a_description_that_cannot_be_true_is_one_sentence_with_the_field(
    tmp_path: Path, text: str, said: str
) -> None:
    root = recorded_scene(tmp_path)
    (root / "scene.json").write_text(text)
    with pytest.raises(SourceError, match=rf"Can't read the scene description .*json: {said}"):
        TruthFolder.of_folder(root)


@pytest.mark.parametrize("damage", [np.nan, 1e30, 3.0])
def test_a_pose_that_is_none_is_named(tmp_path: Path, damage: float) -> None:
    pose = np.eye(4)
    pose[0, 0] = damage
    root = recorded_scene(tmp_path, {"poses_camera_to_world": [np.eye(4).tolist(), pose.tolist()]})
    with pytest.raises(SourceError, match=r"poses_camera_to_world\[1\] is not"):
        TruthFolder.of_folder(root)


def at(number: int) -> list[list[float]]:
    pose = np.eye(4)
    pose[0, 3] = number
    return pose.tolist()


@pytest.mark.parametrize(
    ("names", "poses", "expected"),
    [
        (("000000", "000001", "000002"), (0, 1, 2), [0, 1, 2]),
        (("000000", "000002"), (0, 1, 2), [0, 2]),  # one was deleted
        (("IMG_1", "IMG_3"), (0, 1, 2), [0, 2]),  # counted from 1
        (("shot 10", "shot 20"), (0, 1), [0, 1]),  # one each, whatever the numbers
        (("left", "right"), (0, 1, 2), [0, 1]),
        (("000000", "000007"), (0, 1, 2), [0, None]),
        (("000000", "000001"), (None, 1), [None, 1]),
    ],
)
def test_poses_go_by_name_where_names_carry_numbers(
    tmp_path: Path,
    names: tuple[str, ...],
    poses: tuple[int | None, ...],
    expected: list[int | None],
) -> None:
    for name in names:
        save(tmp_path / "rgb" / f"{name}.png", plain(100))
        save(tmp_path / "depth" / f"{name}.png", np.full((16, 24), 2000, np.uint16))
        (tmp_path / "rgb" / f"._{name}.png").write_bytes(b"Mac OS X")
    told = {"poses_camera_to_world": [None if one is None else at(one) for one in poses]}
    (tmp_path / "scene.json").write_text(json.dumps(told))
    truth = TruthFolder.of_folder(tmp_path)
    with closing(ImagesSource("x", "x", find_pictures(str(tmp_path / "rgb")), truth)) as source:
        found = [frame.truth.camera_to_world for frame in all_of(source) if frame.truth is not None]
    assert [None if pose is None else int(pose[0, 3]) for pose in found] == expected


@pytest.mark.parametrize("content", [b"", b"rubbish"])
def test_depth_that_cannot_be_read_is_left_out_and_named(tmp_path: Path, content: bytes) -> None:
    root = recorded_scene(tmp_path)
    (root / "depth" / "000000.png").write_bytes(content)
    truth = TruthFolder.of_folder(root)
    with closing(ImagesSource("x", "x", find_pictures(str(root / "rgb")), truth)) as source:
        first, second = all_of(source)
        assert first.truth is None
        assert second.truth is not None
        assert source.info.note.startswith("Skipped: depth/000000.png is")
