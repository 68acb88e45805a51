"""Colours, spacing, type and icons: one dark look for every widget.

Pictures are bright; everything else is neutral grey. Colours have a meaning: lane A and lane B keep
theirs in every view, and good, warning and bad are used for states alone.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from string import Template

from PyQt6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QApplication, QStyleFactory, QWidget

import resources


@dataclass(frozen=True, slots=True)
class Colours:
    """Every colour of the interface as "#rrggbb"."""

    background: str = "#0d0e10"
    surface: str = "#151619"
    raised: str = "#1e2024"
    hover: str = "#282b30"
    border: str = "#2c2f35"
    text: str = "#dcdee1"
    quiet: str = "#8d939b"
    faint: str = "#565b63"
    lane_a: str = "#4cb5f5"
    lane_b: str = "#ffb000"
    good: str = "#5cc98b"
    warn: str = "#f3e05a"
    bad: str = "#ff6b6b"


COLOURS = Colours()
LANE_A = COLOURS.lane_a
LANE_B = COLOURS.lane_b
GOOD = COLOURS.good
WARN = COLOURS.warn
BAD = COLOURS.bad
PIN_COLOURS = ("#e377c2", "#2ec4a6", "#f4f4f4", "#b7e04a")
BREAK_COLOURS = {"cut": COLOURS.text, "reset": COLOURS.warn}
"""Colours of breaks in time."""

SPACE_XS = 4
SPACE = 8
SPACE_L = 16
ICON_PX = 18
TYPE_PX = 13
SMALL_TYPE_PX = 11
PRESENTER_SCALE = 1.5
THEMED = "flashdepth themed"


def lane_colour(lane: str) -> QColor:
    """The accent of lane "a" or "b".

    Raises
    ------
    KeyError
        For any other name.
    """
    return QColor({"a": LANE_A, "b": LANE_B}[lane])


def level_colour(level: str) -> QColor:
    """The colour of a message: "info", "good", "warn" or "bad".

    Raises
    ------
    KeyError
        For any other name.
    """
    return QColor(
        {"info": COLOURS.quiet, "good": COLOURS.good, "warn": COLOURS.warn, "bad": COLOURS.bad}[
            level
        ]
    )


def resource_path(*parts: str) -> Path:
    """Path of a file or folder below `resources`."""
    return Path(resources.__file__).parent.joinpath(*parts)


def apply_theme(app: QApplication) -> None:
    """Style the whole application, once: each setting is applied to every existing widget."""
    if app.property(THEMED):
        return
    style = QStyleFactory.create("Fusion")
    if style is not None:
        app.setStyle(style)
    app.setPalette(_palette())
    font = QFont(app.font())
    font.setPixelSize(TYPE_PX)
    app.setFont(font)
    app.setStyleSheet(style_sheet())
    app.setProperty(THEMED, True)


def set_type_scale(widget: QWidget, scale: float) -> None:
    """Scale the text of `widget` and its children.

    The application's style sheet stays: changing it would block the window for half a second.
    """
    sizes = {"*": TYPE_PX, '*[role="heading"]': 1.3 * TYPE_PX, '*[role="small"]': SMALL_TYPE_PX}
    rules = (f"{which} {{ font-size: {round(px * scale)}px; }}" for which, px in sizes.items())
    widget.setStyleSheet("" if scale == 1.0 else "\n".join(rules))


def style_sheet() -> str:
    """The style sheet with its colours and lengths filled in."""
    values = {field.name: str(getattr(COLOURS, field.name)) for field in fields(Colours)}
    values["folder"] = resource_path("style").as_posix()
    values["type"] = f"{TYPE_PX}px"
    values["small"] = f"{SMALL_TYPE_PX}px"
    values["big"] = f"{round(1.3 * TYPE_PX)}px"
    values["icon"] = f"{ICON_PX}px"
    values["arrow"] = "10px"
    values["mark"] = "14px"
    text = resource_path("style", "dark.qss").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def icon(name: str, colour: str = COLOURS.text) -> QIcon:
    """The icon `resources/icons/<name>.svg` drawn in `colour`, greyed where disabled.

    Raises
    ------
    FileNotFoundError
        If there is no such icon.
    """
    drawing = resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QIcon(_DrawnIcon(drawing, colour))


def numbers_font(base: QFont | None = None) -> QFont:
    """A font with digits of equal width, so that changing numbers do not jitter.

    Without `base` only that one property is set and the rest is inherited.
    """
    font = QFont(base) if base is not None else QFont()
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def small_font(base: QFont) -> QFont:
    """`base` in the size of captions."""
    font = QFont(base)
    font.setPixelSize(max(9, round(_pixel_size(base) * SMALL_TYPE_PX / TYPE_PX)))
    return font


def bold_font(base: QFont) -> QFont:
    """`base` in the weight of titles."""
    font = QFont(base)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def set_role(widget: QWidget, role: str) -> None:
    """Give `widget` one of the style sheet's roles ("title", "quiet", "small", ...)."""
    widget.setProperty("role", role)
    style = widget.style()
    if style is not None:
        style.unpolish(widget)
        style.polish(widget)


def _pixel_size(font: QFont) -> float:
    if font.pixelSize() > 0:
        return font.pixelSize()
    return font.pointSizeF() * 96 / 72


class _DrawnIcon(QIconEngine):
    """An SVG drawing in one colour, rendered when it is shown: most of a window's icons are not."""

    def __init__(self, drawing: str, colour: str) -> None:
        super().__init__()
        self._drawing, self._colour = drawing, colour

    def paint(
        self, painter: QPainter | None, rect: QRect, mode: QIcon.Mode, _state: QIcon.State
    ) -> None:
        """Draw into `rect`."""
        colour = COLOURS.faint if mode == QIcon.Mode.Disabled else self._colour
        drawing = self._drawing.replace("currentColor", colour).encode()
        QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The drawing on a transparent ground."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """A copy, for Qt."""
        return _DrawnIcon(self._drawing, self._colour)


def _palette() -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for where, colour in (
        (role.Window, COLOURS.surface),
        (role.WindowText, COLOURS.text),
        (role.Base, COLOURS.background),
        (role.AlternateBase, COLOURS.surface),
        (role.Text, COLOURS.text),
        (role.Button, COLOURS.raised),
        (role.ButtonText, COLOURS.text),
        (role.BrightText, COLOURS.bad),
        (role.Highlight, COLOURS.hover),
        (role.HighlightedText, COLOURS.text),
        (role.ToolTipBase, COLOURS.raised),
        (role.ToolTipText, COLOURS.text),
        (role.PlaceholderText, COLOURS.quiet),
        (role.Link, COLOURS.lane_a),
        (role.Mid, COLOURS.border),
        (role.Dark, COLOURS.background),
        (role.Shadow, COLOURS.background),
    ):
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(COLOURS.faint))
    return palette
