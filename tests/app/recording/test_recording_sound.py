"""Sound beside the pictures: at the right time, and never in their way."""

from __future__ import annotations

import builtins
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import numpy as np
import pytest

from app.recording import movie as movie_module
from app.recording.movie import MovieWriter, SoundFormat
from app.recording.recorder import Recorder, RecorderOptions
from app.recording.sound import DeviceInput, Sink, SoundBlock, SoundInput, input_names
from app.recording.verify import verify
from app.recording.writer import Content
from models.errors import UserError
from tests.support.recordings import FACTS, SMALL, make_result

RATE = 48_000


class FakeInput:
    """Plays what the test says into the recorder."""

    def __init__(self, name: str, sink: Sink) -> None:
        self.format = SoundFormat(RATE, 1)
        self.sink = sink
        self.closed = False
        FakeInput.last = self

    last: FakeInput

    def close(self) -> None:
        self.closed = True


def _tone(seconds: float, hz: float = 440.0, channels: int = 1) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    wave = 0.5 * np.sin(2 * np.pi * hz * t, dtype=np.float64).astype(np.float32)
    return np.repeat(wave[:, None], channels, axis=1)


def _heard(path: Path) -> np.ndarray:
    """Sound of a file on its own time line, silence where there is none."""
    with av.open(str(path)) as container:
        frames = [(f.pts, f.to_ndarray()[0]) for f in container.decode(audio=0)]
    track = np.zeros(frames[-1][0] + len(frames[-1][1]), np.float32)
    for start, samples in frames:
        track[start : start + len(samples)] = samples
    return track


def _options(composite: bool = False) -> RecorderOptions:
    return RecorderOptions(Content(composite=composite), sound="default", headroom_bytes=0)


@pytest.mark.parametrize("composite", [False, True])
def test_sound_starts_where_it_was_heard(tmp_path: Path, composite: bool) -> None:
    recorder = Recorder(tmp_path, FACTS, _options(composite), open_sound=FakeInput)
    recorder.start()
    results = [make_result(i) for i in range(3)]
    zero = results[0].frame.captured_ns
    recorder.put(results[0], 5)
    FakeInput.last.sink(SoundBlock(_tone(0.4), zero + 500_000_000))
    for result in results[1:]:
        recorder.put(result, 5)
    recorder.stop()
    assert FakeInput.last.closed
    names = ("source.mp4", "composite.mp4") if composite else ("source.mp4",)
    for name in names:
        track = np.abs(_heard(tmp_path / name))
        loud = np.flatnonzero(track > 0.25)
        assert loud[0] / RATE == pytest.approx(0.5, abs=0.03)
        assert loud[-1] / RATE == pytest.approx(0.9, abs=0.03)
    assert verify(tmp_path).problems == ()


def test_pictures_keep_their_times_beside_sound_that_stalls(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    movie = MovieWriter(path, (64, 48), SoundFormat(RATE, 2))
    picture = np.zeros((48, 64, 3), np.uint8)
    times = [i * 1501 for i in range(240)]  # 60 per second, and no whole number of anything
    for i, ticks in enumerate(times):
        movie.write(picture, ticks)
        if not 60 <= i < 160:
            movie.write_sound(_tone(1501 / 90_000, channels=2), round(ticks / 90_000 * RATE))
    movie.close()
    with av.open(str(path)) as container:
        assert [p.pts for p in container.demux(video=0) if p.pts is not None] == times


def test_pictures_reach_the_disk_while_sound_stalls(tmp_path: Path) -> None:
    path = tmp_path / "m.mp4"
    movie = MovieWriter(path, (64, 48), SoundFormat(RATE, 1))
    movie.write_sound(_tone(0.1), 0)
    for i in range(50):
        movie.write(np.full((48, 64, 3), i, np.uint8), i * 3600)
    with av.open(str(path)) as container:  # as it would be found after a crash
        there = sum(1 for _ in container.decode(video=0))
    movie.close()
    assert 50 - there <= 0.6 * 25


def test_jitter_is_smoothed_overlap_cut_and_a_hole_is_silence(tmp_path: Path) -> None:
    movie = MovieWriter(tmp_path / "m.mp4", (64, 48), SoundFormat(RATE, 1))
    movie.write(np.zeros((48, 64, 3), np.uint8), 0)
    block = _tone(0.1)
    for start_s in (0.1, 0.21, 0.29, 0.4, 0.2, 1.0):  # jitter, jitter, on time, old news, a hole
        movie.write_sound(block, round(start_s * RATE))
    movie.write(np.zeros((48, 64, 3), np.uint8), 90_000)
    movie.close()
    track = _heard(tmp_path / "m.mp4")
    assert len(track) / RATE == pytest.approx(1.1, abs=0.05)
    assert np.abs(track[round(0.15 * RATE) : round(0.45 * RATE)]).max() > 0.4
    assert np.abs(track[round(0.6 * RATE) : round(0.95 * RATE)]).max() < 0.05


def test_sound_without_pictures_is_kept_up_to_a_bound_and_is_silence_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(movie_module, "_MAX_SOUND_WAITING", 40)
    movie = MovieWriter(tmp_path / "m.mp4", (64, 48), SoundFormat(RATE, 1))
    picture = np.zeros((48, 64, 3), np.uint8)
    movie.write(picture, 0)
    for tenth in range(30):
        movie.write_sound(_tone(0.1), tenth * RATE // 10)
    movie.write(picture, 3 * 90_000)
    movie.write_sound(_tone(0.5), 3 * RATE)
    movie.close()
    track = np.abs(_heard(tmp_path / "m.mp4"))
    assert len(track) / RATE == pytest.approx(3.5, abs=0.05)
    assert [track[round(s * RATE) :][: RATE // 10].max() > 0.2 for s in (0.5, 2.0, 3.2)] == [
        True, False, True,
    ]  # fmt: skip


def test_without_an_input_recording_goes_on_and_a_sentence_says_so(tmp_path: Path) -> None:
    def refuse(name: str, sink: Sink) -> SoundInput:
        raise UserError("Sound is not recorded because there is no input; pictures are.")

    recorder = Recorder(tmp_path, FACTS, _options(), open_sound=refuse)
    recorder.start()
    recorder.put(make_result(0), 5)
    recorder.stop()
    assert "no input" in recorder.status.message
    assert not recorder.failed
    assert verify(tmp_path).frames == 1


def test_a_recorder_that_cannot_begin_lets_the_input_go(tmp_path: Path) -> None:
    options = RecorderOptions(Content(colormap="no such map"), sound="default", headroom_bytes=0)
    with pytest.raises(UserError):
        Recorder(tmp_path, FACTS, options, open_sound=FakeInput).start()
    assert FakeInput.last.closed


def test_sound_is_not_even_loaded_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    recorder = Recorder(tmp_path, FACTS, SMALL)
    recorder.start()
    recorder.put(make_result(0), 5)
    recorder.stop()
    assert "sounddevice" not in sys.modules


def test_a_computer_without_the_sound_library_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UserError, match="PortAudio is missing"):
        DeviceInput("default", lambda block: None)
    with pytest.raises(UserError, match="PortAudio is missing"):
        input_names()


def test_inputs_of_one_name_are_told_apart_by_their_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Library:
        PortAudioError = RuntimeError
        inputs = (("Desk", 1, 0), ("USB", 2, 0), ("Speakers", 0, 0), ("USB", 2, 1))

        def query_devices(self) -> list[dict[str, Any]]:
            return [
                {"name": name, "max_input_channels": channels, "hostapi": host}
                for name, channels, host in self.inputs
            ]

        def query_hostapis(self, host: int) -> dict[str, str]:
            return {"name": ("ALSA", "JACK")[host]}

    library = Library()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    assert input_names() == ("Desk", "USB, ALSA", "USB, JACK")
    library.inputs = (("Speakers", 0, 0),)
    with pytest.raises(UserError, match="no audio input"):
        input_names()


class _Library:
    """What we use of sounddevice; its one input has odd samples per second."""

    class PortAudioError(Exception):
        pass

    def __init__(self) -> None:
        self.opened: dict[str, Any] = {}

    def query_devices(self, device: str | None, kind: str) -> dict[str, Any]:
        if device not in (None, "Desk"):
            raise ValueError("no such device")
        return {"max_input_channels": 6, "default_samplerate": 11_025.0}

    def check_input_settings(self, *args: Any, samplerate: int) -> None:
        if samplerate != 44_100:
            raise self.PortAudioError("no")

    def InputStream(self, **options: Any) -> Any:
        self.opened = options
        return SimpleNamespace(start=lambda: None, close=lambda: None)


def test_an_input_is_opened_as_the_video_can_take_it(monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library()
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    heard: list[SoundBlock] = []
    device = DeviceInput("Desk", heard.append)
    assert device.format == SoundFormat(44_100, 2)
    buffer = np.ones((882, 2), np.float32)
    when = SimpleNamespace(currentTime=5.0, inputBufferAdcTime=4.75)
    library.opened["callback"](buffer, 882, when, None)
    buffer[:] = 0  # as the library does
    assert heard[0].samples.min() == 1
    assert (time.monotonic_ns() - heard[0].captured_ns) / 1e9 == pytest.approx(0.25, abs=0.1)
    device.close()


def test_an_input_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", _Library())
    with pytest.raises(UserError, match="Attic can't be opened"):
        DeviceInput("Attic", lambda block: None)
