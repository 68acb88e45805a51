"""The live reader against devices that hang, fail, lie and come back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray

from app.core.source import SignalLost
from app.sources.live import LiveSource
from app.sources.live_reader import Arrival, LiveReader
from app.sources.live_worker import Patience
from models.errors import SourceError
from models.frames import Frame
from tests.support.reading import next_frame, next_loss, until
from tests.support.waiting import PATIENCE_S, ManualClock, wait_until

QUICK = Patience(
    stall_s=0.15, reading_s=0.4, opening_s=0.4, retry_s=0.01, retry_most_s=0.04, closing_s=0.2
)


class Plain:
    """A picture of one colour."""

    def __init__(self, size: tuple[int, int] = (4, 2)) -> None:
        self.size = size
        self.converted = 0

    def rgb(self) -> NDArray[np.uint8]:
        self.converted += 1
        return np.zeros((self.size[1], self.size[0], 3), np.uint8)


class Device:
    """A device that a test holds in its hand; each connection asks it what to do.

    Time passes only where the test moves `clock`, and `picture_s` with every picture.
    """

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.picture_s = 0.0
        self.size = (4, 2)
        self.opened = self.closed = 0
        self.refuse = ""
        self.break_off = False
        self.junk = False
        self.released = threading.Event()  # what hangs goes on when it is set
        self.hanging = threading.Event()  # a call hangs
        self.hang_opening = False
        self.reading_hangs = 0  # how many more times
        self.pictures: list[Plain] = []

    def connect(self) -> Device:
        if self.hang_opening:
            self.hanging.set()
            self.released.wait()
        if self.refuse:
            raise SourceError(self.refuse)
        self.opened += 1
        return self

    @property
    def delivered(self) -> str:
        return f"{self.size[0]}x{self.size[1]} TEST"

    def grab(self) -> Plain | None:
        if self.reading_hangs:
            self.reading_hangs -= 1
            self.hanging.set()
            self.released.wait()
        self.released.wait(0.002)
        self.clock.advance(self.picture_s)
        if self.break_off:
            raise SourceError("The cable was pulled.")
        if self.junk:
            return None
        self.pictures.append(Plain(self.size))
        return self.pictures[-1]

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def device() -> Iterator[Device]:
    device = Device()
    yield device
    device.released.set()
    wait_until(lambda: not any(t.name.startswith("live") for t in threading.enumerate()))


def source_of(device: Device) -> LiveSource:
    return LiveSource(
        "test:",
        "The camera",
        device.connect,
        size=(8, 8),
        asked="8x8",
        patience=QUICK,
        clock=device.clock,
    )


def reader_of(device: Device) -> LiveReader:
    return LiveReader(device.connect, "x", QUICK, device.clock)


def more_pictures(device: Device, count: int = 3) -> None:
    """Return when the device has sent `count` more."""
    sent = len(device.pictures)
    wait_until(lambda: len(device.pictures) >= sent + count)


def hang(device: Device, for_s: float) -> None:
    """Let the next call to the device hang; its clock is then `for_s` later."""
    device.hanging.clear()
    device.reading_hangs = 1
    assert device.hanging.wait(PATIENCE_S)
    device.clock.advance(for_s)


def test_the_newest_picture_wins_and_the_count_shows_what_was_missed(device: Device) -> None:
    device.picture_s = 0.001
    with closing(reader_of(device)) as reader:
        first = reader.take(PATIENCE_S)
        more_pictures(device)
        second = reader.take(PATIENCE_S)
        assert isinstance(first, Arrival)
        assert isinstance(second, Arrival)
        assert second.number > first.number + 1
        assert second.captured_ns > first.captured_ns


def test_only_pictures_that_are_read_are_converted(device: Device) -> None:
    with closing(source_of(device)) as source:
        frames = [next_frame(source) for _ in range(3)]
        more_pictures(device)
    assert sum(picture.converted for picture in device.pictures) == len(frames)
    assert len(device.pictures) > len(frames)


def test_a_source_tells_what_was_asked_and_what_comes(device: Device) -> None:
    with closing(source_of(device)) as source:
        assert source.info.live
        assert (source.info.size, source.info.asked) == ((8, 8), "8x8")
        next_frame(source)
        assert (source.info.size, source.info.delivered) == ((4, 2), "4x2 TEST")


def test_the_rate_is_measured(device: Device) -> None:
    device.picture_s = 0.02
    with closing(reader_of(device)) as reader:
        for _ in range(20):
            reader.take(PATIENCE_S)
        assert reader.fps == pytest.approx(50.0)


def test_opening_a_source_does_not_wait_for_the_device(device: Device) -> None:
    device.hang_opening = True
    with closing(source_of(device)) as source:
        assert source.read(0.0) is None
        assert device.hanging.wait(PATIENCE_S)


def test_a_device_that_never_opens_is_said_to_be_waited_for(device: Device) -> None:
    device.hang_opening = True
    with closing(source_of(device)) as source:
        device.clock.advance(1.5 * QUICK.stall_s)
        assert next_loss(source) == "Waiting for the first frame from The camera."


def test_a_call_that_never_returns_blocks_neither_read_nor_close(device: Device) -> None:
    source = source_of(device)
    next_frame(source)
    hang(device, 1.5 * QUICK.stall_s)
    assert next_loss(source) == "The camera sends no frames; reconnecting."
    source.close()
    assert source.abandoned_threads == 1
    assert source.read(0.01) is None


def test_a_stuck_thread_is_given_up_and_another_takes_over(device: Device) -> None:
    with closing(source_of(device)) as source:
        next_frame(source)
        hang(device, 1.5 * QUICK.reading_s)
        next_loss(source)
        until(source, lambda _: source.abandoned_threads == 1)
        assert next_frame(source).segment == 1
        device.released.set()
        until(source, lambda _: source.abandoned_threads == 0)
        assert device.closed == 1  # the one that was given up gave its device back


def test_threads_are_not_given_up_without_a_bound(device: Device) -> None:
    with closing(source_of(device)) as source:
        next_frame(source)
        device.hang_opening = True
        hang(device, 1.5 * QUICK.reading_s)

        def says_so(got: object) -> bool:
            device.clock.advance(QUICK.opening_s / 2)
            return isinstance(got, SignalLost) and "does not respond" in got.sentence

        until(source, says_so)
        for _ in range(10):
            device.clock.advance(QUICK.opening_s)
            source.read(0.01)
        assert source.abandoned_threads == 3
        assert sum(t.name.startswith("live") for t in threading.enumerate()) == 4


def test_a_pulled_cable_is_told_once_and_healed(device: Device) -> None:
    with closing(source_of(device)) as source:
        assert next_frame(source).segment == 0
        device.break_off = True
        assert next_loss(source) == "The cable was pulled."
        assert not any(source.read(0.02) for _ in range(5))
        device.break_off = False
        assert next_frame(source).segment == 1
        assert device.opened >= 2
        assert device.closed >= 1


def test_the_reason_of_a_refusal_reaches_the_user_and_changes_are_told(device: Device) -> None:
    device.refuse = "Held by another program."
    with closing(source_of(device)) as source:
        assert next_loss(source) == "Held by another program."
        device.refuse = "Permission is missing."
        assert next_loss(source) == "Permission is missing."
        device.refuse = ""
        assert next_frame(source).segment == 0


def test_a_refusing_device_is_asked_less_and_less_often_until_it_worked_for_a_while() -> None:
    patience = Patience(retry_s=0.02, retry_most_s=0.16)
    pauses_s = [0.0]
    for _ in range(6):
        pauses_s.append(patience.pause_after(pauses_s[-1], lasted_s=0.0))
    assert pauses_s[1:] == pytest.approx([0.02, 0.04, 0.08, 0.16, 0.16, 0.16])
    assert patience.pause_after(0.16, lasted_s=0.1) == pytest.approx(0.16)
    assert patience.pause_after(0.16, lasted_s=0.2) == pytest.approx(0.02)


def test_a_fault_in_a_driver_is_a_loss_with_a_sentence_and_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked: list[None] = []

    def connect() -> Device:
        asked.append(None)
        raise ValueError("an assertion inside a driver")

    with closing(LiveReader(connect, "The camera", QUICK)) as reader:
        lost = [reader.take(0.02)]
        while len(asked) < 6:
            lost.append(reader.take(0.02))
    assert [each for each in lost if each] == [SignalLost("The camera failed; reconnecting.")]
    assert [record.exc_info is not None for record in caplog.records].count(True) == 1


def test_the_measured_rate_goes_with_the_signal(device: Device) -> None:
    with closing(source_of(device)) as source:
        next_frame(source)
        until(source, lambda _: source.info.fps is not None)
        device.break_off = True
        next_loss(source)
        assert source.info.fps is None


def test_a_device_that_sends_only_junk_is_opened_anew(device: Device) -> None:
    device.junk = True
    device.picture_s = 0.01
    with closing(source_of(device)) as source:
        next_loss(source)
        until(source, lambda _: device.opened >= 2)
        device.junk = False
        assert next_frame(source).segment == 0


def test_another_size_in_mid_stream_starts_a_new_segment(device: Device) -> None:
    with closing(source_of(device)) as source:
        next_frame(source)
        device.size = (6, 6)
        frame = until(source, lambda got: isinstance(got, Frame) and got.size == (6, 6))
        assert isinstance(frame, Frame)
        assert frame.segment == 1
        assert source.info.size == (6, 6)


def test_silence_that_nobody_watched_is_still_a_break(device: Device) -> None:
    with closing(source_of(device)) as source:
        assert next_frame(source).segment == 0
        device.clock.advance(QUICK.stall_s * 1.5)
        more_pictures(device)
        assert next_frame(source).segment == 1


def test_closing_wakes_a_waiting_reader(device: Device) -> None:
    device.junk = True
    source = source_of(device)
    readings: list[object] = []
    reader = threading.Thread(target=lambda: readings.extend(iter(lambda: source.read(30.0), None)))
    reader.start()
    wait_until(lambda: device.opened == 1)
    source.close()
    source.close()
    reader.join(PATIENCE_S - 5.0)
    assert not reader.is_alive()
    assert readings == []


def test_closing_gives_the_device_back(device: Device) -> None:
    source = source_of(device)
    next_frame(source)
    source.close()
    assert device.closed == device.opened == 1
    assert source.abandoned_threads == 0


def test_seeking_what_is_live_changes_nothing(device: Device) -> None:
    with closing(source_of(device)) as source:
        before = next_frame(source)
        source.seek(0)
        after = next_frame(source)
        assert after.index > before.index
        assert after.segment == before.segment
