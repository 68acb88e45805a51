"""Every parser of foreign bytes, fed with damaged samples and with noise.

`make test` tries a few of each; `make fuzz` goes on for an hour. `corpus/KIND` holds a sound file
or two of every kind, and what once went wrong.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import av.error
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.core.source import SourceInfo
from app.evaluation.formats import read_cam, read_dpt, read_npy, read_numbers, read_rows
from app.evaluation.results import RESULTS, ResultStore, parsed_line
from app.lessons.parser import parse_lesson
from app.media.allowance import Allowance
from app.media.open import open_pipe
from app.media.stills import read_floats, read_labels
from app.outputs.table import parse_output
from app.outputs.web.messages import parse_message
from app.recording import disparity
from app.recording.format import MANIFEST
from app.recording.index import decode_entry, encode_entry
from app.recording.manifest import read_manifest
from app.settings.presets import PresetStore
from app.settings.settings import SETTINGS
from app.settings.store import SettingsStore
from app.settings.viewpoints import ViewpointStore
from app.sources.parsing import parse_spec, remembered, title_of
from app.sources.scene_description import read_description
from app.sources.stream import StreamConnection
from models.checkpoint_file import read_tensors
from models.errors import SourceError, UserError
from models.plain_text import LINE, single_line
from tests.fuzz.damage import mutated

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = int(os.environ.get("FLASHDEPTH_FUZZ_EXAMPLES", "60"))
MOST_PICTURES = 8


def fuzz_index(data: bytes, _folder: Path) -> None:
    for line in data.splitlines(keepends=True):
        entry = decode_entry(line)
        assert entry is None or decode_entry(encode_entry(entry)) is not None


def fuzz_chunk(data: bytes, _folder: Path) -> None:
    with contextlib.suppress(disparity.DamagedChunk):
        depth = disparity.unpack(data, disparity.ChunkKey(0, "a"), 0)
        assert depth.disparity.ndim == 2


def fuzz_manifest(data: bytes, folder: Path) -> None:
    (folder / MANIFEST).write_bytes(data)
    found = read_manifest(folder)
    assert len(SourceInfo("x", found.source, False, (1, 1)).title) <= 300


def fuzz_scene(data: bytes, folder: Path) -> None:
    path = folder / "scene.json"
    path.write_bytes(data)
    read_description(path)


def fuzz_truth(data: bytes, folder: Path) -> None:
    """A file of a published data set, as each of its formats."""
    path = folder / "truth.bin"
    path.write_bytes(data)
    for read in (
        read_dpt,
        read_cam,
        partial(read_npy, shape=(None, 3)),
        partial(read_rows, columns=8),
        partial(read_numbers, count=16),
        read_floats,
        read_labels,
    ):
        with contextlib.suppress(SourceError):
            read(path)


def fuzz_results(data: bytes, folder: Path) -> None:
    (folder / RESULTS).write_bytes(data)
    for line in ResultStore(folder).lines:
        assert parsed_line(line.as_json()) is not None


def fuzz_settings(data: bytes, folder: Path) -> None:
    path = folder / "default.json"
    path.write_bytes(data)
    found, note = SettingsStore(path).load()
    assert "\n" not in note
    SettingsStore(path).save(found)
    assert SettingsStore(path).load()[1] == ""


def fuzz_presets(data: bytes, folder: Path) -> None:
    path = folder / "default.presets.json"
    path.write_bytes(data)
    found, note = PresetStore(path).load()
    assert "\n" not in note and all(0 < slot < 10 for slot in found)


def fuzz_viewpoints(data: bytes, folder: Path) -> None:
    path = folder / "default.views.json"
    path.write_bytes(data)
    found, note = ViewpointStore(path).load()
    assert "\n" not in note and all(0 < slot < 10 for slot in found)


def fuzz_lesson(data: bytes, _folder: Path) -> None:
    lesson = parse_lesson("fuzz", data.decode("utf-8", "replace"))
    assert 0 < len(lesson.steps) <= 6
    for place, question in lesson.questions:
        assert 2 <= len(question.answers) <= 4
        assert lesson.settings_at(place).keys() <= SETTINGS.keys()


def fuzz_spec(data: bytes, _folder: Path) -> None:
    text = data.decode("utf-8", "surrogateescape")
    assert len(single_line(title_of(text))) <= LINE
    remembered(text)
    parse_spec(text)


def fuzz_page_message(data: bytes, _folder: Path) -> None:
    message = parse_message(data.decode("utf-8", "replace"))
    assert message is None or len(repr(message)) < 200


def fuzz_output(data: bytes, _folder: Path) -> None:
    parse_output(data.decode("utf-8", "surrogateescape"))


def fuzz_weights(data: bytes, folder: Path) -> None:
    path = folder / "weights.pth"
    path.write_bytes(data)
    read_tensors(path)


def fuzz_mjpeg(data: bytes, _folder: Path) -> None:
    allowance = Allowance("fuzz", threading.Event(), 10.0)
    with contextlib.suppress(av.error.FFmpegError):
        media = open_pipe(_Reader(data))
        connection = StreamConnection(media, "fuzz", None, allowance)
        try:
            for _ in range(MOST_PICTURES):
                connection.grab()
        finally:
            connection.close()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, count: int) -> bytes:
        return self._file.read(count)


PARSERS: dict[str, Callable[[bytes, Path], None]] = {
    name.removeprefix("fuzz_"): function
    for name, function in list(globals().items())
    if name.startswith("fuzz_")
}


def test_every_parser_has_a_corpus() -> None:
    assert {path.name for path in CORPUS.iterdir()} == PARSERS.keys()


def run(kind: str, data: bytes) -> None:
    """One try: nothing but a sentence may come of it."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            PARSERS[kind](data, Path(folder))
        except UserError as error:
            sentence = str(error)
            assert "\n" not in sentence and sentence.endswith((".", "?")), sentence


@pytest.mark.parametrize("kind", PARSERS)
def test_the_corpus_is_read(kind: str) -> None:
    for path in sorted((CORPUS / kind).iterdir()):
        run(kind, path.read_bytes())


@pytest.mark.parametrize("kind", PARSERS)
def test_no_bytes_do_more_than_cost_a_sentence(kind: str) -> None:
    samples = [path.read_bytes() for path in sorted((CORPUS / kind).iterdir())]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate] if EXAMPLES < 100 else [Phase.generate, Phase.shrink],
    )
    @given(mutated(samples) | st.binary(max_size=200))
    def attempt(data: bytes) -> None:
        run(kind, data)

    attempt()
