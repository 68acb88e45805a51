"""Content and location of recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from widgets import theme
from widgets.inspector.row_spec import RowSpec
from widgets.inspector.section import Section, show_note
from widgets.plain import set_tip

KEY = "Ctrl+R"


class RecordSection(Section):
    """Folder, what is recorded beside the source's pictures, sound, and the start button.

    Attributes
    ----------
    record_toggled : signal (bool)
        True to start, False to stop.
    """

    record_toggled = pyqtSignal(bool)

    def __init__(self, specs: Mapping[str, RowSpec], parent: QWidget | None = None) -> None:
        super().__init__("Record", specs, parent)
        self._is_recording = False
        self._why_no_sound = ""
        self.add_rows(
            "record_folder", "record_disparity", "record_composite", "record_inside", "record_sound"
        )
        self._start = self.add_button("record", "Start recording", "", "record")
        self._start.clicked.connect(self._on_start)
        self._status = self.add_note()
        self.set_recording(False)

    def set_sound_inputs(self, names: Sequence[str], reason: str = "") -> None:
        """Offer these inputs, or disable the menu with the reason why there is none."""
        self._why_no_sound = reason
        self.menu("record_sound").offer(names)
        self._enable_rows()

    def set_recording(self, is_recording: bool, status: str = "") -> None:
        """Show whether a recording runs, and a line such as "0:12.4, 3 frames lost"."""
        self._is_recording = is_recording
        self._start.setText("Stop recording" if is_recording else "Start recording")
        set_tip(self._start, f"{self._start.text()} ({KEY})")
        self._start.setIcon(theme.icon("record", "bad"))
        self._enable_rows()
        show_note(self._status, status)

    def _enable_rows(self) -> None:
        for key in self.keys:
            reason = "Stop the recording first." if self._is_recording else ""
            if key == "record_sound":
                reason = reason or self._why_no_sound
            self.set_row_enabled(key, not reason, reason)

    def _on_start(self) -> None:
        self.record_toggled.emit(not self._is_recording)
