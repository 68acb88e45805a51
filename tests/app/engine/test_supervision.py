"""Noticing that a part does not get on, and trying again: hours of trouble in milliseconds."""

from __future__ import annotations

import itertools
import time

import pytest

from app.core.slots import Closed, LatestSlot, RevocableSlot
from app.engine.supervision import (
    RESTART_PAUSES_S,
    STALL_S,
    Backoff,
    Heartbeat,
    LaneTroubles,
    StageWatch,
    StallMeter,
    Verdict,
)


def test_silence_counts_only_beyond_what_was_announced() -> None:
    heartbeat = Heartbeat()
    heartbeat.beat(step_s=10.0)
    now_ns = time.monotonic_ns()
    assert heartbeat.silent_s(now_ns + int(8e9)) == pytest.approx(-2.0, abs=0.1)
    assert heartbeat.silent_s(now_ns + int(12e9)) == pytest.approx(2.0, abs=0.1)


def test_silence_before_the_watcher_woke_is_nobodys_fault() -> None:
    heartbeat = Heartbeat()
    now_ns = time.monotonic_ns() + int(60e9)
    assert heartbeat.silent_s(now_ns, since_ns=now_ns - int(1e8)) == pytest.approx(0.1)


def test_a_stage_that_comes_round_is_left_alone() -> None:
    watch = StageWatch()
    assert all(watch.judge(t / 10, STALL_S - 0.1) is Verdict.FINE for t in range(600))


def test_a_stalled_stage_is_replaced_at_once_and_only_once() -> None:
    watch = StageWatch()
    assert watch.judge(100.0, STALL_S + 0.1) is Verdict.REPLACE
    assert watch.reason == "stalled"
    assert watch.judge(100.2, 0.1) is Verdict.FINE


def test_a_crash_is_noticed_although_the_heartbeat_is_fresh() -> None:
    watch = StageWatch()
    watch.crashed(100.0)
    assert watch.judge(100.0, 0.0) is Verdict.REPLACE
    assert watch.reason == "crashed"


def test_a_stage_that_keeps_crashing_is_replaced_ever_more_rarely() -> None:
    watch = StageWatch()
    replaced, now_s = [], 100.0
    while now_s < 200.0:
        watch.crashed(now_s)  # crashes as soon as it is there
        if watch.judge(now_s, 0.0) is Verdict.REPLACE:
            replaced.append(now_s)
        now_s += 0.1
    gaps = [round(b - a) for a, b in itertools.pairwise(replaced)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == RESTART_PAUSES_S[-1]


def test_after_a_calm_time_a_failure_counts_as_the_first() -> None:
    backoff = Backoff(calm_s=30.0)
    pauses = (0.0, 1.0, 2.0)
    assert [backoff.failed(100.0 + i, pauses) for i in range(4)] == [0.0, 1.0, 2.0, 2.0]
    assert not backoff.may_try(104.9)
    assert backoff.may_try(105.0)
    assert backoff.failed(105.0 + 31.0, pauses) == 0.0


def test_a_model_that_hangs_whenever_it_is_loaded_is_tried_ever_more_rarely() -> None:
    troubles, now_s, key = LaneTroubles(), 0.0, ("b", "model")
    tried_s = []
    for _ in range(6):
        now_s += 181.5  # until the hang is noticed
        troubles.hangs(key, "It hangs.", now_s)
        begun_s = now_s
        while troubles.why_not(key, now_s) is not None:
            now_s += 1.0
        tried_s.append(now_s - begun_s)
    assert tried_s == sorted(tried_s)
    assert tried_s[-1] >= 160.0


def test_stalls_are_measured_beyond_the_beat_itself() -> None:
    meter = StallMeter(period_ms=20)
    at_ns = 0
    for late_ms in [0] * 98 + [80, 300]:
        meter.beat(at_ns)
        at_ns += (20 + late_ms) * 1_000_000
    meter.beat(at_ns)
    assert meter.beats == 100
    assert meter.percentile_ms(0.5) == 0
    assert meter.percentile_ms(0.99) == 80
    assert meter.max_ms == 300
    meter.reset()
    assert (meter.percentile_ms(0.99), meter.max_ms) == (0, 0)


def test_a_revoked_slot_neither_takes_nor_leaves_anything() -> None:
    slot: LatestSlot[int] = LatestSlot()
    old, new = RevocableSlot(slot), RevocableSlot(slot)
    old.put(1)
    old.revoke()
    new.put(2)
    for use in (
        lambda: old.put(3),
        lambda: old.take(0),
        lambda: old.put_when_free(3, 0.0),
        old.clear,
    ):
        with pytest.raises(Closed):
            use()
    assert new.take(0) == 2
    assert new.dropped == slot.dropped == 1
