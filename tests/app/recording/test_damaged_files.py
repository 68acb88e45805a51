"""Whatever is wrong with a file, it costs one sentence: no crash, and nothing is written."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.source import Ended
from app.recording.format import MANIFEST
from app.recording.manifest import read_manifest
from app.settings.model import SettingsModel
from app.settings.presets import PresetStore, checked
from app.settings.settings import Settings
from app.settings.slot_store import SLOTS
from app.sources.opening import open_source
from models import checkpoints, installed
from models.checkpoint_file import read_tensors
from models.errors import UserError
from models.flashdepth import lite_weights
from models.frames import Frame
from models.opencv import cv2
from tests.support.numbered_video import write_numbered_video

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
MOST_READINGS = 60
_SENTENCE = re.compile(r"[^\n]+\.")


@st.composite
def damage(draw: st.DrawFn) -> list[tuple[str, float, bytes]]:
    """What is done to a file, in order: cut it off, overwrite a part, put something in."""
    kinds = st.sampled_from(["cut", "overwrite", "insert", "flip"])
    where = st.floats(0.0, 1.0, exclude_max=True)
    return draw(
        st.lists(
            st.tuples(kinds, where, st.binary(min_size=1, max_size=24)), min_size=1, max_size=4
        )
    )


def damaged(data: bytes, steps: list[tuple[str, float, bytes]]) -> bytes:
    for kind, where, what in steps:
        at = int(where * len(data))
        match kind:
            case "cut":
                data = data[:at]
            case "overwrite":
                data = data[:at] + what + data[at + len(what) :]
            case "insert":
                data = data[:at] + what + data[at:]
            case "flip" if data:
                data = data[:at] + bytes([data[at] ^ what[0]]) + data[at + 1 :]
    return data


@contextlib.contextmanager
def folder_that_nobody_writes_into() -> Iterator[Path]:
    """A folder beside which, and in which, nothing may appear meanwhile."""
    with tempfile.TemporaryDirectory() as outer:
        inner = Path(outer) / "in" / "side"
        inner.mkdir(parents=True)
        yield inner
        names = {path.relative_to(outer).as_posix() for path in Path(outer).rglob("*")}
        assert {name for name in names if not name.startswith("in/side/")} == {"in", "in/side"}


@contextlib.contextmanager
def at_most_a_sentence() -> Iterator[None]:
    said = ""
    try:
        yield
    except UserError as error:
        said = str(error)
    assert not said or _SENTENCE.fullmatch(said), said


@cache
def _video() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        write_numbered_video(path, 6)
        return path.read_bytes()


@cache
def _picture(suffix: str) -> bytes:
    rows, columns = np.mgrid[:24, :32]
    rgb = np.stack([rows * 9, columns * 7, rows + columns], axis=2).astype(np.uint8)
    done, data = cv2.imencode(suffix, rgb)
    assert done
    return bytes(data.tobytes())


def _play(spec: str) -> None:
    """Open it and read it to its end, as far as that goes."""
    with contextlib.closing(open_source(spec)) as source:
        for _ in range(MOST_READINGS):
            reading = source.read(0.5)
            if isinstance(reading, Ended):
                return
            if isinstance(reading, Frame):
                assert reading.rgb.ndim == 3 and reading.rgb.dtype == np.uint8


@FEW
@given(damage())
def test_a_damaged_video_is_played_as_far_as_it_goes_or_refused_in_a_sentence(
    steps: list[tuple[str, float, bytes]],
) -> None:
    with folder_that_nobody_writes_into() as folder:
        path = folder / "clip.mp4"
        path.write_bytes(damaged(_video(), steps))
        with at_most_a_sentence():
            _play(str(path))
        assert [file.name for file in folder.iterdir()] == ["clip.mp4"]


@FEW
@given(st.sampled_from([".png", ".jpg", ".bmp", ".tiff"]), damage(), st.booleans())
def test_a_damaged_picture_is_passed_over_or_refused_in_a_sentence(
    suffix: str, steps: list[tuple[str, float, bytes]], among_sound_ones: bool
) -> None:
    with folder_that_nobody_writes_into() as folder:
        (folder / f"2{suffix}").write_bytes(damaged(_picture(suffix), steps))
        if among_sound_ones:
            (folder / "1.png").write_bytes(_picture(".png"))
        before = sorted(folder.iterdir())
        with at_most_a_sentence():
            _play(str(folder))
        assert sorted(folder.iterdir()) == before


@FEW
@given(st.binary(max_size=400), st.sampled_from(["x.mp4", "x.avi", "x.png", "x.gif", "x"]))
def test_rubbish_under_any_name_is_refused_in_a_sentence(data: bytes, name: str) -> None:
    with folder_that_nobody_writes_into() as folder:
        (folder / name).write_bytes(data)
        with at_most_a_sentence():
            _play(str(folder / name))


@cache
def _weights() -> bytes:
    return safetensors.torch.save({"weight": torch.ones(3, 4), "bias": torch.zeros(3)})


@cache
def _pickled(zipped: bool) -> bytes:
    file = io.BytesIO()
    tensors = {"weight": torch.ones(3, 4), "bias": torch.zeros(3), "half": torch.ones(2).half()}
    torch.save(tensors, file, _use_new_zipfile_serialization=zipped)
    return file.getvalue()


KINDS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "safetensors": ("w.safetensors", _weights),
    "safetensors under another name": ("w.pth", _weights),
    "zip": ("w.pth", lambda: _pickled(True)),
    "legacy": ("w.pth", lambda: _pickled(False)),
}


@FEW
@given(damage(), st.sampled_from(sorted(KINDS)))
def test_damaged_weights_are_refused_in_a_sentence_and_never_installed(
    steps: list[tuple[str, float, bytes]], kind: str
) -> None:
    name, sound = KINDS[kind]
    with folder_that_nobody_writes_into() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv(installed.CACHE_VARIABLE, str(folder / "cache"))
        path = folder / name
        path.write_bytes(damaged(sound(), steps))
        with at_most_a_sentence():
            read_tensors(path)
        with pytest.raises(UserError):
            checkpoints.add(path, "depth-anything-v2-s")
        with pytest.raises(UserError):
            lite_weights.load(path)
        assert [file.name for file in folder.iterdir()] == [name]


@pytest.mark.parametrize("zipped", [True, False])
def test_no_single_wrong_byte_in_a_pickle_does_more_than_cost_a_sentence(
    zipped: bool, tmp_path: Path
) -> None:
    path, data = tmp_path / "w.pth", _pickled(zipped)
    for at in range(min(len(data), 600)):
        for value in (0x52, 0x85):  # opcodes that take what is not on the stack
            path.write_bytes(data[:at] + bytes([value]) + data[at + 1 :])
            with at_most_a_sentence():
                read_tensors(path)


_HEADERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=6,
)


@FEW
@given(_HEADERS, st.binary(max_size=40), st.integers(0, 2**64 - 1) | st.none())
def test_no_header_of_a_weights_file_does_more_than_cost_a_sentence(
    header: object, body: bytes, length: int | None
) -> None:
    text = json.dumps(header).encode()
    with folder_that_nobody_writes_into() as folder:
        path = folder / "w.safetensors"
        path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + body)
        with at_most_a_sentence():
            read_tensors(path)


@FEW
@given(st.binary(max_size=300) | _HEADERS.map(lambda v: json.dumps(v).encode()))
def test_a_damaged_manifest_is_refused_in_a_sentence(data: bytes) -> None:
    with folder_that_nobody_writes_into() as folder:
        (folder / MANIFEST).write_bytes(data)
        with pytest.raises(UserError) as refused:
            read_manifest(folder)
        assert _SENTENCE.fullmatch(str(refused.value))


@FEW
@given(
    st.dictionaries(
        st.sampled_from([str(slot) for slot in SLOTS]) | st.text(max_size=3),
        st.dictionaries(st.sampled_from(sorted(Settings().as_dict())), _HEADERS, max_size=3),
        max_size=2,
    )
    | _HEADERS
)
def test_whatever_a_presets_file_holds_what_is_recalled_can_be_used(presets: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "default.presets.json"
        path.write_text(json.dumps({"version": 1, "presets": presets}))
        _found, note = PresetStore(path).load()
        assert not note or _SENTENCE.fullmatch(note)
    for preset in presets.values() if isinstance(presets, dict) else ():
        if isinstance(preset, dict):
            with contextlib.suppress(ValueError):  # each value may be sound and the pair not be
                SettingsModel().replace(**checked(preset))


def test_a_name_in_a_folder_of_pictures_cannot_point_out_of_it(tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(_picture(".png"))
    folder = tmp_path / "recording"
    shutil.copytree(_recording(tmp_path), folder)
    (folder / "source.mp4").unlink()
    (folder / "source.mp4").symlink_to(secret)
    with pytest.raises(UserError) as refused:
        _play(str(folder))
    assert "secret" not in str(refused.value)


def _recording(tmp_path: Path) -> Path:
    from app.recording.recorder import Recorder
    from tests.support.recordings import FACTS, SMALL, make_result

    recorder = Recorder(tmp_path / "made", FACTS, SMALL)
    recorder.start()
    for number in range(3):
        recorder.put(make_result(number), 5)
    recorder.stop()
    return tmp_path / "made"
