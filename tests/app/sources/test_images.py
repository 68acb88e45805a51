"""Picture folders, patterns and recorded scenes with measured depth."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.core.source import Ended, Source
from app.media.stills import read_picture
from app.sources.images import ImagesSource
from app.sources.opening import open_source
from app.sources.picture_files import find_pictures, is_pattern, natural_key
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


def all_of(source: Source) -> list[Frame]:
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
        ("alpha.png", np.full((8, 8, 4), (10, 20, 30, 0), np.uint8), (128, 128, 128)),
        ("opaque.png", np.full((8, 8, 4), (10, 20, 30, 255), np.uint8), (30, 20, 10)),
        ("half.webp", np.full((8, 8, 4), (0, 0, 255, 128), np.uint8), (192, 64, 64)),
        ("deep-alpha.png", np.full((8, 8, 4), (0, 0, 65535, 32896), np.uint16), (192, 64, 64)),
        ("zero.bmp", np.full((8, 8, 4), (10, 20, 30, 0), np.uint8), (30, 20, 10)),
        ("float.tif", np.full((8, 8), 0.5, np.float32), (128, 128, 128)),
        ("double.tif", np.full((8, 8, 3), (0.0, 0.5, 1.0), np.float64), (255, 128, 0)),
        ("0 to 255.tif", np.full((8, 8, 3), (0.0, 100.0, 255.0), np.float32), (255, 100, 0)),
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


def test_hidden_files_and_pipes_are_no_pictures(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        save(tmp_path / f"IMG_{number}.jpg", plain(50 * number))
        (tmp_path / f"._IMG_{number}.jpg").write_bytes(b"\0\5\x16\7 Mac OS X")
    (tmp_path / ".hidden.jpg").write_bytes(b"")
    os.mkfifo(tmp_path / "IMG_0.jpg")
    (tmp_path / "IMG_4.jpg").symlink_to("/dev/zero")
    for location in (tmp_path, tmp_path / "*IMG_*.jpg", tmp_path / "IMG_%d.jpg"):
        with closing(opened(location)) as source:
            assert source.info.frame_count == 3
            frames = all_of(source)
            assert [frame.index for frame in frames] == [0, 1, 2]
            assert [int(frame.rgb[0, 0, 0]) for frame in frames] == [50, 100, 150]
            assert source.info.note == ""


@pytest.mark.parametrize(
    "names",
    [
        ("1²2.png", "1²10.png"),
        ("plot m²1.png", "plot m²20.png"),
        ("٣.png", "٤.png"),
        ("a#1.png", "a#2.png"),
        ("100%1.png", "100%d2.png"),
        ("12:30.png", "12:31.png"),
        ("x [1].png", "x [2].png"),
    ],
)
def test_names_are_only_names(tmp_path: Path, names: tuple[str, str]) -> None:
    folder = tmp_path / "shots [v2] #1 100%"
    for value, name in enumerate(names, start=1):
        save(folder / name, plain(50 * value))
    with closing(open_source(str(folder))) as source:
        assert [int(frame.rgb[0, 0, 0]) for frame in all_of(source)] == [50, 100]
    for value, name in enumerate(names, start=1):
        with closing(open_source(str(folder / name))) as source:
            assert [int(frame.rgb[0, 0, 0]) for frame in all_of(source)] == [50 * value]


def test_a_pattern_in_a_folder_with_brackets_is_found(tmp_path: Path) -> None:
    for number in (1, 2):
        save(tmp_path / "shots [v2]" / f"f{number} [raw].png", plain(50 * number))
    for pattern in ("f%d [raw].png", "f*.png"):
        with closing(open_source(str(tmp_path / "shots [v2]" / pattern))) as source:
            assert len(all_of(source)) == 2


def test_a_pattern_may_choose_among_folders(tmp_path: Path) -> None:
    for number in (1, 2):
        save(tmp_path / f"day{number}" / "a.png", plain(50 * number))
    with closing(opened(tmp_path / "day*" / "a.png")) as source:
        assert len(all_of(source)) == 2


def test_a_single_picture_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(SourceError, match=r"^a\.png is empty \(0 bytes\)\."):
        opened(tmp_path / "a.png")


def test_all_frames_of_an_animated_webp_come_at_their_times(tmp_path: Path) -> None:
    path = tmp_path / "moving.webp"
    animation = cv2.Animation()
    animation.frames = [np.full((24, 32, 4), (0, 0, 40 * n, 255), np.uint8) for n in range(5)]
    animation.frames[4][:] = 0
    animation.durations = np.array([100, 50, 50, 200, 100])
    done, data = cv2.imencodeanimation(".webp", animation, [cv2.IMWRITE_WEBP_QUALITY, 101])
    assert done
    path.write_bytes(data.tobytes())
    with closing(open_source(str(path))) as source:
        frames = all_of(source)
        assert source.info.frame_count == 5
        assert [int(frame.rgb[0, 0, 0]) for frame in frames] == [0, 40, 80, 120, 128]
        assert [frame.time_s for frame in frames] == pytest.approx([0, 0.1, 0.15, 0.2, 0.4])
        source.seek(2)
        again = source.read(1.0)
        assert isinstance(again, Frame)
        assert (again.index, again.segment, int(again.rgb[0, 0, 0])) == (2, 1, 80)


def test_all_frames_of_an_animated_png_come(tmp_path: Path) -> None:
    path = tmp_path / "moving.png"
    with av.open(str(tmp_path / "a.apng"), "w", format="apng") as container:
        stream = container.add_stream("apng", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "rgb24"
        for number in range(6):
            frame = av.VideoFrame.from_ndarray(plain(40 * number, (32, 24)), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    (tmp_path / "a.apng").rename(path)
    with closing(open_source(str(path))) as source:
        frames = all_of(source)
    assert [int(frame.rgb[0, 0, 0]) for frame in frames] == [0, 40, 80, 120, 160, 200]
