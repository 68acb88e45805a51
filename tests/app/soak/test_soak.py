"""The soak's figures and its camera; the run itself is a command of its own."""

from __future__ import annotations

import json
import random
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.engine.capture import CaptureLoop
from app.engine.inference import InferenceLoop
from app.recording.format import INDEX
from app.recording.writer import RecordingWriter
from app.soak.actions import ACTIONS
from app.soak.camera import SoakCamera
from app.soak.counts import Sample, SoakCounts
from app.soak.driver import shuffled
from app.soak.faults import FAULTS, counted_crashes
from app.soak.figures import (
    figures_of,
    is_sound,
    lines,
    slope_mb_per_10min,
    thinned,
)
from app.soak.run import recordings_in
from models.estimators.neural import NeuralSession


def test_the_slope_is_that_of_the_settled_part() -> None:
    warming = [(float(s), 300.0 + 10 * s) for s in range(30)]
    settled = [(float(s), 600.0 + 0.005 * s) for s in range(30, 100)]
    assert slope_mb_per_10min(warming + settled, 30.0) == pytest.approx(3.0)
    assert slope_mb_per_10min(settled[:4], 0.0) is None


def test_the_slope_compares_like_with_like_and_begins_where_everything_was_visited() -> None:
    counts = SoakCounts(warmed_up_s=1500.0)
    counts.samples.extend(Sample(2.0 * i, 600.0 + 0.1 * i, 20, 40) for i in range(1800))
    counts.baselines.extend((60.0 * m, 500.0 + (0.2 * m if m >= 25 else m * m)) for m in range(60))
    figures = figures_of(counts)
    assert figures["rss_slope_mb_per_10min"] == pytest.approx(2.0)
    assert figures["rss_raw_slope_mb_per_10min"] == pytest.approx(30.0)
    assert figures["settled_s"] == pytest.approx(3598.0 - 1500.0)


def test_a_run_whose_warm_up_was_broken_off_says_nothing_of_memory() -> None:
    counts = SoakCounts()
    counts.samples.extend(Sample(2.0 * i, 600.0 + i, 20, 40) for i in range(1800))
    assert figures_of(counts)["settled_s"] == 0.0


def test_samples_are_thinned_to_a_readable_number() -> None:
    samples = [(2.0 * i, 100.4) for i in range(1800)]
    few = thinned(samples)
    assert len(few) <= 120
    assert few[0] == (0, 100)


def test_there_are_faults_of_every_kind_and_actions_to_go_with_them() -> None:
    assert len(FAULTS) == 11
    assert len(ACTIONS) > 15


def test_faults_that_end_a_stage_are_far_apart_and_none_comes_twice_a_round() -> None:
    rng = random.Random(1)
    order = [name for _ in range(20) for name in reversed(shuffled(rng))]
    for at in range(0, len(order), len(FAULTS)):
        assert sorted(order[at : at + len(FAULTS)]) == sorted(FAULTS)
    crashes = [at for at, name in enumerate(order) if name == "threads_crash"]
    hangs = [at for at, name in enumerate(order) if name in ("capture_hangs", "lane_hangs")]
    assert min(abs(crash - hang) for crash in crashes for hang in hangs) >= 5
    assert order[:11] != order[11:22]


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (CaptureLoop, "_handle"),
        (InferenceLoop, "_publish"),
        (NeuralSession, "predict"),
        (RecordingWriter, "write"),
    ],
)
def test_what_the_faults_patch_exists(owner: type, name: str) -> None:
    assert callable(getattr(owner, name))


def _counts() -> SoakCounts:
    counts = SoakCounts(
        injected_s=[10.0, 22.0, 40.0], restart_s={"lane_hangs": 1.9}, warmed_up_s=90.0
    )
    for name in ("lane_hangs", "lane_raises", "corrupt_file"):
        counts.injected[name] += 1
        counts.noticed[name] += 1
        counts.survived[name] += 1
    counts.samples.extend(Sample(2.0 * i, 500.0 + i / 600, 20, 40) for i in range(1800))
    counts.baselines.extend((60.0 * m, 500.0 + m / 20) for m in range(60))
    return counts


def _figures(counts: SoakCounts) -> dict[str, Any]:
    return figures_of(counts) | {
        "complete": True, "minutes": 20.0, "seed": 1, "crashes": 0, "crashed": [], "fps": 9.0,
        "dropped": 3, "restarts": 1, "threads_left": 0, "files_left": 0,
        "gui_stall_ms": {"p99": 30.0, "max": 400.0},
        "recordings": {"whole": 4, "empty": 1, "damaged": 0},
    }  # fmt: skip


def test_a_run_without_trouble_is_sound_and_names_its_limits() -> None:
    figures = _figures(_counts())
    assert is_sound(figures)
    text = "\n".join(lines(figures))
    assert "3 of 3 faults survived, 3 noticed, 0 crashes" in text
    assert "a fault at least every 18.0 s (within 20)" in text
    assert "slowest after 1.9 s (within 2)" in text
    assert (
        "memory 0.5 MB per 10 minutes (within 1) in the initial state, 0.5 over all samples\n"
        in text
    )
    assert "p99 30.0 ms (within 100), max 400.0 ms (within 500)" in text
    assert json.dumps(figures, allow_nan=False)


@pytest.mark.parametrize(
    "change",
    [
        {"complete": False},
        {"crashes": 1},
        {"trouble": ["x"]},
        {"faults_survived": 2},
        {"recordings": {"whole": 0, "empty": 0, "damaged": 1}},
        {"threads_left": 1},
        {"files_left": 1},
        {"gui_stall_ms": {"p99": 101.0, "max": 400.0}},
        {"gui_stall_ms": {"p99": 30.0, "max": 501.0}},
        {"fault_every_s": {"median": 9.0, "max": 20.1}},
        {"slowest_restart_s": 2.1},
        {"rss_slope_mb_per_10min": 1.1},
    ],
)
def test_one_exceeded_limit_makes_the_run_unsound(change: dict[str, object]) -> None:
    assert not is_sound(_figures(_counts()) | change)


def test_a_slope_over_a_short_time_fails_no_run() -> None:
    assert is_sound(_figures(_counts()) | {"rss_slope_mb_per_10min": 9.0, "settled_s": 600.0})
    assert not is_sound(_figures(_counts()) | {"rss_slope_mb_per_10min": None, "settled_s": 3000.0})


def test_what_is_over_its_limit_is_said() -> None:
    figures = _figures(_counts()) | {"gui_stall_ms": {"p99": 30.0, "max": 700.0}}
    assert "max 700.0 ms (OVER 500)" in "\n".join(lines(figures))


def test_a_run_that_ended_before_its_first_fault_still_has_figures() -> None:
    figures = _figures(SoakCounts())
    assert "not measured" in "\n".join(lines(figures))


def test_a_recording_without_a_frame_is_empty_and_one_that_cannot_be_read_is_damaged(
    tmp_path: Path,
) -> None:
    for name, index in (("recording0", b""), ("recording1", b'x {"kind":"frame"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / INDEX).write_bytes(index)
    assert recordings_in(tmp_path) == {"whole": 0, "empty": 1, "damaged": 1}


def test_what_nobody_caught_is_counted_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    passed_on: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: passed_on.append(kind))
    with counted_crashes() as crashes:
        sys.excepthook(KeyError, KeyError("x"), None)
    assert crashes == ["KeyError: 'x'"]
    assert passed_on == [KeyError]


def test_an_unplugged_camera_refuses_and_comes_back_on_the_same_port() -> None:
    with SoakCamera(size=(32, 24)) as camera:
        port = urlsplit(camera.url).port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(b"GET /video HTTP/1.0\r\n\r\n")
            assert client.recv(64).startswith(b"HTTP/1.0 200")
        camera.unplug()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), 1)
        camera.plug_in()
        socket.create_connection(("127.0.0.1", port), 5).close()
