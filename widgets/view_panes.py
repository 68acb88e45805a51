"""The widgets that a view's panes are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PyQt6.QtWidgets import QWidget

from widgets.arrangement import PaneKind, ViewPane
from widgets.depth_pane import DepthPane, ScaledPane
from widgets.inside_pane import InsidePane
from widgets.linked_view import LinkedView
from widgets.wipe_pane import WipePane


def make_pane(pane: ViewPane, view: LinkedView, parent: QWidget) -> ScaledPane:
    """The widget that `pane` describes, following the zoom and centre of `view`."""
    return _MAKERS[pane.kind](pane, view, parent)


def _levels(pane: ViewPane, view: LinkedView, parent: QWidget) -> ScaledPane:
    return ScaledPane(pane.title, view, parent=parent)


def _lane(lane: str, _pane: ViewPane, view: LinkedView, parent: QWidget) -> ScaledPane:
    return DepthPane(lane, view, parent)


def _inside(lane: str, _pane: ViewPane, view: LinkedView, parent: QWidget) -> ScaledPane:
    return InsidePane(lane, view, parent)


def _pair(pane: ViewPane, view: LinkedView, parent: QWidget) -> ScaledPane:
    return WipePane(pane.title, view, parent)


_MAKERS: Mapping[PaneKind, Callable[[ViewPane, LinkedView, QWidget], ScaledPane]] = {
    PaneKind.LEVELS: _levels,
    PaneKind.LANE_A: partial(_lane, "a"),
    PaneKind.LANE_B: partial(_lane, "b"),
    PaneKind.INSIDE_A: partial(_inside, "a"),
    PaneKind.INSIDE_B: partial(_inside, "b"),
    PaneKind.PAIR: _pair,
}
