"""Shows results on the stage: the only module that knows both results and panes.

It runs on the GUI thread and does nothing per pixel: levels, ranges and heat maps arrive computed.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from app.core.results import FrameResult, LaneResult
from app.engine.prescale import ViewportRequest
from app.settings.settings import Settings
from app.ui.comparison import ComparisonViews
from app.ui.readings import colour_at, disparity_at
from app.ui.resolve import DisplayOptions, display_options
from app.ui.states import range_state
from app.views import table as views
from app.views.lanes import lane_scale
from models import registry
from models.errors import UserError
from models.frames import Frame, UInt8
from models.plain_text import without_command
from renderers import colormap
from widgets.cloud_pane import CloudPane
from widgets.depth_pane import DepthPane
from widgets.stage import Stage

WAITING = "Waiting for the first picture"
OFF_LANE = "This lane is off"


class Display(QObject):
    """Shows results by the current options.

    Attributes
    ----------
    shown
        Emitted with each new result on the stage, by `ScreenController`.
    previewed
        Emitted when a frame is shown before its result.
    last
        The result on screen, or None.
    """

    shown = pyqtSignal(object)
    previewed = pyqtSignal()

    def __init__(self, stage: Stage, cloud: CloudPane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stage = stage
        self._cloud = cloud
        self._comparison = ComparisonViews(stage)
        self._options = display_options(Settings())
        self._table = _table(self._options.colormap)
        self._probe: tuple[float, float] | None = None
        self._source_message = ""
        self._is_stale = self._is_blank = False
        self._pictured: dict[str, str] = {}
        self.last: FrameResult | None = None
        stage.hovered.connect(self._on_hovered)
        stage.unhovered.connect(self._on_unhovered)
        self._put_in_force()

    # -- values in -----------------------------------------------------------------------------

    def apply(self, options: DisplayOptions) -> None:
        """Show things this way; what is on screen is drawn again if anything differs."""
        if options == self._options:
            return
        self._options = options
        self._put_in_force()
        if self.last is not None:
            self.show(self.last)

    def show(self, result: FrameResult) -> None:
        """Put a result on the stage."""
        failures = {name: without_command(why) for name, why in result.failures.items()}
        if failures != result.failures:
            result = dataclasses.replace(result, failures=failures)
        self.last = result
        self._is_stale = self._is_blank = False
        self._stage.set_picture_size(*result.frame.size)
        self._stage.rgb.show_rgb(result.frame.rgb, result.prescaled.get("rgb", ()))
        self._show_lane("a", self._stage.depth_a, result)
        self._show_lane("b", self._stage.depth_b, result)
        self._comparison.show(result)
        self._show_cloud(result)
        if self._source_message:  # what a lane says of itself may have taken its place
            self._stage.set_banner(self._source_message, "info")
        if self._probe is not None:
            self._show_probe(*self._probe)

    def preview(self, frame: Frame) -> None:
        """Show a frame that no network has seen yet, while there is no result."""
        self._is_stale = self._is_blank = False
        self._stage.set_picture_size(*frame.size)
        self._stage.rgb.show_rgb(frame.rgb)
        self.previewed.emit()

    def show_waiting(self, is_loading: bool) -> None:
        """Say in every empty pane what it waits for: its model, or the first picture."""
        self._is_blank = False
        self._stage.set_placeholders("Loading the models…" if is_loading else WAITING)
        self._stage.rgb.set_placeholder(WAITING)
        for name, pane in (("a", self._stage.depth_a), ("b", self._stage.depth_b)):
            chosen = self._options.model_a if name == "a" else self._options.model_b
            title = registry.title(chosen)
            pane.set_title(title)
            if chosen == registry.OFF:
                pane.set_placeholder(OFF_LANE)
            elif is_loading:
                pane.set_placeholder(f"Loading {title}…")
        self._cloud.clear("Loading the model…" if is_loading else WAITING)

    def viewport_request(self) -> ViewportRequest:
        """Return what the panes painted last, so that the next pictures come in that size."""
        return ViewportRequest(self._stage.frame.painted_parts(), self._table)

    def show_warming_up(self) -> None:
        """Show in each lane that its next result takes longer than usual."""
        for name, pane in (("a", self._stage.depth_a), ("b", self._stage.depth_b)):
            chosen = self._options.model_a if name == "a" else self._options.model_b
            if chosen != registry.OFF:
                pane.set_caption("warming up…")

    def forget(self) -> None:
        """Forget the last result: another source was opened. Its picture stays for now."""
        self._is_stale = self.last is not None or self._is_stale
        self.last = None

    @property
    def is_stale(self) -> bool:
        """Whether what is on screen belongs to the source before the open one."""
        return self._is_stale

    def set_source_message(self, text: str, is_away: bool = False) -> None:
        """Show a sentence over the picture; "" removes it.

        Parameters
        ----------
        is_away
            The source cannot be opened or delivers nothing; the picture of the source before is
            removed.
        """
        if is_away and self.last is None and not self._is_blank:
            self._is_stale, self._is_blank = False, True
            self._stage.clear("No picture yet")
            self._cloud.clear()
        if text != self._source_message:
            self._source_message = text
            self._stage.set_banner(text, "info")

    @property
    def cursor(self) -> tuple[float, float] | None:
        """The picture point under the cursor as shares (x, y), or None."""
        if self._probe is None or self.last is None:
            return None
        width, height = self.last.frame.size
        x, y = self._probe[0] / width, self._probe[1] / height
        return (x, y) if 0 <= x < 1 and 0 <= y < 1 else None

    def blank_panes(self) -> frozenset[str]:
        """Return the names of the panes that have no picture to show."""
        lanes = self.last.lanes if self.last is not None else {}
        blank = {f"depth_{lane}" for lane in ("a", "b") if lane not in lanes}
        if self._options.cloud_lane not in lanes:
            blank.add("cloud")
        return self._comparison.blank_panes | blank

    def range_on_screen(self) -> tuple[float, float] | None:
        """Return (far, near) of lane A, or of lane B where A is off."""
        if self.last is None:
            return None
        lane = self.last.lanes.get("a") or self.last.lanes.get("b")
        return lane.display_range if lane is not None else None

    # -- inside --------------------------------------------------------------------------------

    def _put_in_force(self) -> None:
        options = self._options
        self._table = _table(options.colormap)
        layout = views.find(options.view).layout
        if not layout.hero:
            layout = dataclasses.replace(layout, hero=options.lead)
        self._stage.set_layout(layout)
        self._stage.set_visible_panes(options.panes)
        self._cloud.set_options(options.cloud)
        self._cloud.set_color_table(self._table)
        self._cloud.set_lane(options.cloud_lane)
        self._comparison.apply(options, self._table)

    def _show_lane(self, name: str, pane: DepthPane, result: FrameResult) -> None:
        lane = result.lanes.get(name)
        chosen = self._options.model_a if name == "a" else self._options.model_b
        if lane is None:
            pane.set_title(registry.title(chosen))
            pane.set_badge(None)
            if name not in result.failures:
                pane.clear(OFF_LANE)
                pane.set_banner(None)
            else:
                if self._pictured.get(name) != registry.family(chosen):
                    pane.clear("No output from this model yet")
                    pane.set_caption("")
                is_said = not pane.notices.isHidden()  # with a button
                pane.set_banner(None if is_said else result.failures[name], "warn")
            return
        self._pictured[name] = registry.family(lane.model)
        pane.set_title(registry.title(lane.model))
        pane.set_badge(self._badge(lane, chosen))
        pane.set_caption(f"{_beyond(name, result)}{lane.compute_ms:.0f} ms")
        pane.set_scale(lane_scale(lane))
        pane.set_banner(None)
        pane.show_levels(lane.levels, self._table, result.prescaled.get(name, ()))

    def _badge(self, lane: LaneResult, chosen: str) -> str:
        words = "memory off" if lane.model != chosen else _note_of(lane.model)
        return " · ".join(state for state in (words, range_state(self._options)) if state)

    def _show_cloud(self, result: FrameResult) -> None:
        lane = result.lanes.get(self._options.cloud_lane)
        if lane is None:
            self._cloud.clear("")
            self._cloud.set_banner(
                f"Lane {self._options.cloud_lane.upper()} has nothing to show in 3D; turn it on or "
                "choose the other lane."
            )
            return
        self._cloud.set_banner(None)
        self._cloud.show_cloud(
            result.frame.rgb,
            lane.depth.disparity,
            lane.levels,
            lane.display_range,
            lane.depth.unit,
            result.frame.intrinsics,
            lane.calibration,
        )

    def _on_hovered(self, _pane: str, x: float, y: float) -> None:
        self._probe = (x, y)
        self._show_probe(x, y)

    def _on_unhovered(self) -> None:
        self._probe = None
        self._stage.frame.clear_probe()

    def _show_probe(self, x: float, y: float) -> None:
        if self.last is None:
            return
        texts = {"rgb": colour_at(self.last.frame, x, y)}
        for name, lane in self.last.lanes.items():
            texts[name] = disparity_at(lane, x, y)
        self._stage.frame.set_probe(x, y, texts)


def _note_of(model: str) -> str:
    try:
        return registry.find(model).note
    except UserError:
        return ""


def _beyond(name: str, result: FrameResult) -> str:
    """Return "+" for a lane whose time excludes the encoder's work, done by the other lane."""
    a, b = result.lanes.get("a"), result.lanes.get("b")
    shared = (
        a is not None and b is not None and registry.family(a.model) == registry.family(b.model)
    )
    return "+" if shared and name == "b" else ""


@functools.cache
def _table(name: str) -> UInt8:
    """Return one array per colour map, the same for every window.

    Pictures prescaled with that array are recognised by its identity.
    """
    known = name if name in colormap.COLORMAPS else colormap.COLORMAPS[0]
    return np.ascontiguousarray(colormap.table(known))
