"""Folders and files by name, with a button that opens the system's dialogue."""

from __future__ import annotations

from typing import ClassVar

from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from widgets.controls import tool_button
from widgets.inspector.rows import Row
from widgets.theme import SPACE_XS


class PathRow(Row):
    """A path that can be typed or chosen; `placeholder` says what an empty one stands for."""

    ICON: ClassVar[str]
    BROWSE: ClassVar[str]
    MODE: ClassVar[QFileDialog.FileMode]

    def __init__(self, key: str, label: str, tip: str, placeholder: str) -> None:
        holder = QWidget()
        self._edit = QLineEdit(holder)
        self._edit.setPlaceholderText(placeholder)
        self._browse = tool_button(self.ICON, self.BROWSE, holder)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self._edit, 1)
        row.addWidget(self._browse)
        super().__init__(key, label, holder, tip)
        self._shown = ""
        self._edit.setAccessibleName(label)
        self._edit.setToolTip(tip)
        self._edit.editingFinished.connect(self._on_edited)
        self._browse.clicked.connect(self._on_browse)

    def show_value(self, value: object) -> None:
        self._shown = str(value)
        self._edit.setText(self._shown)
        self._edit.setCursorPosition(0)

    def _on_edited(self) -> None:
        self._edit.clearFocus()
        self._choose(self._edit.text().strip())

    def _on_browse(self) -> None:
        dialog = QFileDialog(self.control, self.label, self._shown)
        dialog.setFileMode(self.MODE)
        dialog.setOption(
            QFileDialog.Option.ShowDirsOnly, self.MODE is QFileDialog.FileMode.Directory
        )
        dialog.fileSelected.connect(self._choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose(self, path: str) -> None:
        if path != self._shown:
            self.show_value(path)
            self._say(path)


class FolderRow(PathRow):
    """A folder."""

    ICON = "folder"
    BROWSE = "Choose the folder"
    MODE = QFileDialog.FileMode.Directory


class FileRow(PathRow):
    """A file that is there; a folder, such as a recording, can be typed."""

    ICON = "video"
    BROWSE = "Choose the file"
    MODE = QFileDialog.FileMode.ExistingFile
