"""The schedule of frames on a device, against a device that keeps time and catches hazards."""

from __future__ import annotations

import dataclasses
import random
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.devices.conveyor import Conveyor, OvertakenError, RingSizes
from models.devices.scheduled_device import Access, Buffer, Stage, Task, Wait
from models.estimators.line import Line
from tests.support.deferred_device import ImmediateDevice
from tests.support.simulated import HazardError, Rehearsal, SimulatedDevice, rehearse

ONE_DEVICE = {"compute": "cores", "lane 1": "cores", "lane 2": "cores"}
"""Kernels of all lanes take turns, as if each filled the device."""

APP_RINGS = Line(ImmediateDevice()).conveyor.sizes
"""What lanes on a device run with."""

DURATION_S = st.floats(1e-5, 0.2)


@dataclass(frozen=True)
class Case:
    """A device, rings and lanes to rehearse with."""

    durations_s: dict[tuple[Stage, str], float]
    sizes: RingSizes
    networks: tuple[str, ...]
    engines: dict[str, str]
    show_s: float
    jitter: float = 0.0
    seed: int = 0

    def rehearse(
        self, frames: int = 24, deaf: frozenset[Wait] = frozenset(), interval_s: float = 0.0
    ) -> tuple[Rehearsal, SimulatedDevice]:
        dice = random.Random(self.seed)

        def duration_s(task: Task) -> float:
            steady = self.durations_s[task.stage, task.owner]
            return steady * (1 + self.jitter * dice.random())

        device = SimulatedDevice(duration_s, self.engines, deaf)
        conveyor = Conveyor(device, self.sizes)
        played = rehearse(
            conveyor, device, self.networks, frames, show_s=self.show_s, interval_s=interval_s
        )
        return played, device

    @property
    def alone_s(self) -> float:
        """How long one frame takes when nothing else is on its way, shown."""
        played, _ = self.rehearse(frames=1)
        return played.passages[0].shown_s

    @property
    def busiest_s(self) -> float:
        """Time per frame on the stream, engine or thread that has most to do."""
        _, device = self.rehearse(frames=1)
        busy: Counter[str] = Counter(host=self.show_s)  # type: ignore[call-overload]
        for span in device.spans:
            engine = self.engines.get(span.task.stream, span.task.stream)
            busy[engine] += span.end_s - span.start_s  # type: ignore[assignment]
        return max(busy.values())

    @property
    def pace_s(self) -> float:
        """Time per frame that no schedule with two frames on their way can beat."""
        return max(self.busiest_s, self.alone_s / 2)


def owners(networks: tuple[str, ...]) -> list[tuple[Stage, str]]:
    lanes = [f"lane {number}" for number in range(len(networks))]
    return [
        (Stage.FILL, ""),
        (Stage.UPLOAD, ""),
        *((Stage.ENCODE, network) for network in networks),
        *((stage, lane) for stage in (Stage.DECODE, Stage.DOWNLOAD) for lane in lanes),
        (Stage.TAKE, ""),
    ]


@st.composite
def cases(draw: st.DrawFn, ample: bool = False) -> Case:
    """`ample` rings are those of the app: a slot for each of the two frames on their way."""
    networks = tuple(draw(st.lists(st.sampled_from(("x", "y")), min_size=1, max_size=3)))
    size = st.integers(1, 3)
    return Case(
        {key: draw(DURATION_S) for key in owners(networks)},
        APP_RINGS if ample else RingSizes(*(draw(size) for _ in range(5))),
        networks,
        draw(st.sampled_from(({}, ONE_DEVICE))),
        draw(DURATION_S),
        0.0 if ample else draw(st.sampled_from((0.0, 3.0))),
        draw(st.integers(0, 1000)),
    )


@given(cases())
def test_no_buffer_is_touched_too_early_whatever_takes_how_long(case: Case) -> None:
    played, _ = case.rehearse()
    assert [p.index for p in played.passages] == list(range(24))


@settings(deadline=None, max_examples=40)
@given(cases(ample=True))
def test_the_pace_is_that_of_the_slowest_stream_or_of_two_frames_in_flight(case: Case) -> None:
    played, _ = case.rehearse(frames=120)
    assert played.period_s == pytest.approx(case.pace_s, rel=0.02)


@settings(deadline=None, max_examples=40)
@given(cases(ample=True))
def test_a_frame_is_back_within_two_periods_of_the_pace(case: Case) -> None:
    played, _ = case.rehearse(frames=120)
    steady = played.passages[60:]
    latencies_s = [p.returned_s - p.entered_s for p in steady]
    # The pace may swing between frames; two frames in flight hold it together on average.
    assert statistics.mean(latencies_s) < 2 * case.pace_s * (1 + 1e-6)


@settings(deadline=None, max_examples=40)
@given(cases(ample=True))
def test_once_running_no_frame_takes_two_periods_where_the_networks_set_the_pace(
    case: Case,
) -> None:
    fast = {key: s / 20 for key, s in case.durations_s.items()}
    fast |= {key: s for key, s in case.durations_s.items() if key[0] is Stage.ENCODE}
    case = dataclasses.replace(case, durations_s=fast, show_s=case.show_s / 20)
    assume(case.alone_s <= 2 * case.busiest_s)
    played, _ = case.rehearse(frames=50)
    assert max(p.returned_s - p.entered_s for p in played.passages[20:]) < 2 * case.busiest_s


@settings(deadline=None, max_examples=40)
@given(cases(ample=True), st.floats(1.05, 5.0))
def test_a_slow_camera_loses_no_frame_and_sees_each_one_at_once(case: Case, slack: float) -> None:
    interval_s = slack * case.alone_s
    played, _ = case.rehearse(frames=30, interval_s=interval_s)
    assert played.skipped == 0
    delays = [p.returned_s - p.captured_s for p in played.passages]
    assert max(delays) <= case.alone_s * (1 + 1e-9)


@settings(deadline=None, max_examples=40)
@given(cases(ample=True), st.floats(0.05, 0.5))
def test_a_fast_camera_is_thinned_and_the_newest_frame_enters(case: Case, share: float) -> None:
    interval_s = share * case.pace_s
    played, _ = case.rehearse(frames=60, interval_s=interval_s)
    assert played.skipped > 0
    for passage in played.passages[1:]:
        assert passage.entered_s - passage.captured_s <= interval_s * (1 + 1e-9)


def random_case(seed: int) -> Case:
    """Durations over three decades and rings of one to three: where waits matter."""
    dice = random.Random(seed)
    networks = tuple(dice.choice("xy") for _ in range(dice.randint(1, 3)))
    return Case(
        {key: 10 ** dice.uniform(-4, -1) for key in owners(networks)},
        RingSizes(*(dice.randint(1, 3) for _ in range(5))),
        networks,
        {},
        10 ** dice.uniform(-4, -1),
    )


def hazards(deaf: frozenset[Wait], cases: int = 200) -> int:
    count = 0
    for seed in range(cases):
        try:
            random_case(seed).rehearse(frames=8, deaf=deaf)
        except HazardError:
            count += 1
    return count


@pytest.mark.parametrize("wait", [wait for wait in Wait if wait is not Wait.ROOM])
def test_without_any_one_of_its_waits_a_buffer_is_touched_too_early(wait: Wait) -> None:
    assert hazards(frozenset({wait})) > 0


def test_with_all_of_its_waits_none_is() -> None:
    assert hazards(frozenset()) == 0


def submitted(sizes: RingSizes, frames: int, deaf: frozenset[Wait] = frozenset()) -> list[int]:
    """How many frames were on their way after each, if nobody takes any."""
    device = SimulatedDevice(seconds_per_task(1.0), deaf=deaf)
    conveyor = Conveyor(device, sizes)
    lane = conveyor.enter()
    counts = []
    for _ in range(frames):
        frame = conveyor.admit(nothing, nothing)
        conveyor.decode(conveyor.encode(frame, "x", nothing), lane, nothing, nothing)
        counts.append(len({s.task.frame for s in device.spans if s.end_s > device.now_s}))
    return counts


def seconds_per_task(seconds: float) -> Callable[[Task], float]:
    def duration_s(_task: Task) -> float:
        return seconds

    return duration_s


def nothing(*_: object) -> None:
    pass


@pytest.mark.parametrize("in_flight", [1, 2, 3])
def test_no_more_frames_than_agreed_are_on_their_way(in_flight: int) -> None:
    ample = RingSizes(8, 8, 8, 8, in_flight)
    assert max(submitted(ample, 10)) == in_flight
    assert max(submitted(ample, 10, frozenset({Wait.ROOM}))) > in_flight


def test_a_result_nobody_took_in_time_is_refused_and_never_mixed_up() -> None:
    device = SimulatedDevice(seconds_per_task(1.0))
    conveyor = Conveyor(device)
    lane = conveyor.enter()

    def send() -> object:
        encoded = conveyor.encode(conveyor.admit(nothing, nothing), "x", nothing)
        return conveyor.decode(encoded, lane, nothing, nothing)

    first, second, third = send(), send(), send()
    with pytest.raises(OvertakenError, match="frame 0 has left"):
        conveyor.take(first, nothing)  # type: ignore[arg-type]
    conveyor.take(second, nothing)  # type: ignore[arg-type]
    conveyor.take(third, nothing)  # type: ignore[arg-type]


def test_features_that_left_are_not_decoded() -> None:
    conveyor = Conveyor(SimulatedDevice(seconds_per_task(1.0)), RingSizes(features=1))
    lane = conveyor.enter()
    old = conveyor.encode(conveyor.admit(nothing, nothing), "x", nothing)
    conveyor.encode(conveyor.admit(nothing, nothing), "x", nothing)
    with pytest.raises(OvertakenError):
        conveyor.decode(old, lane, nothing, nothing)


def test_a_second_lane_overlaps_with_the_next_frame() -> None:
    seconds = {Stage.ENCODE: 2.0, Stage.DECODE: 2.0}

    def duration_s(task: Task) -> float:
        return seconds.get(task.stage, 0.01)

    device = SimulatedDevice(duration_s)
    played = rehearse(Conveyor(device, APP_RINGS), device, ("x", "x"), 40)
    assert played.period_s == pytest.approx(4.0, rel=0.02)  # encoder and lane A; lane B beside
    shared = SimulatedDevice(duration_s, ONE_DEVICE)
    assert rehearse(Conveyor(shared), shared, ("x", "x"), 40).period_s > 5.9


def test_lanes_get_the_smallest_free_number_back() -> None:
    conveyor = Conveyor(SimulatedDevice(seconds_per_task(1.0)))
    assert [conveyor.enter() for _ in range(3)] == [0, 1, 2]
    conveyor.leave(1)
    assert conveyor.enter() == 1


def test_a_ring_without_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one slot"):
        RingSizes(features=0)


SLOT = Buffer("slot")


def task(stage: Stage, frame: int, reads: bool = False) -> Task:
    access = (Access(SLOT, frame),)
    return Task(stage, frame, stage.value, access if reads else (), () if reads else access)


def test_the_detector_catches_a_read_of_nothing_and_a_read_of_something_else() -> None:
    device = SimulatedDevice(seconds_per_task(1.0))
    with pytest.raises(HazardError, match="nobody has written"):
        device.submit(task(Stage.ENCODE, 0, reads=True), ())
    device.now_s = device.submit(task(Stage.UPLOAD, 1), ())
    with pytest.raises(HazardError, match="wrote it"):
        device.submit(task(Stage.ENCODE, 0, reads=True), ())


def test_the_detector_catches_reads_during_writes_and_writes_during_reads() -> None:
    device = SimulatedDevice(seconds_per_task(1.0))
    device.submit(task(Stage.UPLOAD, 0), ())
    with pytest.raises(HazardError, match=r"reads .* during upload"):
        device.submit(task(Stage.ENCODE, 0, reads=True), ())
    device.now_s = 1.5
    device.submit(task(Stage.ENCODE, 0, reads=True), ())
    with pytest.raises(HazardError, match=r"writes .* during encode"):
        device.submit(task(Stage.UPLOAD, 1), ())
