"""Exporters on a disk that ends at any byte: an error, whole files, never a crash."""

from __future__ import annotations

import contextlib
from pathlib import Path

import av
import numpy as np
import pytest

from app.export.exporter import Target
from app.export.npy import write_npy
from app.export.table import EXPORTERS, open_exporter
from app.export.tables import GrowingTable
from app.system.json_files import write_atomically, write_json
from app.system.whole_files import write_whole
from models.errors import UserError
from models.opencv import cv2
from tests.support.recordings import make_result
from tests.support.small_files import files_of_at_most

SIZE = (48, 32)


def _export(name: str, folder: Path, frames: int = 3) -> None:
    folder.mkdir(exist_ok=True)
    exporter = open_exporter(name, Target(folder, 25.0))
    try:
        for number in range(frames):
            path = exporter.write(make_result(number, size=SIZE))
            assert (folder / path).is_file()
    finally:
        exporter.close()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("name", EXPORTERS)
def test_whatever_byte_fails_no_file_is_half_written(tmp_path: Path, name: str) -> None:
    _export(name, tmp_path / "whole")
    whole = {path.name: path.read_bytes() for path in _files(tmp_path / "whole")}
    largest = max(map(len, whole.values()))
    for limit in range(0, largest, max(1, largest // 40)):
        folder = tmp_path / str(limit)
        with files_of_at_most(limit), pytest.raises((OSError, UserError)):
            _export(name, folder)
        for path in _files(folder):
            data = path.read_bytes()
            if path.suffix == ".mp4":
                continue
            assert whole[path.name].startswith(data)
            if path.suffix == ".csv":
                assert data == b"" or data.endswith(b"\r\n")
            else:
                assert data == whole[path.name]


def test_a_video_on_a_full_disk_plays_as_far_as_it_got(tmp_path: Path) -> None:
    _export("mp4", tmp_path, 120)
    size = (tmp_path / "disparity.mp4").stat().st_size
    for part in (0.5, 0.7, 0.99):
        folder = tmp_path / str(part)
        with files_of_at_most(round(size * part)), pytest.raises(OSError):
            _export("mp4", folder, 120)
        with av.open(str(folder / "disparity.mp4")) as container:
            assert sum(1 for _ in container.decode(video=0)) >= 25


def test_every_export_is_bit_for_bit_what_its_library_writes(tmp_path: Path) -> None:
    for name in ("npy", "png16"):
        _export(name, tmp_path)
    disparity = make_result(1, size=SIZE).lanes["a"].depth.disparity
    np.save(tmp_path / "own.npy", disparity)
    assert (tmp_path / "own.npy").read_bytes() == (tmp_path / "npy" / "000001.npy").read_bytes()
    values = cv2.imread(str(tmp_path / "png16" / "000001.png"), cv2.IMREAD_UNCHANGED)
    assert (values.dtype, values.shape) == (np.uint16, SIZE[::-1])


@pytest.mark.parametrize("limit", [0, 1, 64, 127, 128, 300])
def test_numpys_short_write_is_told_as_what_it_is(tmp_path: Path, limit: int) -> None:
    with files_of_at_most(limit), pytest.raises(OSError, match=r"\[Errno \d+\]"):
        write_npy(tmp_path / "a.npy", np.ones((16, 16), np.float32))
    assert _files(tmp_path) == []


def test_files_keep_their_old_content_if_the_new_one_does_not_fit(tmp_path: Path) -> None:
    old, new = '{"a": 1}\n', "x" * 500
    for limit in range(0, 500, 49):
        path = tmp_path / "settings.json"
        path.write_text(old)
        with files_of_at_most(limit):
            with pytest.raises(OSError, match="large"):
                write_atomically(path, new)
            with pytest.raises(OSError, match="large"):
                write_whole(path, new.encode())
            with pytest.raises(UserError):
                write_json(path, new)
        assert path.read_text() == old
        assert _files(tmp_path) == [path]


def test_a_table_holds_whole_lines(tmp_path: Path) -> None:
    for limit in range(4, 60):
        table = GrowingTable(tmp_path / f"{limit}.csv", "ab")
        with files_of_at_most(limit), contextlib.suppress(OSError):
            for number in range(20):
                table.add((number, "text"))
        table.close()
        lines = (tmp_path / f"{limit}.csv").read_bytes().splitlines(keepends=True)
        assert lines[0] == b"a,b\r\n"
        assert all(line.endswith(b"text\r\n") for line in lines[1:])
