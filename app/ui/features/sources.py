"""The source menu: recent sources, cameras, windows, and the format asked of a camera."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer

from app.core.source import Source
from app.lessons.library import holds_lessons
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.sources.camera import CameraSource
from app.sources.camera_controls import NAMES
from app.sources.camera_formats import PIXEL_FORMATS, RATES
from app.sources.desktop import list_windows
from app.sources.discovery import cameras, spec_of
from app.sources.fallback import FallbackSource
from app.sources.parsing import is_built_in, menu_choices, title_of
from app.sources.screen import why_not_readable
from app.system.redaction import without_secrets
from app.ui.controller import Controller
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.listing import Listing
from app.ui.main_window import MainWindow
from models.errors import SourceError
from widgets.inspector.source import Lock

_POLL_MS = 500


class SourceController(FeatureController):
    """Fills the source menu and shows in the inspector what a camera delivers.

    Cameras and windows are listed when their sub-menu opens, on their own threads because a driver
    may be slow; none is opened for that.
    """

    def __init__(
        self,
        window: MainWindow,
        engine: Engine,
        model: SettingsModel,
        controller: Controller,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._menu = menu = window.source_menu
        self._section = window.inspector.source
        self._section.lock_changed.connect(self._on_lock)
        self._engine = engine
        self._controller = controller
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self._poll)
        self._model = model
        self._cameras = Listing("cameras", _list_cameras, self)
        self._windows = Listing("windows", _list_titles, self)
        self._cameras.answered.connect(self._show_cameras)
        self._windows.answered.connect(menu.set_windows)
        self._recents: list[tuple[str, str, str]] = []
        menu.chosen.connect(controller.open_source)
        window.dropped.connect(self._on_dropped)
        menu.size_chosen.connect(self._on_size)
        menu.rate_chosen.connect(partial(controller.set, "source_fps"))
        menu.pixel_format_chosen.connect(partial(controller.set, "source_pixels"))
        menu.set_choices([(one.spec, one.text, one.tip, one.icon) for one in menu_choices()])
        menu.set_camera_choices(RATES, PIXEL_FORMATS)
        menu.cameras_requested.connect(self._cameras.start)
        menu.windows_requested.connect(self._windows.start)
        self._unsubscribe = model.subscribe(self._on_settings)
        self._show_asked(model.value)
        self._remember(model.value.source)
        if model.value.last_camera:
            self._remember(model.value.last_camera)

    def start(self) -> None:
        """Begin to show what the source delivers."""
        self._timer.start()

    def close(self) -> None:
        """Stop; wait briefly for a listing that has not returned."""
        self._unsubscribe()
        self._timer.stop()
        self._cameras.close()
        self._windows.close()

    def _on_dropped(self, text: str) -> None:
        """Open what was dropped, unless the lessons take it."""
        if not holds_lessons(Path(text)):
            self._controller.open_source(text)

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        if "source" in changed:
            self._remember(settings.source)
        if changed & {"source_width", "source_height", "source_fps", "source_pixels"}:
            self._show_asked(settings)

    def _show_asked(self, settings: Settings) -> None:
        self._menu.set_size(settings.source_width, settings.source_height)
        self._menu.set_camera_format(settings.source_fps, settings.source_pixels)

    def _poll(self) -> None:
        loop = self._engine.capture
        info, camera = loop.status.info, camera_of(loop.source)
        if info is None:
            self._section.hide()
            return
        has_format = info.live and bool(info.asked or info.delivered)
        self._section.setVisible(has_format or bool(info.note) or camera is not None)
        rate = f" at {info.fps:g} fps" if info.live and info.fps and info.delivered else ""
        self._section.set_delivered(info.asked, info.delivered + rate)
        self._section.set_note(info.note)
        self._section.set_locks(_locks(camera) if camera is not None else ())

    def _on_lock(self, name: str, locked: bool) -> None:
        camera = camera_of(self._engine.capture.source)
        if camera is not None:
            try:
                camera.set_control(name, locked)
            except SourceError as error:
                self.said.emit(str(error))

    def _remember(self, spec: str) -> None:
        if is_built_in(spec):
            return
        path = os.path.abspath(os.path.expanduser(spec))
        if os.path.exists(path):
            self._menu.dialogs.set_folder(Path(path).parent)
        recent = (spec, title_of(spec), without_secrets(spec))
        self._recents = [recent, *(r for r in self._recents if r[0] != spec)][:8]
        self._menu.set_recents(self._recents)

    def _on_size(self, width: int, height: int) -> None:
        self._model.replace(source_width=width, source_height=height)

    def _show_cameras(self, found: Sequence[tuple[str, str]], failure: str) -> None:
        self._menu.set_cameras(found)
        if failure:
            self.said.emit(failure)


def _locks(camera: CameraSource) -> list[Lock]:
    locked = {control.name: control.locked for control in camera.controls()}
    return [
        Lock(name, title, locked.get(name, False), camera.lock_refusal(name))
        for name, title in NAMES.items()
    ]


def _list_cameras() -> list[tuple[str, str]]:
    found = cameras()
    return [(spec_of(camera, found), camera.name) for camera in found]


def _list_titles() -> list[str]:
    if refusal := why_not_readable(sys.platform, os.environ):
        raise SourceError(refusal)
    return list(dict.fromkeys(window.title for window in list_windows()))


def camera_of(source: Source | None) -> CameraSource | None:
    """Return the open camera, also if it is wrapped in a fallback; else None."""
    if isinstance(source, FallbackSource):
        source = source.primary
    return source if isinstance(source, CameraSource) else None
