"""Another program's window as a source, on a real X server where there is one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from app.core.source import Reading, SignalLost
from app.sources.desktop import choose_window
from app.sources.desktop_macos import MacDesktop
from app.sources.desktop_values import DesktopWindow, Place, WindowClosedError
from app.sources.desktop_windows import WindowsDesktop
from app.sources.screen import why_not_readable
from app.sources.window import open_window
from models.errors import SourceError
from models.frames import Frame
from tests.support.reading import next_frame, until

needs_x = pytest.mark.skipif(
    not sys.platform.startswith("linux")
    or bool(why_not_readable(sys.platform, os.environ) or os.environ.get("QT_QPA_PLATFORM")),
    reason="opens windows on an X display",
)
TITLE = "A lecture’s other program"


class OtherProgram:
    """A window of one colour, opened through a connection of its own."""

    def __init__(self, title: str, colour: int, box: tuple[int, int, int, int]) -> None:
        from Xlib import X
        from Xlib.display import Display

        self._display = Display()
        screen = self._display.screen()
        self.window = screen.root.create_window(
            *box, 0, screen.root_depth, X.InputOutput, background_pixel=colour
        )
        utf8 = self._display.intern_atom("UTF8_STRING")
        name = self._display.intern_atom("_NET_WM_NAME")
        self.window.change_property(name, utf8, 8, title.encode())
        self.window.map()
        self.sync()

    def sync(self) -> None:
        """Wait until the server did everything."""
        self._display.sync()

    def close(self) -> None:
        self._display.close()


@pytest.fixture
def other(qapp: object) -> Iterator[OtherProgram]:
    """The application stays connected: a server without any client starts anew."""
    with closing(OtherProgram(TITLE, 0xC8285A, (60, 50, 120, 90))) as program:
        yield program


def shows(colour: tuple[int, int, int], size: tuple[int, int]) -> Callable[[Reading], bool]:
    def matches(reading: Reading) -> bool:
        return (
            isinstance(reading, Frame)
            and reading.size == size
            and bool((reading.rgb == colour).all())
        )

    return matches


def says(words: str) -> Callable[[Reading], bool]:
    return lambda reading: isinstance(reading, SignalLost) and words in reading.sentence


@needs_x
def test_a_window_is_listed_and_seen_by_a_part_of_its_title(other: OtherProgram) -> None:
    from app.sources.desktop import list_windows

    assert TITLE in [window.title for window in list_windows()]
    with closing(open_window("lecture’s")) as source:
        until(source, shows((0xC8, 0x28, 0x5A), (120, 90)))
        assert source.info.spec == "window:lecture’s"
        assert source.info.delivered == "120x90"


@needs_x
def test_a_window_is_followed_when_it_moves_and_changes_its_size(other: OtherProgram) -> None:
    red = (0xC8, 0x28, 0x5A)
    with closing(open_window(TITLE)) as source:
        first = until(source, shows(red, (120, 90)))
        other.window.configure(x=200, y=150)
        other.sync()
        until(source, lambda reading: reading is not None)  # the one that was under way
        moved = next_frame(source)
        assert shows(red, (120, 90))(moved)
        assert moved.segment == first.segment
        other.window.configure(width=200, height=64)
        other.sync()
        resized = until(source, shows(red, (200, 64)))
        assert resized.segment == first.segment + 1
        assert source.info.size == (200, 64)


@needs_x
def test_a_window_half_outside_the_screen_shows_what_is_left_of_it(other: OtherProgram) -> None:
    with closing(open_window(TITLE)) as source:
        other.window.configure(x=-70, y=10)
        other.sync()
        until(source, shows((0xC8, 0x28, 0x5A), (50, 90)))
        other.window.configure(x=-200, y=10)
        other.sync()
        until(source, says("off screen"))


@needs_x
def test_a_hidden_window_is_a_loss_of_signal_until_it_is_back(other: OtherProgram) -> None:
    with closing(open_window(TITLE)) as source:
        first = next_frame(source)
        other.window.unmap()
        other.sync()
        until(source, says("minimised or hidden; bring it back"))
        other.window.map()
        other.sync()
        back = next_frame(source)
        assert back.segment > first.segment


@needs_x
def test_a_closed_window_is_found_again_by_its_title(other: OtherProgram) -> None:
    with closing(open_window(TITLE)) as source:
        next_frame(source)
        other.window.destroy()
        other.sync()
        until(source, says("was closed; open it again"))
        with closing(OtherProgram(TITLE, 0x10A040, (20, 20, 80, 60))):
            until(source, shows((0x10, 0xA0, 0x40), (80, 60)))


@needs_x
def test_a_window_that_is_not_there_is_named() -> None:
    with closing(open_window("no such program")) as source:
        until(source, says("There is no window “no such program”"))


def test_a_whole_title_goes_before_a_part_of_one() -> None:
    listed = [DesktopWindow(1, "Slides — notes"), DesktopWindow(2, "Slides")]
    assert choose_window(listed, "Slides") == listed[1]
    assert choose_window(listed, "NOTES") == listed[0]
    assert choose_window(listed, "Spreadsheet") is None


def line_of_quartz(number: int, name: str | None, layer: int, process: int) -> dict[str, Any]:
    line: dict[str, Any] = {"kCGWindowNumber": number, "kCGWindowOwnerPID": process}
    return line | {"kCGWindowLayer": layer} | ({"kCGWindowName": name} if name else {})


def test_a_mac_lists_ordinary_windows_of_others() -> None:
    lines = [
        line_of_quartz(7, "Slides", 0, 1),
        line_of_quartz(8, "Dock", 20, 2),
        line_of_quartz(9, None, 0, 3),
        line_of_quartz(10, "Us", 0, os.getpid()),
    ]
    assert MacDesktop(lambda option, window: lines).windows() == [DesktopWindow(7, "Slides")]


def test_a_mac_tells_where_a_window_is_and_that_it_went() -> None:
    bounds = {"X": 10.0, "Y": 25.0, "Width": 640.0, "Height": 480.0}
    told: list[dict[str, Any]] = [{"kCGWindowIsOnscreen": True, "kCGWindowBounds": bounds}]
    desktop = MacDesktop(lambda option, window: told)
    assert desktop.place(7) == Place(10, 25, 640, 480)
    told[0] = {"kCGWindowBounds": bounds}
    assert desktop.place(7) is None
    told.clear()
    with pytest.raises(WindowClosedError):
        desktop.place(7)


class FakeWindows:
    """Three windows, one of them ours; `minimised` and `closed` by handle."""

    def __init__(self) -> None:
        self.titles = {11: "Slides", 12: "", 13: "Us", 14: "Asleep"}
        self.minimised: set[int] = set()
        self.closed: set[int] = set()

    def handles(self) -> list[int]:
        return list(self.titles)

    def exists(self, handle: int) -> bool:
        return handle not in self.closed

    def is_shown(self, handle: int) -> bool:
        return handle != 14

    def is_minimised(self, handle: int) -> bool:
        return handle in self.minimised

    def process(self, handle: int) -> int:
        return os.getpid() if handle == 13 else 1

    def title(self, handle: int) -> str:
        return self.titles[handle]

    def content(self, handle: int) -> tuple[int, int, int, int]:
        return 8, 31, 800, 600


def test_microsoft_windows_lists_shown_windows_of_others_and_follows_them() -> None:
    api = FakeWindows()
    desktop = WindowsDesktop(api)
    assert desktop.windows() == [DesktopWindow(11, "Slides")]
    assert desktop.place(11) == Place(8, 31, 800, 600)
    api.minimised.add(11)
    assert desktop.place(11) is None
    api.closed.add(11)
    with pytest.raises(WindowClosedError):
        desktop.place(11)


def test_a_window_is_refused_where_the_screen_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("Wayland is on Linux")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(SourceError, match="choose an X11 session"):
        open_window("Slides")
