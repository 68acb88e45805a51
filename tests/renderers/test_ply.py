"""PLY files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from models.errors import UserError
from renderers.ply import write_ply

POINTS = np.array([[1.5, -2.0, -3.0], [0.0, 0.25, -8.0]], np.float32)
COLOURS = np.array([[255, 0, 7], [1, 2, 3]], np.uint8)


def read_ply(path: Path) -> tuple[list[str], np.ndarray]:
    """Header lines and vertices, by the format's own rules."""
    raw = path.read_bytes()
    end = raw.index(b"end_header\n") + len(b"end_header\n")
    lines = raw[:end].decode("ascii").splitlines()
    types = {"float": "<f4", "uchar": "u1"}
    fields = [(w[2], types[w[1]]) for w in map(str.split, lines) if w[0] == "property"]
    count = next(int(line.split()[2]) for line in lines if line.startswith("element vertex"))
    vertices = np.frombuffer(raw[end:], np.dtype(fields))
    assert len(vertices) == count
    return lines, vertices


def test_points_and_colours_come_back(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", POINTS, COLOURS, "unit: metre")
    lines, vertices = read_ply(tmp_path / "a.ply")
    assert lines[:2] == ["ply", "format binary_little_endian 1.0"]
    np.testing.assert_array_equal(np.c_[vertices["x"], vertices["y"], vertices["z"]], POINTS)
    np.testing.assert_array_equal(
        np.c_[vertices["red"], vertices["green"], vertices["blue"]], COLOURS
    )


def test_the_header_states_axes_and_unit_on_single_lines(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", POINTS, COLOURS, "unit:\nmetre – ä")
    lines, _ = read_ply(tmp_path / "a.ply")
    comments = [line for line in lines if line.startswith("comment")]
    assert "y up" in comments[0]
    assert comments[1].startswith("comment unit: metre")


def test_an_empty_cloud_is_a_valid_file(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", POINTS[:0], COLOURS[:0], "")
    assert len(read_ply(tmp_path / "a.ply")[1]) == 0


def test_the_file_is_readable_like_any_other(tmp_path: Path) -> None:
    write_ply(tmp_path / "a.ply", POINTS, COLOURS, "")
    (tmp_path / "plain").touch()
    assert (tmp_path / "a.ply").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "a.ply"
    write_ply(target, POINTS, COLOURS, "")
    before = target.read_bytes()

    def full(*_args: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match=r"^The disk is full.*a\.ply") as caught:
        write_ply(target, POINTS[:1], COLOURS[:1], "")
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="another folder"):
        write_ply(tmp_path / "none" / "a.ply", POINTS, COLOURS, "")


def test_points_that_are_not_finite_are_left_out(tmp_path: Path) -> None:
    points = np.repeat(POINTS[:1], 5, axis=0)
    points[1, 0], points[2, 2], points[3, 1] = np.nan, np.inf, -np.inf
    write_ply(tmp_path / "a.ply", points, np.tile(COLOURS[:1], (5, 1)), "")
    _, vertices = read_ply(tmp_path / "a.ply")
    assert len(vertices) == 2
    assert np.isfinite(np.c_[vertices["x"], vertices["y"], vertices["z"]]).all()
