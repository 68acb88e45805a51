"""The menu that chooses a source: scene, file, folder, camera, stream or screen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QCursor
from PyQt6.QtWidgets import QMenu, QToolButton, QWidget

from widgets import theme
from widgets.plain import menu_words, set_tip
from widgets.source_dialogs import SourceDialogs

SIZES = ((0, 0), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))
LABEL_LENGTH = 16
TITLE_LENGTH = 60


class SourceMenu(QToolButton):
    """A button with a menu. Nothing is opened, and no camera is listed, before the user asks.

    Attributes
    ----------
    dialogs
        The dialogs that some choices open.
    chosen
        Emitted with a source's spec, as given to --source.
    size_chosen
        Emitted with the (width, height) to request; (0, 0) is the source's default.
    rate_chosen, pixel_format_chosen
        Emitted with a camera's rate and format; 0 and "" are its defaults.
    cameras_requested
        Emitted when the camera sub-menu opens; answer with `set_cameras`.
    windows_requested
        Emitted when the sub-menu of windows opens; answer with `set_windows`.
    """

    chosen = pyqtSignal(str)
    size_chosen = pyqtSignal(int, int)
    rate_chosen = pyqtSignal(float)
    pixel_format_chosen = pyqtSignal(str)
    cameras_requested = pyqtSignal()
    windows_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dialogs = SourceDialogs(self)
        self.dialogs.chosen.connect(self.chosen)
        self.setProperty("role", "button")
        self.setIcon(theme.icon("source"))
        self.setIconSize(QSize(theme.ICON_PX, theme.ICON_PX))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setAccessibleName("Source")
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._cameras = QMenu("Camera", self._menu)
        self._windows = QMenu("Capture window", self._menu)
        self._menu.setTitle("&Source")
        self._sizes = QMenu("Camera resolution", self._menu)
        self._rates = QMenu("Camera frame rate", self._menu)
        self._pixel_formats = QMenu("Camera pixel format", self._menu)
        self._recents: list[QAction] = []
        self._fill()
        self.setMenu(self._menu)
        self.set_label("Source")

    # -- values in ---------------------------------------------------------------------------

    @property
    def source_menu(self) -> QMenu:
        """The menu, to be shown in a menu bar as well."""
        return self._menu

    def set_label(self, title: str) -> None:
        """Set the source's title on the button, shortened to fit a tool bar."""
        self.setText(f"{_shortened(title, LABEL_LENGTH)}  ▾")
        set_tip(self, f"{title}\nChoose a source; you can also drop a file on the window")

    def set_choices(self, choices: Sequence[tuple[str, str, str, str]]) -> None:
        """Begin the menu with (spec, words, tip, icon): sources without a dialog. Call once."""
        for spec, words, tip, icon_name in choices:
            action = self._add_choice(self._menu, words, spec, tip, icon_name)
            self._menu.insertAction(self._top, action)

    def set_cameras(self, cameras: Sequence[tuple[str, str]]) -> None:
        """Fill the camera sub-menu with (spec, name); an empty list shows that there is none."""
        choices = [(spec, name, f"Open {name}") for spec, name in cameras]
        self._refill(self._cameras, choices, "No camera found")

    def set_windows(self, titles: Sequence[str], refusal: str = "") -> None:
        """Fill the sub-menu of windows by their titles, or show why there are none."""
        choices = [
            (f"window:{title}", _shortened(title, TITLE_LENGTH), f"Capture {title}")
            for title in titles
        ]
        self._refill(self._windows, choices, refusal or "No other window is open")

    def set_recents(self, recents: Sequence[tuple[str, str, str]]) -> None:
        """Fill the last part of the menu with (spec, name, tool tip), the latest first."""
        for action in self._recents:
            self._menu.removeAction(action)
            action.deleteLater()
        self._recents = []
        if recents:
            self._recents.append(self._menu.addSeparator() or QAction(self._menu))
        for spec, name, tip in recents:
            self._recents.append(self._add_choice(self._menu, name, spec, tip, "recent"))

    def set_size(self, width: int, height: int) -> None:
        """Tick the size that is requested of the source."""
        for action in self._sizes.actions():
            action.setChecked(action.data() == (width, height))

    def set_camera_choices(self, rates: Sequence[float], pixel_formats: Sequence[str]) -> None:
        """Set the frame rates and pixel formats to offer for cameras."""
        for menu, choices in (
            (self._rates, [(0.0, "Source default"), *((rate, f"{rate:g} fps") for rate in rates)]),
            (
                self._pixel_formats,
                [("", "Source default"), *((name, name) for name in pixel_formats)],
            ),
        ):
            menu.clear()
            for value, words in choices:
                self._add_tick(menu, words, value)

    def set_camera_format(self, fps: float, pixel_format: str) -> None:
        """Tick the frame rate and the pixel format that are requested of cameras."""
        for menu, value in ((self._rates, fps), (self._pixel_formats, pixel_format)):
            for action in menu.actions():
                action.setChecked(action.data() == value)

    # -- requests ------------------------------------------------------------------------------

    def ask_for_another(self, chooser: str) -> None:
        """Let the user choose a "file" or an "address"; for any other word show the menu."""
        ask = {"file": self.dialogs.ask_for_video, "address": self.dialogs.ask_for_stream}
        ask.get(chooser, self.showMenu)()

    # -- inside ------------------------------------------------------------------------------

    def _fill(self) -> None:
        self._top = self._menu.addSeparator()
        self._add_action(
            "Open video…",
            "video",
            self.dialogs.ask_for_video,
            "Any file that FFmpeg reads (Ctrl+O)",
        )
        self._add_action(
            "Open folder…",
            "folder",
            self.dialogs.ask_for_folder,
            "Pictures in name order, or a recording (Ctrl+Shift+O)",
        )
        self._menu.addSeparator()
        self._cameras.setIcon(theme.icon("camera"))
        self._cameras.aboutToShow.connect(self._on_cameras_opened)
        self._menu.addMenu(self._cameras)
        self._add_action(
            "Network stream…", "network", self.dialogs.ask_for_stream, "HTTP MJPEG, RTSP or UDP"
        )
        screen = QMenu("Screen", self._menu)
        screen.setIcon(theme.icon("screen"))
        self._add_choice(screen, "Whole screen", "screen", "Capture the whole screen")
        region = screen.addAction("Region…")
        if region is not None:
            set_tip(region, "Draw a rectangle on the screen to capture")
            region.triggered.connect(self.dialogs.ask_for_region)
        self._menu.addMenu(screen)
        self._windows.setIcon(theme.icon("screen"))
        self._windows.setToolTipsVisible(True)
        self._windows.aboutToShow.connect(self._on_windows_opened)
        self._menu.addMenu(self._windows)
        self._menu.addSeparator()
        self._fill_sizes()

    def _fill_sizes(self) -> None:
        for size in SIZES:
            words = "Source default" if size == (0, 0) else f"{size[0]}×{size[1]}"
            self._add_tick(self._sizes, words, size)
        self.set_size(0, 0)
        self._sizes.triggered.connect(self._on_size)
        self._rates.triggered.connect(self._on_rate)
        self._pixel_formats.triggered.connect(self._on_pixel_format)
        for menu in (self._sizes, self._rates, self._pixel_formats):
            self._menu.addMenu(menu)

    def _add_tick(self, menu: QMenu, words: str, value: object) -> None:
        action = menu.addAction(words)
        if action is not None:
            action.setCheckable(True)
            action.setData(value)

    def _add_action(self, text: str, icon_name: str, do: object, tip: str) -> None:
        action = self._menu.addAction(theme.icon(icon_name), text)
        if action is not None and callable(do):
            set_tip(action, tip)
            action.triggered.connect(do)

    def _add_choice(
        self, menu: QMenu, text: str, spec: str, tip: str, icon_name: str = ""
    ) -> QAction:
        action = QAction(menu_words(text), menu)
        if icon_name:
            action.setIcon(theme.icon(icon_name))
        action.setData(spec)
        set_tip(action, tip)
        # sender() would be the button while the button runs its menu.
        action.triggered.connect(partial(self._choose, spec))
        menu.addAction(action)
        return action

    def _refill(self, menu: QMenu, choices: Sequence[tuple[str, str, str]], otherwise: str) -> None:
        """Replace a menu's entries by (spec, words, tip) each.

        The menu may be open, with the pointer on one of them. `otherwise` is shown if there are
        none.
        """
        before = [action.data() for action in menu.actions()]
        if choices and before == [spec for spec, _, _ in choices]:
            return
        menu.clear()
        for spec, words, tip in choices:
            self._add_choice(menu, words, spec, tip)
        if not choices:
            self._add_words(menu, otherwise)
        if menu.isVisible():  # or a click on the entry under the pointer would choose nothing
            menu.setActiveAction(menu.actionAt(menu.mapFromGlobal(QCursor.pos())))

    def _add_words(self, menu: QMenu, text: str) -> None:
        action = menu.addAction(menu_words(text))
        if action is not None:
            set_tip(action, text)
            action.setEnabled(False)

    def _on_cameras_opened(self) -> None:
        if not self._cameras.actions():
            self._add_words(self._cameras, "Looking for cameras…")
        self.cameras_requested.emit()

    def _on_windows_opened(self) -> None:
        if not self._windows.actions():
            self._add_words(self._windows, "Looking for windows…")
        self.windows_requested.emit()

    def _choose(self, spec: str, _checked: bool) -> None:
        self.chosen.emit(spec)

    def _on_size(self, action: QAction) -> None:
        width, height = action.data()
        self.set_size(width, height)
        self.size_chosen.emit(width, height)

    def _on_rate(self, action: QAction) -> None:
        action.setChecked(True)  # the tick follows the answer; choosing the same again keeps it
        self.rate_chosen.emit(action.data())

    def _on_pixel_format(self, action: QAction) -> None:
        action.setChecked(True)
        self.pixel_format_chosen.emit(action.data())


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
