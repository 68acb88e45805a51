"""Asks what a report is to compare: which part of the clip, which models, and into which folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from widgets.plain import Label
from widgets.theme import SPACE

_MOST_FRAMES = 10_000_000
_WIDTH_PX = 480


@dataclass(frozen=True, slots=True)
class Clip:
    """What can be compared.

    Attributes
    ----------
    title
        Of the source.
    frames
        Number of its frames; None while it is not known.
    fps
        Its frames per second, or None.
    usual_frames
        How many are compared unless the user says otherwise; None for all.
    """

    title: str
    frames: int | None
    fps: float | None = None
    usual_frames: int | None = None


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """What to compare.

    Attributes
    ----------
    first_frame
        Index of the first frame.
    frames
        Number of frames; None for all up to the end.
    model_a, model_b
        Names of the models.
    folder
        Folder of the report.
    """

    first_frame: int
    frames: int | None
    model_a: str
    model_b: str
    folder: Path


class ReportDialog(QDialog):
    """The dialog; `models` are (name, title), of which `lanes` are preset.

    Attributes
    ----------
    chosen
        Emitted with a ReportChoice.
    """

    chosen = pyqtSignal(object)

    def __init__(
        self,
        clip: Clip,
        models: Sequence[tuple[str, str]],
        lanes: tuple[str, str],
        folder: Path,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._clip = clip
        self.setWindowTitle("Report")
        self.setMinimumWidth(_WIDTH_PX)
        self._first, self._last = self._make_spins()
        self._times = Label("", self)
        self._times.setProperty("role", "quiet")
        self._models = [self._make_combo(models, lane) for lane in lanes]
        self._folder = QLineEdit(str(folder), self)
        self._folder.setAccessibleName("Folder")
        form = QFormLayout()
        form.addRow("Clip", Label(clip.title, self))
        form.addRow("Frames", self._row(self._first, Label("to", self), self._last, self._times))
        form.addRow("Model A", self._models[0])
        form.addRow("Model B", self._models[1])
        form.addRow("Folder", self._row(self._folder, self._make_browse_button()))
        note = Label("Playback pauses while the report is made. Esc cancels it.", self)
        note.setProperty("role", "quiet")
        note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setSpacing(SPACE)
        column.addLayout(form)
        column.addWidget(note)
        column.addWidget(self._make_buttons())
        self.accepted.connect(self._on_accepted)
        self.finished.connect(self.deleteLater)
        self._show_times()

    @property
    def choice(self) -> ReportChoice:
        """What the dialog says now."""
        first, last = self._first.value(), self._last.value()
        is_all = last == self._last.minimum() and self._clip.frames is None
        return ReportChoice(
            first,
            None if is_all or last == self._clip.frames else max(2, last - first),
            str(self._models[0].currentData()),
            str(self._models[1].currentData()),
            Path(self._folder.text().strip()).expanduser(),
        )

    def _make_spins(self) -> tuple[QSpinBox, QSpinBox]:
        known = self._clip.frames
        first, last = QSpinBox(self), QSpinBox(self)
        first.setAccessibleName("First frame")
        last.setAccessibleName("Frame to stop before")
        most = _MOST_FRAMES if known is None else known
        first.setRange(0, max(0, most - 2))
        last.setRange(2 if known is not None else 0, max(2, most))
        if known is None:
            last.setSpecialValueText("the end")
        usual = self._clip.usual_frames
        last.setValue(usual if usual is not None else known or 0)
        first.valueChanged.connect(self._on_first)
        last.valueChanged.connect(self._show_times)
        return first, last

    def _make_combo(self, models: Sequence[tuple[str, str]], lane: str) -> QComboBox:
        combo = QComboBox(self)
        for name, title in models:
            combo.addItem(title, name)
        combo.setCurrentIndex(max(0, combo.findData(lane)))
        return combo

    def _make_browse_button(self) -> QPushButton:
        button = QPushButton("Choose…", self)
        button.setAutoDefault(False)
        button.clicked.connect(self._ask_for_folder)
        return button

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        make = QPushButton("Make report", self)
        make.setProperty("role", "primary")
        make.setDefault(True)
        buttons.addButton(make, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _row(self, *widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for widget in widgets:
            row.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
        if not any(isinstance(widget, QLineEdit) for widget in widgets):
            row.addStretch(1)
        return row

    def _on_first(self, first: int) -> None:
        """Keep at least two frames, as a comparison over time needs them."""
        if self._last.value() or self._clip.frames is not None:
            self._last.setValue(max(self._last.value(), first + 2))
        self._show_times()

    def _show_times(self) -> None:
        fps, first, last = self._clip.fps, self._first.value(), self._last.value()
        if not fps:
            return
        end = _time(last / fps) if last else "the end"
        self._times.setText(f"{_time(first / fps)} to {end}")

    def _ask_for_folder(self) -> None:
        dialog = QFileDialog(self, "Folder of the report", str(Path(self._folder.text()).parent))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self._on_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_folder(self, parent: str) -> None:
        self._folder.setText(str(Path(parent) / Path(self._folder.text()).name))

    def _on_accepted(self) -> None:
        self.chosen.emit(self.choice)


def _time(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}"
