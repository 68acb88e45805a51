"""What the pictures of a video look like: orientation, colours, HDR, transparency."""

from __future__ import annotations

import itertools
import struct
from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from app.media.deinterlace import PictureDeinterlacer
from app.sources.video import VideoSource
from models.frames import Frame

UInt8 = NDArray[np.uint8]

# What EXIF calls 1 to 8, as a display matrix (a, b, c, d) and as an operation.
ORIENTATIONS = {
    "upright": ((1, 0, 0, 1), lambda p: p),
    "mirrored left to right": ((-1, 0, 0, 1), np.fliplr),
    "upside down": ((-1, 0, 0, -1), lambda p: np.rot90(p, 2)),
    "mirrored top to bottom": ((1, 0, 0, -1), np.flipud),
    "mirrored and turned right": ((0, 1, 1, 0), lambda p: p.swapaxes(0, 1)),
    "turned right": ((0, 1, -1, 0), lambda p: np.rot90(p, -1)),
    "mirrored and turned left": ((0, -1, -1, 0), lambda p: np.rot90(p, 2).swapaxes(0, 1)),
    "turned left": ((0, -1, 1, 0), lambda p: np.rot90(p)),
}


def patches() -> UInt8:
    """(64, 96, 3): six grey patches, all different, so that no two orientations look alike."""
    levels = np.array([[20, 60, 100], [140, 180, 220]], np.uint8)
    return np.repeat(np.kron(levels, np.ones((32, 32), np.uint8))[..., None], 3, axis=2)


def write_video(
    path: Path,
    pictures: list[UInt8] | list[av.VideoFrame],
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    source_format: str = "rgb24",
    **tags: int,
) -> Path:
    """Write the pictures; `tags` are attributes of the codec, such as color_trc."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        first = pictures[0]
        height, width = (
            (first.height, first.width) if isinstance(first, av.VideoFrame) else first.shape[:2]
        )
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        for name, value in tags.items():
            setattr(stream.codec_context, name, value)
        for picture in pictures:
            frame = picture
            if not isinstance(frame, av.VideoFrame):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), source_format)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def first_picture(path: Path) -> UInt8:
    with closing(VideoSource(path)) as source:
        frame = source.read(5.0)
        assert isinstance(frame, Frame)
        assert source.info.size == frame.size
        return frame.rgb


def set_display_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Write the matrix of the track's header, as telephones do."""
    a, b, c, d = matrix
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    one = 1 << 16
    struct.pack_into(">9i", data, at, a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    path.write_bytes(data)


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_all_eight_orientations_of_a_video_are_applied(tmp_path: Path, name: str) -> None:
    matrix, upright = ORIENTATIONS[name]
    path = write_video(tmp_path / "turned.mp4", [patches()])
    set_display_matrix(path, matrix)
    shown, expected = first_picture(path), upright(patches())
    assert shown.shape == expected.shape
    assert shown.flags.c_contiguous
    assert np.abs(shown.astype(int) - expected).max() <= 6


def yuv_frame(
    size: tuple[int, int], values: tuple[int, int, int], pixel_format: str = "yuv420p"
) -> av.VideoFrame:
    """A frame of one colour, given as it is coded."""
    frame = av.VideoFrame(*size, pixel_format)
    deep = pixel_format.endswith("10le")
    for plane, value in zip(frame.planes, values, strict=True):
        unit = struct.pack("<H", value) if deep else bytes([value])
        plane.update(unit * (plane.buffer_size // len(unit)))
    return frame


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((640, 480), (213, 54, 21)),
        ((1280, 544), (227, 68, 18)),  # a wide film
        ((404, 720), (227, 68, 18)),  # a telephone held upright
    ],
    ids=["BT.601 below HD", "BT.709 by width", "BT.709 by height"],
)
def test_untagged_video_has_the_colours_of_its_size(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int, int]
) -> None:
    frame = yuv_frame(size, (100, 90, 200))
    path = write_video(tmp_path / "plain.mkv", [frame], "ffv1")
    colour = first_picture(path)[size[1] // 2, size[0] // 2].astype(int)
    assert np.abs(colour - expected).max() <= 3


def pq_code(nits: float) -> float:
    """SMPTE ST 2084."""
    y = (nits / 10_000) ** (2610 / 16384)
    return float(
        ((3424 / 4096 + 2413 / 128 * y) / (1 + 2392 / 128 * y)) ** (2523 / 32)
    )  # fmt: skip


def ten_bit_grey(code: float, width: int = 64) -> av.VideoFrame:
    """A frame of that grey, 0 to 1, in limited range."""
    return yuv_frame((width, 48), (round(64 + 876 * code), 512, 512), "yuv420p10le")


def shown_level(tmp_path: Path, frame: av.VideoFrame, trc: int) -> int:
    tags = {"color_trc": trc, "color_primaries": 9, "colorspace": 9}
    path = write_video(tmp_path / "hdr.mkv", [frame], "ffv1", "yuv420p10le", **tags)
    rgb = first_picture(path)
    assert np.ptp(rgb) <= 1  # grey stays grey
    return int(rgb[24, 32, 1])


def test_hdr_greys_are_tone_mapped_in_order_and_none_is_above_white(tmp_path: Path) -> None:
    nits = (0, 1, 10, 100, 203, 400, 1000, 4000)
    levels = [shown_level(tmp_path, ten_bit_grey(pq_code(one)), 16) for one in nits]
    assert levels[0] == 0
    assert levels == sorted(set(levels))
    shown = dict(zip(nits, levels, strict=True))
    assert 0.75 <= shown[203] / 255 <= 0.80
    assert 0.90 <= shown[1000] / 255 <= 1.0


def test_hlg_and_pq_of_the_same_light_look_alike(tmp_path: Path) -> None:
    """75 % HLG is 203 cd/m2, and 100 % is 1000."""
    for code, nits in ((0.75, 203.0), (1.0, 1000.0)):
        hlg = shown_level(tmp_path, ten_bit_grey(code), 18)
        pq = shown_level(tmp_path, ten_bit_grey(pq_code(nits)), 16)
        assert abs(hlg - pq) <= 2


def test_tone_mapping_is_said_once_and_only_for_hdr(tmp_path: Path) -> None:
    frame = ten_bit_grey(0.5)
    path = write_video(tmp_path / "a.mkv", [frame], "ffv1", "yuv420p10le", color_trc=16)
    with closing(VideoSource(path)) as source:
        assert "HDR video (PQ)" in source.info.note
    path = write_video(tmp_path / "b.mkv", [frame], "ffv1", "yuv420p10le")
    with closing(VideoSource(path)) as source:
        assert source.info.note == ""


def test_bt2020_primaries_become_those_of_srgb(tmp_path: Path) -> None:
    wanted = np.array([180, 90, 60])
    light = (wanted / 255) ** 2.4
    to_2020 = np.array(  # BT.2087
        [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]
    )
    stored = np.rint(255 * (to_2020 @ light) ** (1 / 2.4)).astype(np.uint8)
    picture = np.tile(stored, (48, 64, 1))
    path = write_video(tmp_path / "wide.mkv", [picture], "ffv1", "bgr0", color_primaries=9)
    assert np.abs(first_picture(path)[24, 32].astype(int) - wanted).max() <= 2


def test_a_tagged_bt709_video_keeps_its_colours(tmp_path: Path) -> None:
    tags = {"color_trc": 1, "color_primaries": 1, "colorspace": int(Colorspace.ITU709)}
    frame = yuv_frame((64, 48), (100, 90, 200))
    path = write_video(tmp_path / "plain.mkv", [frame], "ffv1", **tags)
    colour = first_picture(path)[24, 32].astype(int)
    assert np.abs(colour - (227, 68, 18)).max() <= 3


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [("a.mov", "png", "rgba"), ("a.mov", "qtrle", "argb"), ("a.mkv", "ffv1", "yuva420p"),
     ("a.apng", "apng", "rgba"),
     ("a.webm", "libvpx-vp9", "yuva420p")],
)  # fmt: skip
def test_transparent_parts_of_a_video_are_neutral(
    tmp_path: Path, name: str, codec: str, pixel_format: str
) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (48, 64, 4), np.uint8)
    noise[..., 3] = 0
    noise[:, 32:] = (200, 40, 40, 255)
    frame = av.VideoFrame.from_ndarray(noise, "rgba").reformat(format=pixel_format)
    frame.time_base = Fraction(1, 25)
    rgb = first_picture(write_video(tmp_path / name, [frame, frame], codec, pixel_format))
    assert np.abs(rgb[:, :28].astype(int) - 128).max() <= 2
    assert np.abs(rgb[:, 36:].astype(int) - (200, 40, 40)).max() <= 4


def test_raw_video_whose_fourth_byte_is_only_padding_is_opaque(tmp_path: Path) -> None:
    """Windows programs write it so: AVI has no way to say which it is."""
    picture = np.full((48, 64, 4), (40, 40, 200, 0), np.uint8)
    path = write_video(tmp_path / "a.avi", [picture], "rawvideo", "bgra", "bgra")
    assert first_picture(path)[24, 32].tolist() == [200, 40, 40]


def test_transparent_parts_of_a_gif_are_neutral(tmp_path: Path) -> None:
    picture = np.full((48, 64, 4), (200, 40, 40, 255), np.uint8)
    picture[:, :32] = 0
    frame = av.VideoFrame.from_ndarray(picture, "rgba")
    graph = av.filter.Graph()
    split_chain(graph, frame)
    graph.push(frame)
    graph.push(None)
    paletted = graph.pull()
    assert isinstance(paletted, av.VideoFrame)
    path = write_video(tmp_path / "a.gif", [paletted], "gif", "pal8")
    rgb = first_picture(path)
    assert rgb[24, 8].tolist() == [128, 128, 128]
    assert np.abs(rgb[24, 56].astype(int) - (200, 40, 40)).max() <= 8


def split_chain(graph: av.filter.Graph, frame: av.VideoFrame) -> None:
    """Palette with one transparent entry, as GIF has it."""
    entry = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1, 25)
    )
    split, use = graph.add("split"), graph.add("paletteuse")
    palette, sink = graph.add("palettegen"), graph.add("buffersink")
    entry.link_to(split)
    split.link_to(use, 0, 0)
    split.link_to(palette, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()


def interlaced(number: int) -> UInt8:
    """(96, 160, 3): a bar that moves 8 pixels from the upper field to the lower one."""
    picture = np.full((96, 160, 3), 60, np.uint8)
    for field in (0, 1):
        at = 16 + 16 * number + 8 * field
        picture[field::2, at : at + 12] = 200
    return picture


def write_interlaced(path: Path, count: int = 6) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "mpeg2video", rate=25, options={"flags": "+ildct+ilme", "b": "4M", "top": "1"}
        )
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        graph = av.filter.Graph()
        entry = graph.add_buffer(width=160, height=96, format="rgb24", time_base=Fraction(1, 25))
        chain = (entry, graph.add("format", pix_fmts="yuv444p"), graph.add("setfield", mode="tff"),
                 graph.add("format", pix_fmts="yuv420p"), graph.add("buffersink"))  # fmt: skip
        for one, following in itertools.pairwise(chain):
            one.link_to(following)
        graph.configure()
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(interlaced(number), "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            graph.push(frame)
            container.mux(stream.encode(graph.pull()))
        container.mux(stream.encode())
    return path


def combing(rgb: UInt8) -> float:
    """Mean difference between a row and the rows around it, near the bar."""
    grey = rgb[..., 1].astype(float)
    return float(np.abs(grey[1:-1] - (grey[:-2] + grey[2:]) / 2).mean())


def test_interlaced_video_is_deinterlaced_and_no_frame_is_lost(tmp_path: Path) -> None:
    path = write_interlaced(tmp_path / "tv.mpg")
    with closing(VideoSource(path)) as source:
        frames = []
        while isinstance(frame := source.read(5.0), Frame):
            frames.append(frame)
        assert [frame.index for frame in frames] == list(range(6))
        assert [frame.time_s for frame in frames] == pytest.approx([n / 25 for n in range(6)])
        for number, frame in enumerate(frames):
            assert combing(frame.rgb) < 0.25 * combing(interlaced(number))
            bar = np.flatnonzero(frame.rgb[48, :, 1] > 130)
            assert abs(bar.mean() - (21.5 + 16 * number)) < 3  # at the time of the upper field
        source.seek(3)
        again = source.read(5.0)
        assert isinstance(again, Frame)
        assert again.index == 3
        assert combing(again.rgb) < 0.25 * combing(interlaced(3))


@pytest.mark.parametrize("grey", [False, True])
def test_pictures_of_an_interlaced_device_come_whole_and_one_later(grey: bool) -> None:
    fields = PictureDeinterlacer(top_first=True)
    shown = []
    for number in range(5):
        pixels = interlaced(number)
        shown.append(fields.put(pixels[..., 0] if grey else pixels))
    assert shown[0] is None
    for number, picture in enumerate(shown[1:]):
        assert picture is not None
        assert picture.shape == ((96, 160) if grey else (96, 160, 3))
        rgb = np.dstack([picture] * 3) if grey else picture
        assert combing(rgb) < 0.25 * combing(interlaced(number))
        assert np.array_equal(rgb[::2, :, 0], interlaced(number)[::2, :, 0])
