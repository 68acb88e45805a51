"""The dialogs that ask for a source: a file, a folder, an address, or a part of the screen."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, QStandardPaths, pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QLineEdit, QWidget

from widgets.plain import InputDialog
from widgets.region_picker import RegionPicker

VIDEO_FILTER = "Videos (*.mp4 *.mov *.mkv *.avi *.webm *.m4v *.ts *.mjpeg *.mpg);;All files (*)"
STREAM_ADVICE = "Stream address (http://…/video.mjpg, rtsp://…, udp://…):"


class SourceDialogs(QObject):
    """Opens dialogs over a widget's window; they remember the last folder and the last address.

    Attributes
    ----------
    chosen
        Emitted with a source's spec, as given to --source.
    """

    chosen = pyqtSignal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widget = parent
        self._folder: Path | None = None
        self._stream = ""

    def set_folder(self, folder: Path) -> None:
        """Set the folder in which file dialogs open."""
        self._folder = folder

    def ask_for_video(self) -> None:
        """Let the user choose a file."""
        dialog = self._file_dialog("Open a video")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(VIDEO_FILTER)
        dialog.open()

    def ask_for_folder(self) -> None:
        """Let the user choose a folder of pictures, or a recording."""
        dialog = self._file_dialog("Open a picture folder or a recording")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.open()

    def ask_for_stream(self) -> None:
        """Let the user enter the address of a stream."""
        dialog = InputDialog(self._widget)
        dialog.setWindowTitle("Open a network stream")
        dialog.setLabelText(STREAM_ADVICE)
        dialog.setTextValue(self._stream)
        dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
        dialog.textValueSelected.connect(self._on_stream)
        dialog.finished.connect(dialog.deleteLater)
        dialog.resize(480, dialog.sizeHint().height())
        dialog.open()

    def ask_for_region(self) -> None:
        """Let the user draw a rectangle on the screen."""
        picker = RegionPicker(self._widget.window())
        picker.picked.connect(self._on_region)
        picker.open_on_screen()

    def _file_dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self._widget.window(), title, str(self._start_folder()))
        dialog.fileSelected.connect(self._on_file)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _start_folder(self) -> Path:
        """The folder used last, else the user's videos, else the user's home."""
        videos = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation)
        for folder in (self._folder, Path(videos)):
            if folder is not None and folder.is_absolute() and folder.is_dir():
                return folder
        return Path.home()

    def _on_file(self, path: str) -> None:
        if path:
            self.set_folder(Path(path).parent)
            self.chosen.emit(path)

    def _on_stream(self, address: str) -> None:
        if address.strip():
            self._stream = address.strip()
            self.chosen.emit(self._stream)

    def _on_region(self, x: int, y: int, width: int, height: int) -> None:
        self.chosen.emit(f"screen:{x},{y},{width},{height}")
