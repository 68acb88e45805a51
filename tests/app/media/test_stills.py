"""Pictures of every kind: orientation, transparency, depth of samples, and what is refused."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.media.picture_header import read_header
from app.media.stills import LONGEST_SIDE, MOST_PIXELS, header_of, read_depth, read_picture
from models.errors import SourceError
from models.opencv import cv2
from tests.app.media.test_pictures_of_videos import ORIENTATIONS, patches

UInt8 = NDArray[np.uint8]


def encoded(suffix: str, picture: NDArray[np.generic]) -> bytes:
    done, data = cv2.imencode(suffix, picture)
    assert done
    return bytes(data.tobytes())


def exif(orientation: int) -> bytes:
    """A TIFF directory with nothing but the orientation."""
    entry = struct.pack(">HHIHH", 0x112, 3, 1, orientation, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)


def png_chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content)) + name + content
        + struct.pack(">I", zlib.crc32(name + content))
    )  # fmt: skip


def png_with(orientation: int, picture: UInt8) -> bytes:
    data = encoded(".png", picture)
    return data[:33] + png_chunk(b"eXIf", exif(orientation)) + data[33:]


def jpeg_with(orientation: int, picture: UInt8) -> bytes:
    data = encoded(".jpg", picture)
    content = b"Exif\0\0" + exif(orientation)
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + data[2:]


def webp_with(orientation: int, picture: UInt8) -> bytes:
    plain = encoded(".webp", picture)[12:]
    height, width = picture.shape[:2]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    flags = 8 | (16 if picture.shape[2] == 4 else 0)
    content = exif(orientation)
    chunks = (
        b"VP8X" + struct.pack("<IB3x", 10, flags) + size + plain
        + b"EXIF" + struct.pack("<I", len(content)) + content + bytes(len(content) & 1)
    )  # fmt: skip
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def tiff_with(orientation: int, picture: NDArray[np.generic]) -> bytes:
    """An uncompressed TIFF of grey samples."""
    grey = np.ascontiguousarray(picture[..., 0])
    height, width = grey.shape
    kind = 3 if grey.dtype.kind == "f" else 1
    tags = [
        (256, 4, width), (257, 4, height), (258, 3, 8 * grey.itemsize), (259, 3, 1), (262, 3, 1),
        (273, 4, 8), (0x112, 3, orientation), (277, 3, 1), (278, 4, height),
        (279, 4, grey.nbytes), (339, 3, kind),
    ]  # fmt: skip
    entries = b"".join(
        struct.pack("<HHI", tag, type_, 1) + struct.pack("<I" if type_ == 4 else "<Hxx", value)
        for tag, type_, value in sorted(tags)
    )
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + grey.nbytes) + grey.tobytes() + directory


OPAQUE = np.dstack([patches(), np.full((64, 96), 255, np.uint8)])
HALF = np.dstack([patches(), np.full((64, 96), 254, np.uint8)])
FILES = {
    "a.jpg": lambda way: jpeg_with(way, patches()),
    "a.png": lambda way: png_with(way, patches()),
    "alpha.png": lambda way: png_with(way, HALF),
    "a.webp": lambda way: webp_with(way, patches()),
    "alpha.webp": lambda way: webp_with(way, HALF),
    "a.tif": lambda way: tiff_with(way, patches()),
    "16.tif": lambda way: tiff_with(way, patches().astype(np.uint16) * 257),
    "float.tif": lambda way: tiff_with(way, (patches() / 255).astype(np.float32)),
}


@pytest.mark.parametrize("name", FILES)
def test_all_eight_orientations_of_a_picture_are_applied(tmp_path: Path, name: str) -> None:
    for way, (_, upright) in enumerate(ORIENTATIONS.values(), start=1):
        path = tmp_path / name
        path.write_bytes(FILES[name](way))
        shown, expected = read_picture(path), upright(patches())
        assert shown.shape == expected.shape, way
        assert np.abs(shown.astype(int) - expected).max() <= 8, way


def test_noise_under_full_transparency_is_neutral(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 4), np.uint8)
    noise[..., 3] = 0
    noise[:, 32:] = (40, 40, 200, 255)
    path = tmp_path / "cut-out.png"
    path.write_bytes(encoded(".png", noise))
    rgb = read_picture(path)
    assert np.unique(rgb[:, :32]).tolist() == [128]
    assert np.all(rgb[:, 32:] == (200, 40, 40))


def test_a_palette_with_transparency_is_neutral_there(tmp_path: Path) -> None:
    rows = b"".join(b"\0" + bytes([0, 1]) * 4 for _ in range(4))
    data = (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 4, 8, 3, 0, 0, 0))
        + png_chunk(b"PLTE", bytes([9, 9, 9, 200, 40, 40])) + png_chunk(b"tRNS", b"\0\xff")
        + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")
    )  # fmt: skip
    path = tmp_path / "palette.png"
    path.write_bytes(data)
    rgb = read_picture(path)
    assert rgb[0, 0].tolist() == [128, 128, 128]
    assert rgb[0, 1].tolist() == [200, 40, 40]


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.float32([0.0, 0.5, 1.0]), [0, 128, 255]),
        (np.float64([0.0, 0.25, 0.5]), [0, 64, 128]),
        (np.float32([0.0, 100.0, 255.0]), [0, 100, 255]),
        (np.float32([0.0, 257 * 100.0, 65535.0]), [0, 100, 255]),
        (np.float32([np.nan, -1.0, 1.0]), [0, 0, 255]),
        (np.uint32([0, 100 << 24, 2**32 - 1]), [0, 100, 255]),
        (np.int32([-5, 100 << 23, 2**31 - 1]), [0, 100, 255]),
        (np.uint16([0, 100 << 8, 65535]), [0, 100, 255]),
    ],
    ids=str,
)
def test_deep_samples_are_scaled_to_eight_bits(
    tmp_path: Path, samples: NDArray[np.generic], expected: list[int]
) -> None:
    path = tmp_path / "deep.tif"
    path.write_bytes(encoded(".tif", np.tile(samples, (4, 1))))
    rgb = read_picture(path)
    assert rgb[0, :, 0].tolist() == expected
    assert rgb.shape == (4, 3, 3)


def write_exr(path: Path, linear: NDArray[np.float32], pixel_format: str = "gbrpf32le") -> Path:
    height, width = linear.shape[:2]
    encoder = av.CodecContext.create("exr", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixel_format
    encoder.framerate = 25
    frame = av.VideoFrame.from_ndarray(linear, pixel_format)
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))
    return path


def test_openexr_is_light_and_becomes_srgb(tmp_path: Path) -> None:
    linear = np.tile(np.float32([0.0, 0.2158605, 1.0]), (8, 16, 1))
    linear[4:] = (7.0, -1.0, 0.0)
    rgb = read_picture(write_exr(tmp_path / "light.exr", linear))
    assert np.all(rgb[:4] == (0, 128, 255))
    assert np.all(rgb[4:] == (255, 0, 0))


def test_transparent_openexr_is_neutral(tmp_path: Path) -> None:
    linear = np.zeros((8, 16, 4), np.float32)
    linear[:, 8:] = (1.0, 0.0, 0.0, 1.0)
    rgb = read_picture(write_exr(tmp_path / "light.exr", linear, "gbrapf32le"))
    assert np.all(rgb[:, :8] == 128)
    assert np.all(rgb[:, 8:] == (255, 0, 0))


def claiming(kind: str, width: int, height: int) -> bytes:
    """The start of a picture that says it has that size, and little behind it."""
    match kind:
        case "png":
            head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
            return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", b"x")
        case "jpg":
            return b"\xff\xd8\xff\xc0\0\x11\x08" + struct.pack(">HH", height, width) + bytes(20)
        case "webp":
            size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
            return b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + size
        case "tif":
            tags = struct.pack("<HHII", 256, 4, 1, width) + struct.pack("<HHII", 257, 4, 1, height)
            return b"II*\0\x08\0\0\0\x02\0" + tags + bytes(4)
        case "bmp":
            return b"BM" + bytes(12) + struct.pack("<IiiHH", 40, width, -height, 1, 24) + bytes(24)
        case "ppm":
            return f"P6\n# a comment\n{width} {height}\n255\n".encode() + bytes(9)
        case "jp2":
            box = struct.pack(">I4sIIH", 22, b"ihdr", height, width, 3) + bytes(4)
            start = b"\0\0\0\x0cjP  \r\n\x87\n" + struct.pack(">I4s", len(box) + 8, b"jp2h")
            return start + box
        case _:
            window = struct.pack("<iiii", 0, 0, width - 1, height - 1)
            return b"v/1\x01\x02\0\0\0dataWindow\0box2i\0\x10\0\0\0" + window + b"\0"


KINDS = ("png", "jpg", "webp", "tif", "bmp", "ppm", "jp2", "exr")


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_is_too_large_is_refused_by_its_header(tmp_path: Path, kind: str) -> None:
    width, height = (16_000, 16_000) if kind == "webp" else (32_000, 32_000)
    assert width * height > MOST_PIXELS
    path = tmp_path / f"bomb.{kind}"
    path.write_bytes(claiming(kind, width, height))
    for read in (read_picture, read_depth):
        with pytest.raises(SourceError, match=r"bomb.* megapixels .*more than the 200 that are"):
            read(path)


def test_a_picture_that_is_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "thread.png"
    path.write_bytes(claiming("png", LONGEST_SIDE + 1, 1))
    with pytest.raises(SourceError, match="its long side may have 32767"):
        read_picture(path)


def test_a_small_picture_in_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "hollow.png"
    path.write_bytes(encoded(".png", patches()))
    os.truncate(path, 3 << 30)  # takes no room on disk
    with pytest.raises(SourceError, match="far more than a picture of 96x64 needs"):
        read_picture(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(65, 64), (200, 130)])
def test_the_header_says_what_is_decoded(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    path = tmp_path / f"a.{kind}"
    width, height = size
    if kind == "exr":
        write_exr(path, np.zeros((height, width, 3), np.float32))
    else:
        path.write_bytes(encoded(f".{kind}", np.zeros((height, width, 3), np.uint8)))
    header = header_of(path)
    assert header is not None
    assert (header.width, header.height) == size
    assert read_picture(path).shape == (height, width, 3)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(KINDS), st.binary(max_size=80), st.integers(0, 60))
def test_a_damaged_header_is_none_and_no_exception(kind: str, noise: bytes, kept: int) -> None:
    header = read_header(io.BytesIO(claiming(kind, 12, 10)[:kept] + noise))
    assert header is None or (header.width > 0 and header.height > 0)


def test_pipes_and_devices_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    for name in ("pipe.png", "zero.png"):
        with pytest.raises(SourceError, match="is not a file"):
            read_picture(tmp_path / name)


def test_depth_with_colours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "depth.png"
    path.write_bytes(encoded(".png", patches()))
    with pytest.raises(SourceError, match=r"depth\.png has colours"):
        read_depth(path)
