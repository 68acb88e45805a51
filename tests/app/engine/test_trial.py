"""A source that cannot be opened leaves the one that works as it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from app.core.slots import LatestSlot
from app.core.source import SignalLost, Source
from app.engine.capture import CaptureLoop
from app.engine.commands import CaptureRequest, Command, Play, PlaybackOptions
from app.engine.trial import TRIAL_S, Trial, can_open_beside
from models.errors import SourceError
from models.frames import Frame
from tests.support.fakes import ScriptedSource
from tests.support.waiting import PATIENCE_S, wait_until

MISSING = "There is no file b; check the path."


class Bench:
    """A capture loop on a thread, and the sources that it can open by their names."""

    def __init__(self, **sources: Callable[[], Source]) -> None:
        self.frames: LatestSlot[Frame] = LatestSlot()
        self.made: dict[str, ScriptedSource] = {}
        self._sources = sources
        self.loop = CaptureLoop(self.frames, self._open, lambda: None)
        self.thread = threading.Thread(target=self.loop.run)

    def _open(self, spec: str, _size: tuple[int, int] | None) -> Source:
        source = self._sources[spec]()
        assert isinstance(source, ScriptedSource)
        self.made[spec] = source
        return source

    def start(self, *commands: Command) -> None:
        for command in commands:
            self.loop.post(command)
        self.thread.start()

    def next(self) -> Frame:
        frame = self.frames.take(PATIENCE_S)
        assert frame is not None, "no frame came"
        return frame


@pytest.fixture
def bench() -> Iterator[Callable[..., Bench]]:
    benches: list[Bench] = []

    def make(**sources: Callable[[], Source]) -> Bench:
        benches.append(Bench(**sources))
        return benches[-1]

    yield make
    for made in benches:
        made.frames.close()
        made.loop.stop()
        made.thread.join(5)
        assert not made.thread.is_alive()
        assert all(source.closed.is_set() for source in made.made.values())


MakeBench = Callable[..., Bench]
EVERY = PlaybackOptions(every_frame=True)


def missing() -> Source:
    raise SourceError(MISSING)


def silent() -> Source:
    """A live source that never has a picture."""
    source = ScriptedSource(None, live=True)
    source.read = lambda _timeout_s: SignalLost("b refuses the connection.")  # type: ignore[method-assign]
    return source


def test_a_file_that_cannot_be_opened_leaves_the_one_that_plays(bench: MakeBench) -> None:
    made = bench(a=lambda: ScriptedSource(None), b=missing)
    made.start(EVERY, CaptureRequest("a"))
    first = made.next()
    refused = CaptureRequest("b", attempt=3)
    made.loop.post(refused)
    wait_until(lambda: made.next() is not None and made.loop.status.refusal is not None)
    status = made.loop.status
    assert status.refusal is not None
    assert (status.refusal.request, status.refusal.sentence) == (refused, MISSING)
    assert status.spec == "a" and not status.failed and status.message == ""
    assert status.info is not None
    later = made.next()
    assert later.segment == first.segment and later.index > first.index
    assert not made.made["a"].closed.is_set()


def test_a_paused_source_stays_paused_where_it_is(bench: MakeBench) -> None:
    made = bench(a=lambda: ScriptedSource(None), b=missing)
    made.start(EVERY, CaptureRequest("a"))
    made.next()
    made.loop.post(Play(False))
    wait_until(lambda: not made.loop.status.playing)
    made.loop.post(CaptureRequest("b"))
    wait_until(lambda: made.loop.status.refusal is not None)
    assert not made.loop.status.playing and made.loop.status.spec == "a"


def test_the_next_source_that_opens_ends_the_refusal(bench: MakeBench) -> None:
    made = bench(a=lambda: ScriptedSource(None), b=missing, c=lambda: ScriptedSource(5))
    made.start(EVERY, CaptureRequest("a"))
    first = made.next()
    made.loop.post(CaptureRequest("b"))
    made.loop.post(CaptureRequest("c"))
    wait_until(lambda: made.next().segment > first.segment)
    assert made.loop.status.spec == "c" and made.loop.status.refusal is None
    assert made.made["a"].closed.is_set()


def test_without_a_source_that_works_the_failure_is_the_state(bench: MakeBench) -> None:
    made = bench(b=missing)
    made.start(CaptureRequest("b"))
    wait_until(lambda: made.loop.status.failed)
    assert made.loop.status.refusal is None and made.loop.status.spec == "b"


def test_what_is_shown_in_place_of_a_source_never_gives_way_to_it(bench: MakeBench) -> None:
    made = bench(a=lambda: ScriptedSource(None), b=missing)
    made.start(EVERY, CaptureRequest("a"))
    made.next()
    made.loop.post(CaptureRequest("b", instead_of="a"))
    wait_until(lambda: made.loop.status.failed)
    assert made.made["a"].closed.is_set()


def test_a_live_source_replaces_the_one_that_plays_with_its_first_picture(
    bench: MakeBench,
) -> None:
    waiting = (SignalLost("Waiting."), None)
    made = bench(
        a=lambda: ScriptedSource(None), b=lambda: ScriptedSource(None, live=True, script=waiting)
    )
    made.start(EVERY, CaptureRequest("a"))
    first = made.next()
    made.loop.post(CaptureRequest("b"))
    wait_until(lambda: made.next().segment > first.segment)
    assert made.loop.status.spec == "b" and made.made["a"].closed.is_set()
    assert made.loop.status.opening == ""


def test_a_live_source_without_a_picture_leaves_the_one_that_plays(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.engine.trial.TRIAL_S", 0.05)
    made = bench(a=lambda: ScriptedSource(None), b=silent)
    made.start(EVERY, CaptureRequest("a"))
    first = made.next()
    made.loop.post(CaptureRequest("b"))
    wait_until(lambda: made.next().segment == first.segment and bool(made.loop.status.refusal))
    assert made.loop.status.refusal is not None
    assert made.loop.status.refusal.sentence == "b refuses the connection."
    assert made.loop.status.spec == "a" and made.made["b"].closed.is_set()


def test_a_trial_waits_for_the_first_picture_and_not_longer() -> None:
    now = [0.0]
    source = ScriptedSource(None, live=True, script=(None, SignalLost("Waiting."), None, None))
    trial = Trial(CaptureRequest("b"), source, lambda: now[0])
    assert [trial.poll() for _ in range(3)] == [None] * 3
    now[0] = TRIAL_S
    assert trial.poll() == "Waiting."
    assert isinstance(trial.poll(), Frame)


@pytest.mark.parametrize(
    ("request_", "playing", "can"),
    [
        (CaptureRequest("b.mp4"), CaptureRequest("a.mp4"), True),
        (CaptureRequest("camera:0"), CaptureRequest("a.mp4"), True),
        (CaptureRequest("a.mp4"), CaptureRequest("camera:0"), True),
        (CaptureRequest("camera:1"), CaptureRequest("camera:0"), False),
        (CaptureRequest("a.mp4", attempt=1), CaptureRequest("a.mp4"), False),
        (CaptureRequest("b.mp4", instead_of="a.mp4"), CaptureRequest("a.mp4"), False),
        (CaptureRequest("b.mp4"), None, False),
    ],
)
def test_devices_are_never_opened_twice(
    request_: CaptureRequest, playing: CaptureRequest | None, can: bool
) -> None:
    assert can_open_beside(request_, playing) is can
