"""Keeps a booth going: a backup clip at one key, a fallback, and a loop of views while idle."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer

from app.settings.model import SettingsModel
from app.sources.fallback import BUILT_IN
from app.ui.controller import Controller
from app.ui.engine import CAPTURE, Engine
from app.ui.features.feature import FeatureController
from app.ui.features.idle import IdleController
from app.ui.features.presenter import PresenterController
from app.ui.features.status import StatusController
from app.views.table import every_view
from models import registry

log = logging.getLogger(__name__)

_POLL_MS = 1000
HANGS = 3
HANGS_WITHIN_S = 60.0
"""A source that hung so often within that time counts as failed."""
SHOW_S = 12.0
"""How long the attract loop shows each view."""


class FallbackController(FeatureController):
    """Replaces a source that failed, on demand or by itself, and runs the attract loop.

    A source is replaced by itself only at a booth, which is where the pictures fill the screen or
    presenter mode is on. The status strip and the presenter's caption say what is shown instead.
    """

    def __init__(
        self,
        model: SettingsModel,
        controller: Controller,
        engine: Engine,
        idle: IdleController,
        presenter: PresenterController,
        status: StatusController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._controller = controller
        self._engine = engine
        self._idle = idle
        self._presenter = presenter
        self._status = status
        self._failed_s = 0.0
        self._is_fallback = False
        self._replaced_s: deque[float] = deque(maxlen=HANGS)
        self._view_before: str | None = None
        self._shown_s = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        idle.touched.connect(self._on_touched)
        controller.source_opened.connect(self._show_state)
        controller.source_opened.connect(self._replaced_s.clear)
        engine.replaced.connect(self._on_replaced)

    @property
    def is_attracting(self) -> bool:
        """Whether the attract loop runs."""
        return self._view_before is not None

    def start(self) -> None:
        """Begin to watch the source and the user's absence."""
        self._timer.start()

    def close(self) -> None:
        """Restore what the attract loop changed, so that it is not saved."""
        self._timer.stop()
        self._stop_attracting()

    def toggle_panic(self) -> None:
        """Show the backup clip at once, or the chosen source again."""
        if self._controller.instead:
            self._controller.show_chosen()
            self.said.emit("Back to the chosen source.")
            return
        clip = self._model.value.panic_clip
        if clip and not os.path.exists(os.path.expanduser(clip)):
            self.said.emit(f"Can't find {clip}; showing the built-in scene instead.")
            clip = ""
        self._show_instead(clip or BUILT_IN, is_fallback=False)

    # -- what fails ----------------------------------------------------------------------------

    def _check_failures(self) -> None:
        status, instead = self._engine.capture.status, self._controller.instead
        self._failed_s = self._failed_s + _POLL_MS / 1000 if status.failed else 0.0
        if instead:
            if status.failed and status.spec == instead != BUILT_IN:
                self.said.emit(
                    f"Can't play {Path(instead).name}; showing the built-in scene instead."
                )
                self._show_instead(BUILT_IN, self._is_fallback)
        elif self._is_at_booth() and self._failed_s >= self._model.value.fallback_after_s:
            self._show_fallback(status.message)

    def _on_replaced(self, stage: str) -> None:
        """Count a source that hangs repeatedly as failed."""
        if stage != CAPTURE:
            return
        now_s = time.monotonic()
        self._replaced_s.append(now_s)
        often = len(self._replaced_s) == HANGS and now_s - self._replaced_s[0] < HANGS_WITHIN_S
        if often and self._is_at_booth() and not self._controller.instead:
            self._replaced_s.clear()
            self._show_fallback("The source keeps hanging.")

    def _is_at_booth(self) -> bool:
        settings = self._model.value
        return settings.fallback_after_s > 0 and (settings.presenter or self._presenter.is_kiosk)

    def _show_fallback(self, why: str) -> None:
        log.warning("showing the fallback: %s", why)
        self.said.emit(f"{why} Press F12 to try it again.")
        self._show_instead(self._model.value.fallback_clip or BUILT_IN, is_fallback=True)

    def _show_instead(self, spec: str, is_fallback: bool) -> None:
        self._failed_s, self._is_fallback = 0.0, is_fallback
        self._controller.show_instead(spec)

    # -- the attract loop ----------------------------------------------------------------------

    def _poll(self) -> None:
        self._check_failures()
        after_s = self._model.value.attract_after_s
        if self.is_attracting:
            self._shown_s += _POLL_MS / 1000
            if self._shown_s >= SHOW_S:
                self._show_next()
        elif 0 < after_s <= self._idle.idle_s():
            self._start_attracting()

    def _start_attracting(self) -> None:
        self._view_before = self._model.value.view
        log.info("no input for a while: idle demo started")
        if not self._engine.capture.status.playing:
            self._controller.set_paused(False)
        if self._engine.capture.status.failed and not self._controller.instead:
            self._show_instead(self._model.value.fallback_clip or BUILT_IN, is_fallback=True)
        self._show_next()
        self._show_state()

    def _show_next(self) -> None:
        self._shown_s = 0.0
        settings = self._model.value
        if registry.OFF in (settings.model_a, settings.model_b):
            return  # nothing to compare: the view stays
        loop = [view.key for view in every_view() if view.is_in_attract_loop]
        at = loop.index(settings.view) if settings.view in loop else -1
        self._model.replace(view=loop[(at + 1) % len(loop)])

    def _on_touched(self) -> None:
        if self.is_attracting:
            self._stop_attracting()
            self._show_state()

    def _stop_attracting(self) -> None:
        if self._view_before is not None:
            self._model.replace(view=self._view_before)
        self._view_before = None

    def _show_state(self) -> None:
        if not self._controller.instead:
            text = "idle demo" if self.is_attracting else ""
        elif self._is_fallback:
            text = "in place of the source, F12 tries it again"
        else:
            text = "backup clip, F12 returns"
        self._status.set_standing("instead", text)
        self._presenter.set_instead(text)
