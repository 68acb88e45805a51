"""A device that only keeps time, and catches every buffer that is touched too early.

Tasks have durations instead of effects. Because streams keep their order and events point back,
the beginning and end of a task are known when it is submitted; nothing has to be run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from models.devices.conveyor import Conveyor, Estimated
from models.devices.scheduled_device import HOST, Access, After, Buffer, Task, Wait

_RUN_OUT = 3


class HazardError(AssertionError):
    """A buffer was read before it was written, or overwritten before it was read."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a task ran, in seconds since the device was made."""

    task: Task
    start_s: float
    end_s: float


@dataclass(slots=True)
class _History:
    """Who touched a buffer since it was last written, the writer first."""

    frame: int
    writer: Span
    readers: list[Span] = field(default_factory=list)


class SimulatedDevice:
    """A Device whose events are times in seconds.

    duration_s : of a task.
    engines : streams that share hardware and so take turns, stream to engine; a stream that is
        not named has hardware of its own. Taking turns is the cautious assumption for kernels
        that each fill the device.
    deaf : waits it ignores, to prove that the detector notices.
    Raises HazardError from `submit` and `call`.
    """

    def __init__(
        self,
        duration_s: Callable[[Task], float],
        engines: Mapping[str, str] | None = None,
        deaf: frozenset[Wait] = frozenset(),
    ) -> None:
        self.spans: list[Span] = []
        self.now_s = 0.0
        self._duration_s = duration_s
        self._engines = dict(engines or {})
        self._deaf = deaf
        self._free_s: dict[str, float] = {}
        self._buffers: dict[Buffer, _History] = {}

    def submit(self, task: Task, after: Sequence[After[float]]) -> float:
        """Place `task` on its stream's time line; returns its end."""
        engine = self._engines.get(task.stream, task.stream)
        heard = [wait.event for wait in after if wait.reason not in self._deaf]
        start = max(self.now_s, self._free_s.get(task.stream, 0.0), *heard, 0.0)
        start = max(start, self._free_s.get(engine, 0.0))
        span = Span(task, start, start + self._duration_s(task))
        self._free_s[task.stream] = self._free_s[engine] = span.end_s
        self._ran(span)
        return span.end_s

    def wait(self, after: After[float]) -> None:
        """Let the host's time pass until that event."""
        if after.reason not in self._deaf:
            self.now_s = max(self.now_s, after.event)

    def is_done(self, event: float) -> bool:
        """Whether the host's time has reached that event."""
        return event <= self.now_s

    def call(self, task: Task) -> None:
        """Let the host's time pass by the task's duration."""
        if task.stream != HOST:
            raise ValueError(f"the host does not run tasks of stream {task.stream!r}")
        start, self.now_s = self.now_s, self.now_s + self._duration_s(task)
        self._ran(Span(task, start, self.now_s))
        task.run()

    def _ran(self, span: Span) -> None:
        for access in span.task.reads:
            self._read(access, span)
        for access in span.task.writes:
            self._write(access, span)
        self.spans.append(span)

    def _read(self, access: Access, span: Span) -> None:
        history = self._buffers.get(access.buffer)
        if history is None or history.frame < access.frame:
            raise HazardError(f"{_said(span)} reads {access}, which nobody has written")
        if history.frame > access.frame:
            raise HazardError(f"{_said(span)} reads {access}, but {_said(history.writer)} wrote it")
        if history.writer.end_s > span.start_s:
            raise HazardError(f"{_said(span)} reads {access} during {_said(history.writer)}")
        history.readers.append(span)

    def _write(self, access: Access, span: Span) -> None:
        history = self._buffers.get(access.buffer)
        if history is not None:
            for earlier in (history.writer, *history.readers):
                if earlier is not span and earlier.end_s > span.start_s:
                    raise HazardError(f"{_said(span)} writes {access} during {_said(earlier)}")
        self._buffers[access.buffer] = _History(access.frame, span)


def _said(span: Span) -> str:
    task = span.task
    return f"{task.stage.value} of frame {task.frame} ({span.start_s:.6f} to {span.end_s:.6f} s)"


@dataclass(frozen=True, slots=True)
class Passage:
    """One frame's way through, in seconds: handed over, on the host again, and shown.

    captured_s : when the source had it; 0 intervals mean a source that is never late.
    """

    index: int
    captured_s: float
    entered_s: float
    returned_s: float
    shown_s: float


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came of playing frames through a schedule.

    skipped : frames of the source that a newer one replaced before they were handed over.
    """

    passages: tuple[Passage, ...]
    skipped: int

    @property
    def period_s(self) -> float:
        """Seconds between frames in steady state: the mean over the second half.

        The last frames, behind which no other is handed over, come faster and do not count.
        """
        half = self.passages[len(self.passages) // 2 :]
        half = half[:-_RUN_OUT] if len(half) > 2 * _RUN_OUT else half
        return (half[-1].shown_s - half[0].shown_s) / (len(half) - 1)

    @property
    def latency_s(self) -> float:
        """The longest time from hand-over to being back on the host."""
        return max(p.returned_s - p.entered_s for p in self.passages)


def rehearse(
    conveyor: Conveyor[float],
    device: SimulatedDevice,
    lanes: Sequence[str],
    frames: int,
    *,
    show_s: float = 0.0,
    interval_s: float = 0.0,
) -> Rehearsal:
    """Play `frames` frames (two at least) as the inference thread does.

    lanes : of each lane, the network whose encoder it uses.
    show_s : what the host does with a result, such as ranges and levels for display.
    interval_s : time between the source's frames, of which the newest enters; 0 for one that
        always has the next.
    """
    return _Host(conveyor, device, tuple(lanes), show_s, interval_s).play(frames)


@dataclass(slots=True)
class _Host:
    """The inference thread: hand over the newest, then take the oldest if there are enough."""

    conveyor: Conveyor[float]
    device: SimulatedDevice
    networks: tuple[str, ...]
    show_s: float
    interval_s: float
    flying: list[tuple[int, float, float, list[Estimated]]] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)

    def play(self, frames: int) -> Rehearsal:
        numbers = [self.conveyor.enter() for _ in self.networks]
        last, skipped = -1, 0
        for _ in range(frames):
            index, captured_s = self._newest(last)
            skipped, last = skipped + index - last - 1, index
            self._hand_over(index, captured_s, numbers)
            while len(self.flying) >= self.conveyor.sizes.in_flight:
                self._take_oldest()
        while self.flying:
            self._take_oldest()
        return Rehearsal(tuple(self.passages), skipped)

    def _newest(self, last: int) -> tuple[int, float]:
        """The source's newest frame after `last`; results are taken while there is none."""
        if not self.interval_s:
            return last + 1, self.device.now_s
        while self.flying and int(self.device.now_s / self.interval_s) <= last:
            self._take_oldest()
        index = max(last + 1, int(self.device.now_s / self.interval_s))
        captured_s = index * self.interval_s
        self.device.now_s = max(self.device.now_s, captured_s)
        return index, captured_s

    def _hand_over(self, index: int, captured_s: float, numbers: Sequence[int]) -> None:
        entered_s = self.device.now_s
        frame = self.conveyor.admit(_pretend, _pretend)
        encoded = {
            network: self.conveyor.encode(frame, network, _pretend)
            for network in dict.fromkeys(self.networks)
        }
        estimated = [
            self.conveyor.decode(encoded[network], lane, _pretend, _pretend)
            for network, lane in zip(self.networks, numbers, strict=True)
        ]
        self.flying.append((index, captured_s, entered_s, estimated))

    def _take_oldest(self) -> None:
        index, captured_s, entered_s, estimated = self.flying.pop(0)
        for one in estimated:
            self.conveyor.take(one, _pretend)
        returned_s = self.device.now_s
        self.device.now_s += self.show_s
        self.passages.append(Passage(index, captured_s, entered_s, returned_s, self.device.now_s))


def _pretend(*_: object) -> None:
    """Work of which only the duration counts."""
