"""All panes, arranged by the view, the visible panes and the picture's proportions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import partial

from PyQt6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, pyqtBoundSignal, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from widgets.arrangement import (
    PANES,
    Layout,
    different_panes,
    shown_panes,
)
from widgets.depth_pane import DepthPane, ScaledPane
from widgets.frame_panes import FramePanes
from widgets.image_pane import ImagePane
from widgets.linked_view import LinkedView
from widgets.notices import Notices
from widgets.pane_content import Contents
from widgets.theme import SPACE_XS
from widgets.tiling import LEAST_CELL, tiled
from widgets.view_panes import make_pane

USUAL_ASPECT = 16 / 9
"""Of the picture, until there is one."""


class Stage(QWidget):
    """Owns every picture pane; the cloud is passed in.

    Panes by name: rgb, depth_a, depth_b, cloud; in their place those of the current layout.

    Parameters
    ----------
    view
        Zoom and centre that the panes of the frame share.
    cloud
        The point cloud's pane; the stage becomes its parent.
    layouts
        Every layout that will be set; their panes are made once, at the start.

    Attributes
    ----------
    frame
        The panes whose pixels are those of the frame, to mark something in all of them.
    notices
        Messages with buttons over the panes.
    enlarged
        Emitted with the name of the pane that has the stage to itself, or "" when restored.
    pressed
        Emitted with the name of the pane on which a mouse button went down.
    hovered, unhovered
        Emitted with (pane, x, y) in picture pixels, and when the cursor leaves the pictures.
    picked
        Emitted with (pane, x, y) that was clicked.
    scan_line_moved
        Emitted with a picture row.
    menu_requested
        Emitted with a pane's name and the point of it, a QPoint, where a menu is wanted.
    """

    enlarged = pyqtSignal(str)
    pressed = pyqtSignal(str)
    hovered = pyqtSignal(str, float, float)
    unhovered = pyqtSignal()
    picked = pyqtSignal(str, float, float)
    scan_line_moved = pyqtSignal(int)
    menu_requested = pyqtSignal(str, QPoint)

    def __init__(
        self,
        view: LinkedView,
        cloud: QWidget,
        layouts: Iterable[Layout] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.view = view
        self.rgb = ImagePane("RGB", view, parent=self)
        self.depth_a = DepthPane("a", view, self)
        self.depth_b = DepthPane("b", view, self)
        self.cloud = cloud
        cloud.setParent(self)
        self.frame = FramePanes()
        self.frame.add("rgb", self.rgb, ("rgb",))
        self.frame.add("depth_a", self.depth_a, ("a",))
        self.frame.add("depth_b", self.depth_b, ("b",))
        self._view_panes: dict[str, ScaledPane] = {}
        apart = LinkedView(self)
        for pane in different_panes(layouts):
            made = make_pane(pane, view if pane.is_of_the_frame else apart, self)
            self._view_panes[pane.name] = made
            if pane.is_of_the_frame:
                self.frame.add(pane.name, made, pane.layers)
        self._panes: dict[str, QWidget] = {
            "cloud": cloud, **dict(self.frame.items()), **self._view_panes,
        }  # fmt: skip
        self._visible: frozenset[str] = frozenset(PANES)
        self._layout = Layout()
        self._enlarged = ""
        self._banner: tuple[str, str] | None = None
        self._bannered = ""  # name of the pane with the message
        self.notices = Notices(self, self.scale_rects)
        self._aspect = USUAL_ASPECT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._connect()
        self._flow()

    # -- values in ---------------------------------------------------------------------------

    @property
    def enlarged_pane(self) -> str:
        """Name of the pane that has the stage to itself, or ""."""
        return self._enlarged

    def set_visible_panes(self, panes: Collection[str]) -> None:
        """Set which of rgb, depth_a, depth_b, cloud are visible.

        Raises ValueError for another name.
        """
        if not set(panes) <= set(PANES):
            raise ValueError(f"panes are among {PANES}, not {sorted(panes)}")
        self._visible = frozenset(panes)
        self._reflow()

    def set_layout(self, layout: Layout) -> None:
        """Show the panes of a view.

        Raises KeyError for a pane that no layout had at the start.
        """
        for pane in layout.panes:
            widget = self._view_panes[pane.name]
            if pane.title:
                widget.set_title(pane.title)
        self._layout = layout
        self._reflow()

    def set_picture_size(self, width: int, height: int) -> None:
        """Set the frame's size, whose proportions decide how the panes are arranged."""
        aspect = width / height
        if aspect != self._aspect:
            self._aspect = aspect
            self._flow()

    def show_contents(self, contents: Contents) -> None:
        """Fill panes of the current view.

        Raises KeyError for one that no layout has.
        """
        for name, content in contents.items():
            self._view_panes[name].show_content(content)

    def clear(self, placeholder: str) -> None:
        """Remove every picture except the cloud; `placeholder` says in its place why."""
        for pane in self._image_panes():
            pane.clear(placeholder)

    def set_placeholders(self, text: str) -> None:
        """Set what stands in every pane without a picture, except the cloud."""
        for pane in self._image_panes():
            pane.set_placeholder(text)

    def enlarge(self, name: str | None) -> None:
        """Give one pane the whole stage, or restore all.

        Raises KeyError for an unknown pane.
        """
        if name is not None and name not in self._panes:
            raise KeyError(name)
        self._set_enlarged(name or "")

    def shown(self) -> tuple[str, ...]:
        """Names of the panes on screen, in reading order."""
        panes = shown_panes(self._visible, self._layout)
        return (self._enlarged,) if self._enlarged in panes else panes

    def pane(self, name: str) -> QWidget:
        """The pane of that name.

        Raises KeyError if there is none.
        """
        return self._panes[name]

    def pane_rects(self) -> dict[str, QRect]:
        """Positions of the visible panes, in the window's coordinates."""
        window = self.window() or self
        rects = {}
        for name in self.shown():
            pane = self._panes[name]
            rects[name] = QRect(pane.mapTo(window, QPoint(0, 0)), pane.size())
        return rects

    def picture_rects(self) -> dict[str, QRect]:
        """Where each picture itself lies, in the window's coordinates; the cloud fills its pane."""
        rects = {}
        for name, rect in self.pane_rects().items():
            pane = self._panes[name]
            if not isinstance(pane, ImagePane):
                rects[name] = rect
            elif not pane.picture_size.isEmpty():
                rects[name] = pane.visible_rect().toRect().translated(rect.topLeft())
        return rects

    def scale_rects(self) -> tuple[QRectF, ...]:
        """Where the colour bars lie, on the stage."""
        panes = (self._panes[name] for name in self.shown())
        scaled = ((pane, pane.scale_rect()) for pane in panes if isinstance(pane, ScaledPane))
        return tuple(r.translated(QPointF(pane.pos())) for pane, r in scaled if not r.isEmpty())

    def set_banner(self, text: str | None, level: str = "warn") -> None:
        """Show a message over the first visible pane; None hides it."""
        self._banner = (text, level) if text else None
        self._place_banner()

    def set_plain(self, is_plain: bool) -> None:
        """Show pictures and words alone in every pane: what an audience sees."""
        for pane in self._panes.values():
            set_plain = getattr(pane, "set_plain", None)
            if callable(set_plain):  # the cloud was passed in, and may be any widget
                set_plain(is_plain)

    def one_to_one(self) -> None:
        """Show the picture of the first visible picture pane one to one."""
        for name in self.shown():
            if (pane := self.frame.get(name)) is not None:
                pane.one_to_one()
                return

    def sizeHint(self) -> QSize:
        return QSize(960, 540)

    def minimumSizeHint(self) -> QSize:
        return QSize(*(2 * length + SPACE_XS for length in LEAST_CELL))

    # -- inside ------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._flow()

    def _image_panes(self) -> Iterator[ImagePane]:
        return (pane for pane in self._panes.values() if isinstance(pane, ImagePane))

    def _connect(self) -> None:
        for name, pane in self._panes.items():
            pane.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            pane.customContextMenuRequested.connect(partial(self.menu_requested.emit, name))
            request = getattr(pane, "enlarge_requested", None)
            if isinstance(request, pyqtBoundSignal):
                request.connect(partial(self._toggle_enlarged, name))
            pressed = getattr(pane, "pressed", None)
            if isinstance(pressed, pyqtBoundSignal):
                pressed.connect(partial(self.pressed.emit, name))
        for name, frame_pane in self.frame.items():
            frame_pane.hovered.connect(partial(self.hovered.emit, name))
            frame_pane.unhovered.connect(self.unhovered)
            frame_pane.picked.connect(partial(self.picked.emit, name))
            frame_pane.scan_line_moved.connect(self.scan_line_moved)

    def _toggle_enlarged(self, name: str) -> None:
        self._set_enlarged("" if self._enlarged == name else name)

    def _set_enlarged(self, name: str) -> None:
        if name != self._enlarged:
            self._enlarged = name
            self._flow()
            self.enlarged.emit(name)

    def _reflow(self) -> None:
        if self._enlarged and self._enlarged not in shown_panes(self._visible, self._layout):
            self._set_enlarged("")
        else:
            self._flow()

    def _place_banner(self) -> None:
        pane = self.shown()[0] if self._banner is not None else ""
        if self._bannered and self._bannered != pane:
            self._set_pane_banner(self._bannered, None, "info")
        self._bannered = pane
        if self._banner is not None:
            self._set_pane_banner(pane, *self._banner)

    def _set_pane_banner(self, name: str, text: str | None, level: str) -> None:
        set_banner = getattr(self._panes[name], "set_banner", None)
        if callable(set_banner):  # the cloud was passed in, and may be any widget
            set_banner(text, level)

    def _flow(self) -> None:
        """Place the visible panes in their cells and hide the rest.

        The cloud remains this widget's child throughout: an OpenGL widget that changes parents
        turns black.
        """
        size = self.width(), self.height()
        cells = tiled(self.shown(), size, self._aspect, self._layout, SPACE_XS)
        shown = {cell.pane for cell in cells}
        for name, pane in self._panes.items():
            if name not in shown:
                pane.hide()
        for cell in cells:
            pane = self._panes[cell.pane]
            pane.setGeometry(cell.x, cell.y, cell.width, cell.height)
            pane.show()
        self.notices.place()
        self.notices.raise_()
        self._place_banner()
