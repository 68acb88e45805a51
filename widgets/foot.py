"""The row below the pictures: what is said of them, and the position in the source."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QSize
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLayout, QWidget

from widgets.status_strip import StatusStrip
from widgets.transport import Transport

TRANSPORT_SHARE, COMPACT_SHARE = 0.6, 0.4
"""Of the row's width for the transport where there is a timeline. It does not depend on what is
said, so that nothing moves when that changes."""


class Foot(QFrame):
    """A status line and a transport that share a row: each is shortened rather than the other cut.

    Parameters
    ----------
    status, transport
        The foot becomes their parent.
    """

    def __init__(
        self, status: StatusStrip, transport: Transport, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._status, self._transport = status, transport
        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(status, 1)
        row.addWidget(transport)

    def minimumSizeHint(self) -> QSize:
        width = self._status.minimumSizeHint().width() + self._transport.narrowest()
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._share()

    def event(self, event: QEvent | None) -> bool:
        """Share the row again when the transport or the type takes another size."""
        done = super().event(event)
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._share()
        return done

    def _share(self) -> None:
        share = COMPACT_SHARE if self._transport.is_compact else TRANSPORT_SHARE
        self._transport.fold_into(round(share * self.width()))
