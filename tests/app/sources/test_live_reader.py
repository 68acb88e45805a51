"""The live reader against devices that hang, fail, lie and come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
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
    """A device that a test holds in its hand; each connection asks it what to do."""

    def __init__(self) -> None:
        self.size = (4, 2)
        self.opened = self.closed = 0
        self.refuse = ""
        self.break_off = False
        self.junk = False
        self.released = threading.Event()  # what hangs goes on when it is set
        self.hang_opening = False
        self.reading_hangs = 0  # how many more times
        self.pictures: list[Plain] = []

    def connect(self) -> Device:
        if self.hang_opening:
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
            self.released.wait()
        time.sleep(0.002)
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
    deadline_s = time.monotonic() + 5.0
    while any(t.name.startswith("live") for t in threading.enumerate()):
        assert time.monotonic() < deadline_s, "a worker was left behind"
        time.sleep(0.005)


def source_of(device: Device) -> LiveSource:
    return LiveSource(
        "test:", "The camera", device.connect, size=(8, 8), asked="8x8", patience=QUICK
    )


def until(source: LiveSource, wanted: Callable[[object], bool], within_s: float = 5.0) -> object:
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        reading = source.read(0.05)
        if wanted(reading):
            return reading
    raise AssertionError("what was waited for did not come")


def next_frame(source: LiveSource) -> Frame:
    frame = until(source, lambda reading: isinstance(reading, Frame))
    assert isinstance(frame, Frame)
    return frame


def next_loss(source: LiveSource) -> str:
    lost = until(source, lambda reading: isinstance(reading, SignalLost))
    assert isinstance(lost, SignalLost)
    return lost.sentence


def test_the_newest_picture_wins_and_the_count_shows_what_was_missed(device: Device) -> None:
    with closing(LiveReader(device.connect, "x", QUICK)) as reader:
        first = reader.take(1.0)
        time.sleep(0.03)
        second = reader.take(1.0)
        assert isinstance(first, Arrival)
        assert isinstance(second, Arrival)
        assert second.number > first.number + 1
        assert second.captured_ns > first.captured_ns


def test_only_pictures_that_are_read_are_converted(device: Device) -> None:
    with closing(source_of(device)) as source:
        frames = [next_frame(source) for _ in range(3)]
        time.sleep(0.03)
    assert sum(picture.converted for picture in device.pictures) == len(frames)
    assert len(device.pictures) > len(frames)


def test_a_source_tells_what_was_asked_and_what_comes(device: Device) -> None:
    with closing(source_of(device)) as source:
        assert source.info.live
        assert (source.info.size, source.info.asked) == ((8, 8), "8x8")
        next_frame(source)
        assert (source.info.size, source.info.delivered) == ((4, 2), "4x2 TEST")


def test_the_rate_is_measured(device: Device) -> None:
    with closing(LiveReader(device.connect, "x", QUICK)) as reader:
        assert reader.fps is None
        for _ in range(20):
            reader.take(1.0)
        assert reader.fps is not None
        assert 20 < reader.fps < 510


def test_opening_a_source_does_not_wait_for_the_device(device: Device) -> None:
    device.hang_opening = True
    began_s = time.monotonic()
    source = source_of(device)
    assert source.read(0.0) is None
    assert time.monotonic() - began_s < 0.1
    source.close()


def test_a_device_that_never_opens_is_said_to_be_waited_for(device: Device) -> None:
    device.hang_opening = True
    with closing(source_of(device)) as source:
        assert next_loss(source) == "Waiting for the first picture of The camera."


def test_a_call_that_never_returns_blocks_neither_read_nor_close(device: Device) -> None:
    source = source_of(device)
    next_frame(source)
    device.reading_hangs = 1
    began_s = time.monotonic()
    assert next_loss(source) == "The camera sends no pictures; trying to get it back."
    assert time.monotonic() - began_s < 1.0
    source.close()
    assert time.monotonic() - began_s < 2.0
    assert source.abandoned_threads >= 1
    assert source.read(0.01) is None


def test_a_stuck_thread_is_given_up_and_another_takes_over(device: Device) -> None:
    with closing(source_of(device)) as source:
        next_frame(source)
        device.reading_hangs = 1
        next_loss(source)
        until(source, lambda _: source.abandoned_threads == 1)
        assert next_frame(source).segment == 1
        device.released.set()
        until(source, lambda _: source.abandoned_threads == 0)
        assert device.closed == 1  # the one that was given up gave its device back


def test_threads_are_not_given_up_without_a_bound(device: Device) -> None:
    with closing(source_of(device)) as source:
        next_frame(source)
        device.reading_hangs = 1
        device.hang_opening = True
        sentence = until(
            source,
            lambda got: isinstance(got, SignalLost) and "does not answer" in got.sentence,
        )
        assert isinstance(sentence, SignalLost)
        for _ in range(10):
            source.read(0.05)
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


def test_a_refusing_device_is_asked_less_and_less_often() -> None:
    asked_s: list[float] = []

    def connect() -> Device:
        asked_s.append(time.monotonic())
        raise SourceError("No.")

    patience = Patience(retry_s=0.02, retry_most_s=0.16)
    with closing(LiveReader(connect, "x", patience)) as reader:
        while len(asked_s) < 6:
            reader.take(0.02)
    gaps = np.diff(asked_s)
    assert (gaps >= np.array([0.02, 0.04, 0.08, 0.16, 0.16]) * 0.95).all()


def test_a_fault_in_a_driver_is_a_loss_with_a_sentence_logged_once_and_tried_less_often(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked_s: list[float] = []

    def connect() -> Device:
        asked_s.append(time.monotonic())
        raise ValueError("an assertion inside a driver")

    patience = Patience(retry_s=0.02, retry_most_s=0.16)
    with closing(LiveReader(connect, "The camera", patience)) as reader:
        lost = [reader.take(0.02)]
        while len(asked_s) < 6:
            lost.append(reader.take(0.02))
    assert [each for each in lost if each] == [
        SignalLost("The camera fails; trying to get it back.")
    ]
    gaps = np.diff(asked_s)
    assert (gaps >= np.array([0.02, 0.04, 0.08, 0.16, 0.16]) * 0.95).all()
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
        time.sleep(QUICK.stall_s * 1.5)
        source.read(0.05)  # what came in the meantime
        assert next_frame(source).segment == 1


def test_closing_wakes_a_waiting_reader(device: Device) -> None:
    device.junk = True
    source = source_of(device)
    readings: list[object] = []
    reader = threading.Thread(target=lambda: readings.extend(iter(lambda: source.read(30.0), None)))
    reader.start()
    time.sleep(0.02)
    source.close()
    source.close()
    reader.join(2.0)
    assert not reader.is_alive()


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
