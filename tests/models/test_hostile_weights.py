"""Files of weights that were made to do harm, or that hold the wrong kind of values."""

from __future__ import annotations

import io
import pickle
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from models import pickle_scan
from models.checkpoint_file import read_tensors
from models.errors import CheckpointError


def legacy(content: bytes) -> bytes:
    """A file in torch's old format whose pickle of tensors is `content`."""
    file = io.BytesIO()
    torch.save({}, file, _use_new_zipfile_serialization=False)
    start = file.getvalue()
    return start[: start.index(pickle.dumps({}, 2))] + content


def quantised() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: torch.ones(4, device="meta"), "no ordinary values"),
        (lambda: torch.ones(4, 4).to_sparse(), "no ordinary values"),
        (quantised, "kind qint8"),
        (lambda: torch.ones(4, dtype=torch.int8), "kind int8"),
        (lambda: torch.ones(4, dtype=torch.bool), "kind bool"),
        (lambda: torch.ones(4, dtype=torch.complex64), "kind complex64"),
        (lambda: torch.tensor([1.0, float("nan")]), "no numbers"),
        (lambda: torch.tensor([1.0, float("-inf")], dtype=torch.bfloat16), "no numbers"),
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_weights_of_another_kind_are_refused(
    tmp_path: Path, make: Any, said: str, zipped: bool
) -> None:
    path = tmp_path / "weights.pth"
    torch.save(
        {"good": torch.ones(2), "layer": make()}, path, _use_new_zipfile_serialization=zipped
    )
    with pytest.raises(CheckpointError, match=said) as caught:
        read_tensors(path)
    assert str(caught.value).startswith("weights.pth ") and str(caught.value).endswith(".")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("zipped", [True, False])
def test_ordinary_weights_are_read(tmp_path: Path, dtype: torch.dtype, zipped: bool) -> None:
    path = tmp_path / "weights.pth"
    tensors = {f"layer{n}": torch.ones(3, 2, dtype=dtype) for n in range(300)}
    torch.save(tensors | {"none": torch.ones(0, dtype=dtype)}, path,
               _use_new_zipfile_serialization=zipped)  # fmt: skip
    assert len(read_tensors(path)) == 301


def zipped(data: bytes, method: int = zipfile.ZIP_STORED, copies: int = 1) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of names that are there twice
        for _ in range(copies):
            archive.writestr("archive/data.pkl", data)
        archive.writestr("archive/version", b"3")
    return file.getvalue()


MARKS = b"\x80\x02" + b"(" * 3_000_000
LONG = b"\x80\x02X" + struct.pack("<I", 64 << 20) + b"x" * (64 << 20) + b"."
HOSTILE = {
    "marks without end": MARKS,
    "marks where tensors belong": legacy(MARKS),
    "marks in a zip file": zipped(MARKS),
    "a packed zip file that grows a thousandfold": zipped(b"(" * 3_000_000, zipfile.ZIP_DEFLATED),
    "a text of 64 MB": LONG,
    "a text of 64 MB in a zip file": zipped(LONG),
    "a text without an end": b"\x80\x02X\xff\xff\xff\x7f",
    "a line without an end": b"\x80\x02c" + b"x" * (32 << 20),
    "doubled tuples": b"\x80\x02)" + b"2\x86" * 100_000 + b".",
    "a zip file of nothing": b"PK\x05\x06" + bytes(18),
    "a zip file that is cut": zipped(b"\x80\x02}.")[:-30],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_pickle_takes_more_work_than_weights_need(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was unpickled")

    path = tmp_path / "weights.pth"
    path.write_bytes(HOSTILE[name])
    if name not in ("doubled tuples", "a zip file of nothing"):  # little work
        monkeypatch.setattr(torch, "load", never)
    with pytest.raises(CheckpointError) as caught:
        read_tensors(path)
    assert str(caught.value).endswith(".") and "unpickled" not in repr(caught.value.__cause__)


def test_files_in_a_zip_file_may_not_share_their_bytes(tmp_path: Path) -> None:
    data = bytearray(zipped(b"\x80\x02" + b"}0" * 50_000 + b"}."))
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    entry = bytes(data[start : data.index(b"PK\x01\x02", start + 4)])
    copies = 200
    size = end - start + copies * len(entry)
    directory = bytes(data[start:end]) + entry * copies
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies + 2, copies + 2, size, start, 0)
    path = tmp_path / "weights.pth"
    path.write_bytes(bytes(data[:start]) + directory + tail)
    with pytest.raises(pickle_scan.TooMuchError, match="overlap"):
        pickle_scan.scan(path, is_zip=True)
    with pytest.raises(CheckpointError):
        read_tensors(path)


def test_a_length_that_spells_a_web_page_is_a_length(tmp_path: Path) -> None:
    tensors = {"layer": torch.ones(2)}
    plain = safetensors.torch.save(tensors, {"note": ""})
    wanted = int.from_bytes(b" <\0\0\0\0\0\0", "little")
    note = "x" * (wanted - int.from_bytes(plain[:8], "little"))
    path = tmp_path / "weights.safetensors"
    path.write_bytes(safetensors.torch.save(tensors, {"note": note}))
    assert path.read_bytes()[:9] == b" <\0\0\0\0\0\0{"
    assert read_tensors(path)["layer"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "page", [b"<!DOCTYPE html><html>{}", b"<script>{ x: 1 }</script>", b" \n<x>{"]
)
def test_a_web_page_is_called_a_web_page(tmp_path: Path, page: bytes) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(page.ljust(400))
    with pytest.raises(CheckpointError, match="is a web page"):
        read_tensors(path)
