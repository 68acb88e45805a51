"""Files of data sets come from elsewhere: damaged or lying ones cost a sentence, no memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.evaluation.formats import read_cam, read_dpt, read_npy, read_numbers, read_raw, read_rows
from app.evaluation.results import ResultStore, parsed_line
from app.evaluation.tables_text import latex, markdown
from app.media.stills import read_floats, read_labels
from models.errors import SourceError

TAG = np.float32(202021.25).tobytes()


def _npy(header: str) -> bytes:
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


HUGE = "{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000), }"
OBJECTS = "{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }"
CODE = "__import__('os').abort()"


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"", read_dpt),
        (TAG + np.array([2, 2], "<i4").tobytes() + b"\0" * 15, read_dpt),
        (TAG + np.array([-1, -4], "<i4").tobytes() + b"\0" * 16, read_dpt),
        (TAG + np.array([2**31 - 1, 2**31 - 1], "<i4").tobytes(), read_dpt),
        (b"PIEH" + b"\0" * 24, read_dpt),
        (b"\0" * 12, lambda path: read_raw(path, (2, 2))),
        (b"", read_cam),
        (TAG + np.full(21, np.nan).tobytes(), read_cam),
        (b"", lambda path: read_npy(path, (None, 3))),
        (_npy(HUGE), lambda path: read_npy(path, (None, None))),
        (_npy(OBJECTS) + b"\0" * 32, lambda path: read_npy(path, (None, None))),
        (_npy(CODE), lambda path: read_npy(path, (None, None))),
        (b"\x93NUMPY\x03\x00" + b"\xff" * 4, lambda path: read_npy(path, (None, None))),
        (b"1 2 three", lambda path: read_rows(path, 3)),
        (b"1 2", lambda path: read_rows(path, 3)),
        (b"1 2 x", lambda path: read_numbers(path, 3)),
        (b"1 2", lambda path: read_numbers(path, 3)),
        (b"\x76\x2f\x31\x01" + b"\0" * 40, read_floats),
        (b"\x89PNG\r\n\x1a\n", read_labels),
    ],
)
def test_a_damaged_file_is_a_sentence_that_names_it(
    data: bytes, read: Callable[[Path], object], tmp_path: Path
) -> None:
    path = tmp_path / "some" / "file.bin"
    path.parent.mkdir()
    path.write_bytes(data)

    with pytest.raises(SourceError, match=r"file\.bin"):
        read(path)
    with pytest.raises(SourceError, match=r"gone\.bin"):
        read(path.with_name("gone.bin"))


def test_arrays_in_columns_are_read_the_right_way_round(tmp_path: Path) -> None:
    values = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    np.save(tmp_path / "a.npy", values)

    np.testing.assert_array_equal(read_npy(tmp_path / "a.npy", (None, 3)), values)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"data": 1}', '{"data": "x", "clip": "y"}', "[" * 5000, "NaN"]
)
def test_a_damaged_line_of_results_is_none(text: str) -> None:
    assert parsed_line(text) is None


def test_results_full_of_rubbish_are_an_empty_store(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, 100_000).astype(np.uint8).tobytes()
    (tmp_path / "results.jsonl").write_bytes(noise)

    assert ResultStore(tmp_path).lines == []


def test_names_cannot_break_out_of_tables() -> None:
    from app.evaluation.protocols.table import protocol
    from app.evaluation.results import Line

    line = Line(
        "rgbd", "a|b<script>\n# x", "m", "flashdepth", frames=1, absrel=0.1, delta1=0.9,
        error="",
    )  # fmt: skip
    for text in (markdown([line], protocol("flashdepth")), latex([line], protocol("flashdepth"))):
        assert not any(row.startswith("# x") for row in text.splitlines())
    assert "<script>" not in markdown([line], protocol("flashdepth")).replace("\\<", "")
    bad = Line("rgbd", r"\input{/etc/passwd} % $x$ _", "m", "flashdepth", absrel=0.1, delta1=0.9)
    assert r"\input" not in latex([bad], protocol("flashdepth"))
    assert io.StringIO(latex([bad], protocol("flashdepth"))).read()
