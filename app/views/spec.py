"""What a comparing view is: how it is called and reached, what it needs, what its panes show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from app.analysis.request import AnalysisRequest
from app.core.results import FrameResult
from models.frames import UInt8
from widgets.arrangement import PLAIN, Layout
from widgets.pane_content import Contents

WAITING = "Waiting for the next frame"


class ViewSettings(Protocol):
    """The settings that views read, by their keys.

    `app.settings.settings.Settings` has them, and so has `app.ui.resolve.DisplayOptions`: a setting
    that a new view reads is added there and here.
    """

    @property
    def blink_hz(self) -> float: ...
    @property
    def cloud_lane(self) -> str: ...
    @property
    def difference_alignment(self) -> str: ...
    @property
    def flicker_window(self) -> int: ...
    @property
    def inside_a(self) -> str: ...
    @property
    def inside_b(self) -> str: ...
    @property
    def inside_block(self) -> int: ...
    @property
    def panes(self) -> tuple[str, ...]: ...
    @property
    def range_locked(self) -> bool: ...
    @property
    def range_mode(self) -> str: ...
    @property
    def scan_line(self) -> float: ...
    @property
    def stereo_form(self) -> str: ...
    @property
    def stereo_parallax(self) -> float: ...
    @property
    def stereo_zero(self) -> float: ...


def needs_nothing(_settings: ViewSettings) -> AnalysisRequest:
    """The request of a view that the frame's results are enough for."""
    return AnalysisRequest()


def fills_nothing(_result: FrameResult, _settings: ViewSettings, _table: UInt8) -> Contents:
    """The contents of a view without panes of its own."""
    return {}


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """A way to compare the lanes. A file of this room defines one, `app.views.table` lists it.

    Attributes
    ----------
    key : str
        What settings, presets, lessons and the command line call it.
    title : str
        What menus and presets call it. Its first letter chooses it in the menu.
    shortcut : str
        The key that turns it on, as in QKeySequence.
    tip : str
        What its button does, without the shortcut.
    icon : str
        Name of its button's picture in resources/icons.
    headline, caption : str
        What the presenter's band says: a title, and a sentence on how to read the view. An empty
        caption leaves the sentence to what the lanes are.
    layout : Layout
        Its panes, and where they stand.
    needs : callable
        From the settings to what the analyzer must work out. Edges and pins are not its business.
    fill : callable
        From a result, the settings and the (256, 3) uint8 colours of disparity to what its panes
        show. Where the analyzer was needed, `result.analysis` is there. Called for every frame on
        the GUI thread: no work per pixel.
    has_divider : bool
        Its pane has a line between the lanes that can be moved.
    is_in_attract_loop : bool
        The demo that runs on an idle machine shows it.
    """

    key: str
    title: str
    shortcut: str
    tip: str
    icon: str
    headline: str
    caption: str = ""
    layout: Layout = PLAIN
    needs: Callable[[ViewSettings], AnalysisRequest] = needs_nothing
    fill: Callable[[FrameResult, ViewSettings, UInt8], Contents] = fills_nothing
    has_divider: bool = False
    is_in_attract_loop: bool = True


def why_nothing(lane: str, result: FrameResult) -> str:
    """What a pane says where nothing was measured of a lane and nothing failed.

    The result on screen when a view is chosen was made without what the view needs.
    """
    return WAITING if lane in result.lanes else "This lane is off"
