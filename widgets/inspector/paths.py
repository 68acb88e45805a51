"""Folders and files by name, with buttons that open the system's dialogue."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from widgets.controls import tool_button
from widgets.inspector.row_spec import RowSpec
from widgets.inspector.rows import Row
from widgets.plain import set_tip


@dataclass(frozen=True, slots=True)
class Kind:
    """Something to choose: its button's icon and words, and what the dialogue offers."""

    icon: str
    words: str
    mode: QFileDialog.FileMode


class PathRow(Row):
    """A path that can be typed or chosen."""

    KINDS: ClassVar[tuple[Kind, ...]]

    def __init__(self, spec: RowSpec) -> None:
        holder = QWidget()
        self._edit = QLineEdit(holder)
        self._edit.setPlaceholderText(spec.placeholder)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._edit, 1)
        for kind in self.KINDS:
            button = tool_button(kind.icon, kind.words, holder)
            button.clicked.connect(partial(self._on_browse, kind))
            row.addWidget(button)
        super().__init__(spec, holder)
        self._shown = ""
        self._edit.setAccessibleName(spec.label)
        set_tip(self._edit, spec.tip)
        self._edit.editingFinished.connect(self._on_edited)

    def show_value(self, value: object) -> None:
        self._shown = str(value)
        self._edit.setText(self._shown)
        set_tip(self._edit, "\n".join(part for part in (self.spec.tip, self._shown) if part))

    def _on_edited(self) -> None:
        self._edit.clearFocus()
        self._choose(self._edit.text().strip())

    def _on_browse(self, kind: Kind) -> None:
        dialog = QFileDialog(self.control, self.spec.label, self._shown)
        dialog.setFileMode(kind.mode)
        dialog.setOption(
            QFileDialog.Option.ShowDirsOnly, kind.mode is QFileDialog.FileMode.Directory
        )
        dialog.fileSelected.connect(self._choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose(self, path: str) -> None:
        if path != self._shown:
            self.show_value(path)
            self._emit(path)


class FolderRow(PathRow):
    """A folder."""

    KINDS = (Kind("folder", "Choose a folder", QFileDialog.FileMode.Directory),)


class ClipRow(PathRow):
    """An existing video, or the folder of a recording."""

    KINDS = (
        Kind("video", "Choose a video", QFileDialog.FileMode.ExistingFile),
        Kind("folder", "Choose a recording's folder", QFileDialog.FileMode.Directory),
    )
