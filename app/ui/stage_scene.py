"""What is on the stage, as a value for outputs. GUI thread; reads positions, copies no picture.

The point cloud alone is grabbed, and only where it is needed and on screen. On a GPU grabbing draws
it once more; the next grab therefore waits twenty times as long as the last one took.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from PyQt6.QtCore import QPoint, QRectF

from app.outputs.scene import CLOUD, Place, Scene, Shares
from app.settings.model import SettingsModel
from app.ui.captions import caption_for_strangers
from app.ui.display import Display
from app.ui.main_window import MainWindow
from models.frames import UInt8
from widgets.depth_pane import DepthPane
from widgets.image_pane import ImagePane
from widgets.stage import Stage
from widgets.wipe_pane import WipePane

_GRAB_EVERY_S = 0.2
_GRAB_SHARE = 0.05
"""Most of the GUI thread's time that grabbing the cloud may take."""


class SceneReader:
    """Reads the stage; returns the same Scene again while nothing changed."""

    def __init__(self, window: MainWindow, display: Display, model: SettingsModel) -> None:
        self._window = window
        self._display = display
        self._model = model
        self._last: Scene | None = None
        self._facts: tuple[object, ...] = ()
        self._cloud: UInt8 | None = None
        self._grab_after_s = 0.0

    def read(self, needs_cloud: bool) -> Scene:
        """Return what is on screen now.

        Parameters
        ----------
        needs_cloud
            An output shows the view as on screen, of which the cloud is a part.
        """
        settings, stage = self._model.value, self._window.stage
        self._grab(stage, needs_cloud)
        size = (max(1, stage.width()), max(1, stage.height()))
        wipe, side = _pair(stage)
        facts = (settings, size, places(stage), wipe, side)
        if self._last is None or facts != self._facts or self._cloud is not self._last.cloud:
            self._facts = facts
            self._last = Scene(
                settings, size, facts[2], wipe, side, self._cloud, caption_for_strangers(settings)
            )
        return self._last

    def _grab(self, stage: Stage, needs_cloud: bool) -> None:
        cloud = self._window.cloud
        if not needs_cloud or CLOUD not in stage.shown() or not cloud.isVisible():
            self._cloud = None
            return
        started_s = time.monotonic()
        if self._cloud is not None and started_s < self._grab_after_s:
            return
        grabbed = cloud.grab_image()
        if self._cloud is None or not np.array_equal(grabbed, self._cloud):
            self._cloud = grabbed
        took_s = time.monotonic() - started_s
        self._grab_after_s = started_s + max(_GRAB_EVERY_S, took_s / _GRAB_SHARE)


def places(stage: Stage) -> tuple[Place, ...]:
    """Return where the pictures on the stage are."""
    found = (_place(stage, name) for name in stage.shown())
    return tuple(place for place in found if place is not None)


def _place(stage: Stage, name: str) -> Place | None:
    pane = stage.pane(name)
    at = pane.mapTo(stage, QPoint(0, 0))
    if not isinstance(pane, ImagePane):
        whole = QRectF(0, 0, pane.width(), pane.height()).translated(at.x(), at.y())
        return Place(name, _share(whole, QRectF(stage.rect())))
    if pane.picture_size.isEmpty():
        return None
    visible = pane.visible_rect()
    if visible.isEmpty():
        return None
    on_stage = _share(visible.translated(at.x(), at.y()), QRectF(stage.rect()))
    lane = pane.lane if isinstance(pane, DepthPane) else ""
    return Place(name, on_stage, _share(visible, pane.picture_rect()), lane)


def _share(inner: QRectF, outer: QRectF) -> Shares:
    """Where `inner` is in `outer`."""
    width, height = max(1.0, outer.width()), max(1.0, outer.height())
    return (
        (inner.left() - outer.left()) / width,
        (inner.top() - outer.top()) / height,
        inner.width() / width,
        inner.height() / height,
    )


def set_divider(stage: Stage, share: float) -> None:
    """Put the wipe's divider, if there is one, at a share of the visible picture's width."""
    for pane in _wipes(stage):
        area, picture = pane.picture_area(), pane.visible_rect()
        x = picture.left() + share * picture.width()
        pane.set_divider((x - area.left()) / max(1.0, area.width()))


def _wipes(stage: Stage) -> Iterator[WipePane]:
    for name in stage.shown():
        pane = stage.pane(name)
        if isinstance(pane, WipePane):
            yield pane


def _pair(stage: Stage) -> tuple[float, str]:
    """Return where the wipe's divider is on the visible picture, and which lane blinks on."""
    for pane in _wipes(stage):
        area, picture = pane.picture_area(), pane.visible_rect()
        x = area.left() + pane.divider * area.width()
        share = (x - picture.left()) / max(1.0, picture.width())
        return min(1.0, max(0.0, share)), pane.side
    return 0.5, "a"
