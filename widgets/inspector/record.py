"""What is recorded, and where to."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QWidget

from widgets import theme
from widgets.controls import tool_button
from widgets.inspector.rows import Row, ToggleRow
from widgets.inspector.section import Section, show_note
from widgets.theme import SPACE_XS

KEY = "Ctrl+R"


class FolderRow(Row):
    """A folder by name, with a button that opens the system's dialogue."""

    def __init__(self, key: str, label: str, tip: str, placeholder: str) -> None:
        holder = QWidget()
        self._edit = QLineEdit(holder)
        self._edit.setPlaceholderText(placeholder)
        self._browse = tool_button("folder", "Choose the folder", holder)
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

    def _on_edited(self) -> None:
        self._edit.clearFocus()
        self._choose(self._edit.text().strip())

    def _on_browse(self) -> None:
        dialog = QFileDialog(self.control, "Record into", self._shown)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._choose)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose(self, folder: str) -> None:
        if folder != self._shown:
            self.show_value(folder)
            self._say(folder)


class RecordSection(Section):
    """Folder, parts beside the source's pictures, and the start button.

    record_toggled : True to start, False to stop.
    """

    record_toggled = pyqtSignal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Record", parent)
        self._is_recording = False
        self.add_row(
            FolderRow(
                "record_folder",
                "Folder",
                "Recordings are made as new folders in this one",
                "Videos folder",
            )
        )
        for key, words, tip in (
            ("record_disparity", "Disparity", "Both lanes as they came, at 16 bits"),
            ("record_composite", "Video of all", "Picture and both lanes in one, as H.264"),
        ):
            self.add_row(ToggleRow(key, words, tip))
        self._start = self.add_button("record", "Start recording", "", "record")
        self._start.clicked.connect(self._on_start)
        self._status = self.add_note()
        self.set_recording(False)

    def set_recording(self, is_recording: bool, status: str = "") -> None:
        """Show whether a recording runs, and a line such as "0:12.4, 3 frames lost"."""
        self._is_recording = is_recording
        self._start.setText("Stop recording" if is_recording else "Start recording")
        self._start.setToolTip(f"{self._start.text()} ({KEY})")
        self._start.setIcon(theme.icon("record", theme.BAD))
        for key in self.keys:
            self.set_row_enabled(key, not is_recording, "Stop the recording first.")
        show_note(self._status, status)

    def _on_start(self) -> None:
        self.record_toggled.emit(not self._is_recording)
