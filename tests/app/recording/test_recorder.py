"""The recorder: everything offered is in the folder, or counted, or there is a sentence why not."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import json
import threading
import weakref
from pathlib import Path

import av
import numpy as np
import pytest

from app.core.source import SourceInfo
from app.recording import recorder as recorder_module
from app.recording.inbox import InboxLimits
from app.recording.index import FrameEntry, SettingEntry, decode_entry, read_lines
from app.recording.manifest import RecordingFacts, model_facts, setting_entry
from app.recording.reader import Recording
from app.recording.recorder import Recorder, RecorderOptions
from app.recording.verify import verify
from app.recording.writer import Content, RecordingWriter
from models.estimators import lite
from renderers.prescale import Part, Prescaled
from tests.support.recordings import FACTS, SIZE, SMALL, is_sentence, make_recording, make_result


def test_every_frame_is_there_with_its_times_and_marks(tmp_path: Path) -> None:
    results = [make_result(i, segment=i // 10, cut=i == 5) for i in range(20)]
    recorder = make_recording(tmp_path / "r", results)
    assert (recorder.status.frames, recorder.status.gaps) == (20, 0)
    assert recorder.status.size_bytes > 10_000
    assert not recorder.status.recording and not recorder.status.message
    recording = Recording(tmp_path / "r")
    assert [e.number for e in recording.frames] == list(range(20))
    assert [e.source_index for e in recording.frames] == list(range(20))
    assert [e.cut for e in recording.frames] == [i == 5 for i in range(20)]
    assert [e.segment for e in recording.frames] == [0] * 10 + [1] * 10
    assert np.diff([e.ticks for e in recording.frames]).tolist() == [3600] * 19
    assert recording.models == {"a": "net-a", "b": "net-b"}
    recording.close()


def test_the_rhythm_of_the_source_is_kept_however_slow_the_networks_are(tmp_path: Path) -> None:
    times = [0.0, 0.04, 0.2, 0.24]
    make_recording(tmp_path, [make_result(i, time_s=t) for i, t in enumerate(times)])
    recording = Recording(tmp_path)
    assert [e.time_s for e in recording.frames] == times
    assert [e.ticks for e in recording.frames] == [round(t * 90_000) for t in times]
    recording.close()


def test_going_back_in_the_source_goes_on_in_the_recording(tmp_path: Path) -> None:
    results = [make_result(n, segment=s) for n, s in ((50, 0), (51, 0), (3, 1), (4, 1))]
    make_recording(tmp_path, results)
    recording = Recording(tmp_path)
    assert np.diff([e.ticks for e in recording.frames]).tolist() == [3600] * 3
    assert [e.source_index for e in recording.frames] == [50, 51, 3, 4]
    recording.close()


def test_the_manifest_says_what_was_recorded_but_no_password(tmp_path: Path) -> None:
    info = SourceInfo("rtsp://me:secret@camera.local/live", "Camera", True, (160, 64))
    settings = {"model_a": "flashdepth-lite", "source": "rtsp://me:secret@camera.local/live"}
    facts = RecordingFacts(info, settings, model_facts("flashdepth-lite", "no such model"))
    make_recording(tmp_path, [make_result(0)], facts=facts)
    text = (tmp_path / "manifest.json").read_text(encoding="utf-8")
    manifest = json.loads(text)
    assert "secret" not in text
    assert manifest["source"]["spec"] == "rtsp://camera.local/live"
    assert manifest["settings"]["model_a"] == "flashdepth-lite"
    assert manifest["models"]["flashdepth-lite"]["title"]
    digest = hashlib.sha256(lite.weights_path().read_bytes()).hexdigest()
    assert manifest["models"]["flashdepth-lite"]["weights_sha256"] == digest
    assert manifest["environment"]["python"]
    assert manifest["version"] == 1


def test_another_size_goes_on_in_another_file(tmp_path: Path) -> None:
    sizes = [(160, 64), (160, 64), (161, 47), (161, 47), (160, 64)]
    make_recording(tmp_path, [make_result(i, size=s, segment=i) for i, s in enumerate(sizes)])
    recording = Recording(tmp_path)
    assert [recording.size(e) for e in recording.frames] == sizes
    assert [e.part for e in recording.frames] == [0, 0, 1, 1, 2]
    recording.close()
    assert {p.name for p in tmp_path.glob("*.mp4")} == {
        "source.mp4",
        "source-001.mp4",
        "source-002.mp4",
    }
    assert verify(tmp_path).problems == ()


def test_the_videos_play_in_any_player(tmp_path: Path) -> None:
    options = RecorderOptions(Content(), headroom_bytes=0)
    make_recording(tmp_path, [make_result(i) for i in range(30)], options)
    for name, size in (("source.mp4", (160, 64)), ("composite.mp4", (480, 64))):
        with av.open(str(tmp_path / name)) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.width, stream.height) == ("h264", *size)
            frames = list(container.decode(stream))
        assert len(frames) == 30
        assert [f.pts for f in frames] == [3600 * i for i in range(30)]


def test_the_composite_shows_the_source_and_both_lanes(tmp_path: Path) -> None:
    options = RecorderOptions(Content(colormap="grey"), headroom_bytes=0)
    make_recording(tmp_path, [make_result(200), make_result(201, lanes=("a",))], options)
    with av.open(str(tmp_path / "composite.mp4")) as container:
        pictures = [f.to_ndarray(format="rgb24") for f in container.decode(video=0)]
    source = make_result(200).frame.rgb
    assert np.abs(pictures[0][:, :160].astype(int) - source).mean() < 4
    for lane in (pictures[0][:, 160:320], pictures[0][:, 320:], pictures[1][:, 160:320]):
        assert np.abs(lane.astype(int) - 201).max() < 8
    assert pictures[1][:, 320:].max() < 60  # lane B was off: dark


def test_disparity_can_be_left_out(tmp_path: Path) -> None:
    options = RecorderOptions(Content(disparity=False, composite=False), headroom_bytes=0)
    make_recording(tmp_path, [make_result(i) for i in range(3)], options)
    recording = Recording(tmp_path)
    assert recording.models == {}
    recording.close()
    assert (tmp_path / "disparity.bin").stat().st_size == 0


class _Stuck(RecordingWriter):
    """A disk that does not respond until it is let go."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.go_on = threading.Event()
        self.stuck = threading.Event()
        _Stuck.last = self

    last: _Stuck

    def write(self, result: object, gap: int = 0) -> None:
        self.stuck.set()
        assert self.go_on.wait(20)
        super().write(result, gap)  # type: ignore[arg-type]


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> type[_Stuck]:
    monkeypatch.setattr(recorder_module, "RecordingWriter", _Stuck)
    return _Stuck


def test_frames_that_come_too_fast_are_counted_shown_and_written_down(
    tmp_path: Path, stuck: type[_Stuck]
) -> None:
    limits = InboxLimits(items=3, age_s=60)
    recorder = Recorder(tmp_path, FACTS, RecorderOptions(SMALL.content, "", 0, limits))
    recorder.start()
    accepted = [recorder.offer(make_result(0))]
    assert stuck.last.stuck.wait(5)
    accepted += [recorder.offer(make_result(i)) for i in range(1, 10)]
    assert accepted == [True] * 4 + [False] * 6
    assert recorder.status.gaps == 6
    stuck.last.go_on.set()
    assert recorder.put(make_result(10), 5)
    assert recorder.stop()
    assert (recorder.status.frames, recorder.status.gaps) == (5, 6)
    recording = Recording(tmp_path)
    assert recording.contents.gaps == 6
    assert [e.source_index for e in recording.frames] == [0, 1, 2, 3, 10]
    assert recording.contents.lost_before == {4}
    recording.close()


def _settings_and_frames(folder: Path) -> list[object]:
    """The index in order: source indices of frames, and what was chosen between them."""
    told: list[object] = []
    for entry in map(decode_entry, read_lines(folder / "index.jsonl")):
        if isinstance(entry, FrameEntry):
            told.append(entry.source_index)
        elif isinstance(entry, SettingEntry):
            told.append((entry.key, entry.value))
    return told


def test_what_is_chosen_meanwhile_is_written_before_the_first_frame_it_holds_for(
    tmp_path: Path, stuck: type[_Stuck]
) -> None:
    limits = InboxLimits(items=1, age_s=60)
    recorder = Recorder(tmp_path, FACTS, RecorderOptions(SMALL.content, "", 0, limits))
    recorder.start()
    assert recorder.offer(make_result(0))
    assert stuck.last.stuck.wait(5)
    assert recorder.offer(make_result(1))  # waits; what is chosen now holds for later ones
    recorder.note([SettingEntry("memory", False), SettingEntry("input_size", 288)])
    assert not recorder.offer(make_result(2))  # there is no room, and the choice is not lost
    recorder.note([SettingEntry("memory", True)])
    stuck.last.go_on.set()
    assert recorder.put(make_result(3), 5)
    assert recorder.put(make_result(4), 5)
    assert recorder.stop()
    chosen = [("memory", False), ("input_size", 288), ("memory", True)]
    assert _settings_and_frames(tmp_path) == [0, 1, *chosen, 3, 4]
    found = verify(tmp_path)
    assert (found.frames, found.gaps, found.problems) == (4, 1, ())


def test_a_model_that_is_chosen_meanwhile_is_written_with_its_weights() -> None:
    entry = setting_entry("model_b", "flashdepth-lite")
    assert entry == SettingEntry("model_b", "flashdepth-lite", lite.weights_sha256())
    assert entry.weights_sha256
    assert setting_entry("model_b", "off") == SettingEntry("model_b", "off")


def test_stopping_is_bounded_while_the_disk_hangs(
    tmp_path: Path, stuck: type[_Stuck], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "_GRACE_S", 0.1)
    recorder = Recorder(tmp_path, FACTS, SMALL)
    recorder.start()
    recorder.offer(make_result(0))
    assert stuck.last.stuck.wait(5)
    assert not recorder.stop(0.1)
    assert is_sentence(recorder.status.message)
    assert not recorder.status.recording
    stuck.last.go_on.set()


def test_pictures_made_for_the_window_do_not_wait_with_what_is_recorded(
    tmp_path: Path, stuck: type[_Stuck]
) -> None:
    pixels = np.zeros((30, 40, 4), np.uint8)
    alive = weakref.ref(pixels)
    prescaled = {"rgb": (Prescaled(Part(0, 0, *SIZE, 40, 30), pixels),)}
    recorder = Recorder(tmp_path, FACTS, SMALL)
    recorder.start()
    assert recorder.offer(dataclasses.replace(make_result(0), prescaled=prescaled))
    assert stuck.last.stuck.wait(5)
    del pixels, prescaled
    gc.collect()
    assert alive() is None
    stuck.last.go_on.set()
    assert recorder.stop(10)


def test_what_still_waits_when_time_is_up_is_counted_as_lost(
    tmp_path: Path, stuck: type[_Stuck]
) -> None:
    limits = InboxLimits(age_s=60)
    recorder = Recorder(tmp_path, FACTS, RecorderOptions(SMALL.content, "", 0, limits))
    recorder.start()
    for i in range(6):
        assert recorder.offer(make_result(i))
    assert stuck.last.stuck.wait(5)
    threading.Timer(0.3, stuck.last.go_on.set).start()
    assert recorder.stop(0.05)
    assert (recorder.status.frames, recorder.status.gaps) == (1, 5)
    assert verify(tmp_path).gaps == 5


def test_offering_to_a_recorder_that_has_stopped_counts_nothing(tmp_path: Path) -> None:
    recorder = make_recording(tmp_path, [make_result(0)])
    assert not recorder.offer(make_result(1))
    assert recorder.status.gaps == 0


def test_each_change_of_status_is_told(tmp_path: Path) -> None:
    seen: list[bool] = []
    recorder = Recorder(tmp_path, FACTS, SMALL, lambda: seen.append(recorder.status.recording))
    recorder.start()
    recorder.put(make_result(0), 5)
    recorder.stop()
    assert seen[0] and not seen[-1]
