"""A capture loop that hangs: its replacement goes on, and it itself touches nothing any more."""

from __future__ import annotations

import threading
import time

import pytest

from app.core.slots import LatestSlot, RevocableSlot
from app.core.source import Reading
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, PlaybackOptions, Seek
from app.engine.supervision import STALL_S
from models.frames import Frame
from tests.support.fakes import ScriptedSource
from tests.support.waiting import wait_until


class _Hanging(ScriptedSource):
    """Hangs in read() until it is released."""

    def __init__(self, release: threading.Event) -> None:
        super().__init__(count=None)
        self._release = release

    def read(self, timeout_s: float) -> Reading:
        if self.drawn == 3:
            self._release.wait(30)
        return super().read(timeout_s)


def test_a_capture_loop_goes_on_behind_the_frame_it_hung_at(release: threading.Event) -> None:
    opened: list[ScriptedSource] = []

    def open_source(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
        opened.append(ScriptedSource(count=None) if opened else _Hanging(release))
        return opened[-1]

    slot: LatestSlot[Frame] = LatestSlot()
    slot_handle = RevocableSlot(slot)
    old = CaptureLoop(slot_handle, open_source, lambda: None)
    old.post(PlaybackOptions(every_frame=True))
    old.post(CaptureRequest("fake"))
    thread = threading.Thread(target=old.run)
    thread.start()
    seen = [slot.take(5) for _ in range(3)]
    wait_until(lambda: old.heartbeat.silent_s(time.monotonic_ns()) > 0.05)
    slot_handle.revoke()
    old.abandon()
    replacement_handle = RevocableSlot(slot)
    replacement = old.make_replacement(replacement_handle, open_source, lambda: None)
    replacement_thread = threading.Thread(target=replacement.run)
    replacement_thread.start()
    after = slot.take(5)
    release.set()
    thread.join(5)
    assert not thread.is_alive()
    replacement.stop()
    replacement_thread.join(5)
    assert [frame.index for frame in seen if frame] == [0, 1, 2]
    assert after is not None and seen[0] is not None
    assert after.index == 4
    assert after.segment > seen[0].segment
    assert opened[0].closed.is_set()


def test_a_source_that_hangs_while_it_opens_can_be_left_for_another(
    release: threading.Event,
) -> None:
    opened: list[str] = []

    def open_source(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
        opened.append(spec)
        if spec == "hangs":
            release.wait(30)
        return ScriptedSource(count=None)

    slot: LatestSlot[Frame] = LatestSlot()
    slot_handle = RevocableSlot(slot)
    old = CaptureLoop(slot_handle, open_source, lambda: None)
    old.post(CaptureRequest("hangs"))
    thread = threading.Thread(target=old.run)
    thread.start()
    wait_until(lambda: opened == ["hangs"])
    assert old.heartbeat.silent_s(time.monotonic_ns()) < -5
    old.post(Seek(3))
    old.post(PlaybackOptions(every_frame=True))
    old.post(CaptureRequest("other"))
    assert (
        old.heartbeat.silent_s(time.monotonic_ns()) >= 0
    )  # nobody has to wait until it has opened
    slot_handle.revoke()
    old.abandon()
    replacement = old.make_replacement(RevocableSlot(slot), open_source, lambda: None)
    replacement_thread = threading.Thread(target=replacement.run)
    replacement_thread.start()
    first = slot.take(5)
    release.set()
    thread.join(5)
    replacement.stop()
    replacement_thread.join(5)
    assert first is not None and first.index == 0  # what was sought was sought in the other one
    assert opened == ["hangs", "other"]


def test_of_several_sources_asked_for_at_once_only_the_last_is_opened() -> None:
    opened: list[str] = []

    def open_source(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
        opened.append(spec)
        return ScriptedSource(count=None)

    slot: LatestSlot[Frame] = LatestSlot()
    loop = CaptureLoop(slot, open_source, lambda: None)
    for spec in ("one", "two", "three"):
        loop.post(CaptureRequest(spec))
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert slot.take(5) is not None
    loop.stop()
    thread.join(5)
    assert opened == ["three"]


class _Looped(ScriptedSource):
    """Three frames, over and over; hangs at the first of the second round."""

    def __init__(self, release: threading.Event) -> None:
        super().__init__(count=3)
        self._release = release
        self.rounds = 0

    def seek(self, index: int) -> None:
        self.rounds += 1
        super().seek(index)

    def read(self, timeout_s: float) -> Reading:
        if self.rounds and not self._release.is_set():
            self.rounds += 1
            self._release.wait(30)
        return super().read(timeout_s)


def test_a_source_that_hangs_when_it_begins_anew_is_noticed_like_any_other(
    release: threading.Event,
) -> None:
    source = _Looped(release)
    slot: LatestSlot[Frame] = LatestSlot()
    loop = CaptureLoop(slot, lambda *_: source, lambda: None)
    loop.post(PlaybackOptions(loop=True, every_frame=True))
    loop.post(CaptureRequest("fake"))
    thread = threading.Thread(target=loop.run)
    thread.start()
    for _ in range(3):
        assert slot.take(5) is not None
    wait_until(lambda: source.rounds == 2)
    in_time_ns = time.monotonic_ns() + int(2e9)
    assert loop.heartbeat.silent_s(in_time_ns) > STALL_S
    release.set()
    loop.stop()
    slot.close()
    thread.join(5)


def test_what_hangs_behind_the_first_picture_is_noticed_although_that_may_take_long(
    release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = CaptureLoop(LatestSlot(), lambda *_: ScriptedSource(count=None), lambda: None)
    handed_on = threading.Event()

    def hang(*_: object) -> None:
        handed_on.set()
        release.wait(30)

    monkeypatch.setattr(loop, "_handle", hang)
    loop.post(CaptureRequest("fake"))
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert handed_on.wait(5)
    assert loop.heartbeat.silent_s(time.monotonic_ns() + int(2e9)) > STALL_S
    loop.stop()
    release.set()
    thread.join(5)
