"""Spacing, type, icons and the style of every widget, in the colours in force."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from string import Template

from PyQt6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QApplication, QStyleFactory, QWidget

import resources
from widgets.colours import SCHEMES, ColoursInForce

COLOURS = ColoursInForce()
"""The colours in force. Read them when painting; what is kept is of the scheme before."""

PINS = 4
BREAKS = {"cut": "text", "reset": "warn"}
"""Names of the colours of breaks in time."""

SPACE_XS = 4
SPACE = 8
SPACE_L = 16
ICON_PX, ARROW_PX, MARK_PX = 18, 10, 14
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
    return QColor({"a": COLOURS.lane_a, "b": COLOURS.lane_b}[lane])


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


def pin_colour(number: int) -> str:
    """The colour of pin 1 to 4, as "#rrggbb"."""
    return str(getattr(COLOURS, f"pin_{(number - 1) % PINS + 1}"))


def break_colour(kind: str) -> str:
    """The colour of a break in time, "cut" or "reset", as "#rrggbb".

    Raises
    ------
    KeyError
        For another kind.
    """
    return str(getattr(COLOURS, BREAKS[kind]))


def resource_path(*parts: str) -> Path:
    """Path of a file or folder below `resources`."""
    return Path(resources.__file__).parent.joinpath(*parts)


def apply_theme(app: QApplication, scheme: str = "dark", scale: float = 1.0) -> None:
    """Style the whole application; nothing is done where it looks so already.

    It takes a noticeable moment, as each setting is applied to every existing widget.

    Parameters
    ----------
    app
        The application.
    scheme
        "dark" or "light".
    scale
        Size of all text relative to the usual.
    """
    if app.property(THEMED) == (scheme, scale):
        return
    if app.property(THEMED) is None and (style := QStyleFactory.create("Fusion")) is not None:
        app.setStyle(style)
    COLOURS.use(SCHEMES[scheme])
    app.setPalette(_palette())
    font = QFont(app.font())
    font.setPixelSize(round(TYPE_PX * scale))
    app.setFont(font)
    app.setStyleSheet(style_sheet(scale))
    app.setProperty(THEMED, (scheme, scale))


def type_scale_in_force() -> float:
    """Size of all text relative to the usual, as `apply_theme` was told."""
    app = QApplication.instance()
    themed = app.property(THEMED) if app is not None else None
    return float(themed[1]) if themed else 1.0


def set_type_scale(widget: QWidget, scale: float) -> None:
    """Scale the text of `widget` and its children, beyond what all text is scaled by.

    The application's style sheet stays: changing it would block the window for half a second.
    """
    sizes = {"*": TYPE_PX, '*[role="heading"]': 1.3 * TYPE_PX, '*[role="small"]': SMALL_TYPE_PX}
    whole = scale * type_scale_in_force()
    rules = (f"{which} {{ font-size: {round(px * whole)}px; }}" for which, px in sizes.items())
    widget.setStyleSheet("" if scale == 1.0 else "\n".join(rules))


def style_sheet(scale: float = 1.0) -> str:
    """The style sheet with colours and lengths filled in, type `scale` times as large."""
    values = asdict(COLOURS.scheme)
    values["folder"] = resource_path("style").as_posix()
    values["type"] = f"{round(TYPE_PX * scale)}px"
    values["small"] = f"{round(SMALL_TYPE_PX * scale)}px"
    values["big"] = f"{round(1.3 * TYPE_PX * scale)}px"
    # Two thirds of what the type grows: buttons with an icon stay as high as those with words.
    grown = 1.0 + (scale - 1.0) * 2.0 / 3.0
    for name, px in {"icon": ICON_PX, "arrow": ARROW_PX, "mark": MARK_PX}.items():
        values[name] = f"{round(px * grown)}px"
    text = resource_path("style", "window.qss").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def icon(name: str, colour: str = "text") -> QIcon:
    """The icon `resources/icons/<name>.svg`, greyed where disabled.

    `colour` names one of `Colours`, which is looked up when the icon is drawn, or is "#rrggbb".

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
        name = "faint" if mode == QIcon.Mode.Disabled else self._colour
        colour = name if name.startswith("#") else str(getattr(COLOURS, name))
        drawing = self._drawing.replace("currentColor", colour).encode()
        QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """The drawing on a transparent ground."""
        pixmap = QPixmap(size)
        if pixmap.isNull():  # no room at all, and nothing to paint on
            return pixmap
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
