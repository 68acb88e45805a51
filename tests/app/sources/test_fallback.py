"""While a live source stays away something else is shown, and it comes back by itself."""

from __future__ import annotations

from collections.abc import Callable

from app.core.source import Reading, SignalLost, Source
from app.sources.fallback import BUILT_IN, Fallback, FallbackSource, with_fallback
from models.errors import SourceError
from models.frames import Frame
from tests.support.fakes import ScriptedSource, make_frame
from tests.support.reading import until

LOST = SignalLost("The camera sends no pictures.")


class _Camera(ScriptedSource):
    """Live; sends what it is told to."""

    def __init__(self) -> None:
        super().__init__(live=True)
        self.readings: list[Reading] = []

    def read(self, timeout_s: float) -> Reading:
        return self.readings.pop(0) if self.readings else None


def _clip(opened: list[str], missing: tuple[str, ...] = ()) -> Callable[..., Source]:
    def open_source(spec: str, size: tuple[int, int] | None = None) -> Source:
        opened.append(spec)
        if spec in missing:
            raise SourceError("It is gone.")
        return ScriptedSource(count=5)

    return open_source


def _read_until(source: Source, seen: Callable[[Frame], bool]) -> Frame:
    frame = until(source, lambda reading: isinstance(reading, Frame) and seen(reading))
    assert isinstance(frame, Frame)
    return frame


def test_the_clip_plays_while_the_camera_is_away_and_the_camera_returns_by_itself() -> None:
    camera, opened = _Camera(), list[str]()
    source = FallbackSource(camera, Fallback(after_s=0.05), _clip(opened))
    camera.readings = [make_frame(7), LOST]
    first = source.read(0.01)
    assert isinstance(first, Frame) and source.info.note == ""
    assert source.read(0.01) == LOST
    stand_in = _read_until(source, lambda frame: frame.index == 2)
    assert opened == [BUILT_IN]
    assert stand_in.segment > first.segment
    assert source.info.note.startswith("The camera sends no pictures. Showing")
    camera.readings = [make_frame(8)]
    back = _read_until(source, lambda frame: frame.index == 8)
    assert back.segment > stand_in.segment
    assert source.info.note == ""
    source.close()
    assert camera.closed.is_set()


def test_a_clip_ends_and_begins_again() -> None:
    camera = _Camera()
    source = FallbackSource(camera, Fallback(after_s=0.01), _clip([]))
    camera.readings = [LOST]
    _read_until(source, lambda frame: frame.index == 4)
    again = _read_until(source, lambda frame: frame.index == 0)
    assert again.segment > 1
    source.close()


def test_a_short_silence_shows_nothing_else() -> None:
    camera, opened = _Camera(), list[str]()
    source = FallbackSource(camera, Fallback(after_s=60), _clip(opened))
    camera.readings = [LOST, None, None, make_frame(1)]
    readings = [source.read(0.0) for _ in range(4)]
    assert isinstance(readings[-1], Frame) and readings[-1].segment == 0
    assert opened == []
    source.close()


def test_a_missing_clip_gives_way_to_the_built_in_scene() -> None:
    camera, opened = _Camera(), list[str]()
    fallback = Fallback(after_s=0.01, clip="gone.mp4")
    source = FallbackSource(camera, fallback, _clip(opened, missing=("gone.mp4",)))
    camera.readings = [LOST]
    _read_until(source, lambda frame: True)
    assert opened == ["gone.mp4", BUILT_IN]
    source.close()


def test_files_are_left_as_they_are() -> None:
    open_protected = with_fallback(_clip([]), lambda: Fallback(after_s=5.0))
    assert isinstance(open_protected("clip.mp4", None), ScriptedSource)
