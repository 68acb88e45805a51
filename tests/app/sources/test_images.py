"""Picture folders, patterns and recorded scenes with measured depth."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.core.source import Ended
from app.sources.images import (
    ImagesSource,
    find_pictures,
    is_pattern,
    natural_key,
    read_picture,
)
from app.sources.truth_folder import TruthFolder
from models.errors import SourceError
from models.frames import Frame
from models.opencv import cv2


def save(path: Path, picture: NDArray[np.generic]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(path.suffix, picture)
    assert done
    path.write_bytes(data.tobytes())
    return path


def plain(value: int, size: tuple[int, int] = (24, 16)) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), value, np.uint8)


def opened(location: Path | str) -> ImagesSource:
    return ImagesSource(str(location), Path(location).name, find_pictures(str(location)))


def all_of(source: ImagesSource) -> list[Frame]:
    frames = []
    while not isinstance(reading := source.read(1.0), Ended):
        assert isinstance(reading, Frame)
        frames.append(reading)
    return frames


def test_pictures_come_in_the_order_people_count_in(tmp_path: Path) -> None:
    for number in (10, 9, 1, 2, 100):
        save(tmp_path / f"shot {number}.png", plain(number))
    (tmp_path / "notes.txt").write_text("not a picture")
    with closing(opened(tmp_path)) as source:
        frames = all_of(source)
    assert [int(frame.rgb[0, 0, 0]) for frame in frames] == [1, 2, 9, 10, 100]
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.time_s for frame in frames] == pytest.approx([n / 24 for n in range(5)])
    assert source.info.frame_count == 5


@settings(deadline=None)
@given(st.lists(st.integers(0, 10**6), min_size=2, unique=True))
def test_natural_order_is_the_order_of_the_numbers(numbers: list[int]) -> None:
    names = [Path(f"a{number}b.png") for number in numbers]
    assert sorted(names, key=natural_key) == [Path(f"a{n}b.png") for n in sorted(numbers)]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("left_*.png", [1, 2, 3]), ("left_%04d.png", [1, 2]), ("left_000[13]*.png", [1, 3])],
)
def test_patterns_choose_among_the_files(tmp_path: Path, pattern: str, expected: list[int]) -> None:
    for name, value in (("left_0001", 1), ("left_0002", 2), ("left_0003x", 3), ("right_0001", 4)):
        save(tmp_path / f"{name}.png", plain(value))
    assert is_pattern(pattern)
    with closing(opened(tmp_path / pattern)) as source:
        assert [int(frame.rgb[0, 0, 0]) for frame in all_of(source)] == expected


def test_seeking_starts_a_new_segment_at_that_picture(tmp_path: Path) -> None:
    for number in range(5):
        save(tmp_path / f"{number}.png", plain(number))
    with closing(opened(tmp_path)) as source:
        all_of(source)
        for asked, index, segment in ((3, 3, 1), (99, 4, 2), (-1, 0, 3)):
            source.seek(asked)
            frame = source.read(1.0)
            assert isinstance(frame, Frame)
            assert (frame.index, int(frame.rgb[0, 0, 0]), frame.segment) == (index, index, segment)


def test_another_size_starts_a_new_segment(tmp_path: Path) -> None:
    sizes = [(24, 16), (24, 16), (30, 20), (24, 16)]
    for number, size in enumerate(sizes):
        save(tmp_path / f"{number}.png", plain(number, size))
    with closing(opened(tmp_path)) as source:
        frames = all_of(source)
    assert [frame.size for frame in frames] == sizes
    assert [frame.segment for frame in frames] == [0, 0, 1, 2]


def test_seeking_to_another_size_counts_as_one_break(tmp_path: Path) -> None:
    for number, size in enumerate([(24, 16), (30, 20)]):
        save(tmp_path / f"{number}.png", plain(number, size))
    with closing(opened(tmp_path)) as source:
        source.read(1.0)
        source.seek(1)
        frame = source.read(1.0)
        assert isinstance(frame, Frame)
        assert frame.segment == 1
        assert source.info.size == (30, 20)


def test_an_empty_picture_is_skipped_and_named(tmp_path: Path) -> None:
    for number in range(4):
        save(tmp_path / f"{number}.png", plain(number))
    (tmp_path / "1.png").write_bytes(b"")
    with closing(opened(tmp_path)) as source:
        assert source.info.note == ""
        assert [frame.index for frame in all_of(source)] == [0, 2, 3]
        assert source.info.note == "Skipped: 1.png is empty (0 bytes)."
        source.seek(0)
        all_of(source)
        assert source.info.note == "Skipped: 1.png is empty (0 bytes)."


def test_several_unreadable_pictures_are_counted(tmp_path: Path) -> None:
    for number in range(4):
        save(tmp_path / f"{number}.png", plain(number))
    (tmp_path / "1.png").write_bytes(b"")
    (tmp_path / "3.png").write_bytes(b"this is not a picture")
    with closing(opened(tmp_path)) as source:
        assert [frame.index for frame in all_of(source)] == [0, 2]
    assert source.info.note == (
        "2 pictures were skipped; the last: 3.png is not a readable picture."
    )


def test_a_folder_without_one_readable_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b.png").write_bytes(b"rubbish")
    with pytest.raises(SourceError, match=r"None of the 2 pictures of .* can be read.*a\.png"):
        opened(tmp_path)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="has no pictures"):
        find_pictures(str(tmp_path))
    with pytest.raises(SourceError, match="No picture matches"):
        find_pictures(str(tmp_path / "*.png"))


@pytest.mark.parametrize(
    ("name", "stored", "expected"),
    [
        ("grey.png", np.full((8, 8), 77, np.uint8), (77, 77, 77)),
        ("grey16.png", np.full((8, 8), 0x4D80, np.uint16), (77, 77, 77)),
        ("deep.tif", np.full((8, 8, 3), (0x1000, 0x2000, 0x3000), np.uint16), (48, 32, 16)),
        ("alpha.png", np.full((8, 8, 4), (10, 20, 30, 0), np.uint8), (30, 20, 10)),
        ("colour.bmp", np.full((8, 8, 3), (1, 2, 3), np.uint8), (3, 2, 1)),
        ("odd.webp", np.full((5, 7, 3), 128, np.uint8), (128, 128, 128)),
    ],
)
def test_every_kind_of_picture_becomes_rgb(
    tmp_path: Path, name: str, stored: NDArray[np.generic], expected: tuple[int, int, int]
) -> None:
    picture = read_picture(save(tmp_path / name, stored))
    assert picture.shape == (*stored.shape[:2], 3)
    assert picture.dtype == np.uint8
    assert np.abs(picture.astype(int) - expected).max() <= 1


def test_names_beyond_ascii_are_read(tmp_path: Path) -> None:
    with closing(opened(save(tmp_path / "Übung – 影像.png", plain(5)))) as source:
        assert len(all_of(source)) == 1


def test_a_closed_source_gives_nothing(tmp_path: Path) -> None:
    source = opened(save(tmp_path / "a.png", plain(5)))
    source.close()
    source.close()
    assert source.read(0.1) is None


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


@pytest.mark.parametrize("text", ["{", "[]", '{"K": [1, 2]}', '{"depth_scale": "much"}'])
def test_a_damaged_description_is_named(tmp_path: Path, text: str) -> None:
    root = recorded_scene(tmp_path)
    (root / "scene.json").write_text(text)
    with pytest.raises(SourceError, match=r"Can't read the scene description .*scene\.json"):
        TruthFolder.of_folder(root)
