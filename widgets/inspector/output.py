"""What goes out of the window, and to whom."""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtWidgets import QWidget

from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section


class OutputSection(Section):
    """The content, size and rate of outputs, and who can open the page."""

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Output", specs, parent)
        self.add_rows("output_content", "output_size", "output_fps", "page_reach")
