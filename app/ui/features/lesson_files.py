"""Dialogues of the lessons: the table of answers, and a folder of lessons of one's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QFileDialog

from app.lessons.class_book import ClassBook
from app.system.json_files import write_atomically
from app.ui.main_window import MainWindow

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that the table is in UTF-8."""


class LessonFiles(QObject):
    """Asks where to save answers, and which folder to show. Nothing is written without being asked.

    Attributes
    ----------
    folder_chosen
        Emitted with the path of a folder.
    said
        Emitted with one sentence for the status strip.
    """

    folder_chosen = pyqtSignal(str)
    said = pyqtSignal(str)

    def __init__(self, window: MainWindow, book: ClassBook, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._book = book

    def ask_where_to_save(self) -> None:
        """Ask for a file name, then save all answers as a table."""
        name = f"answers {date.today().isoformat()}.csv"
        dialog = QFileDialog(
            self._window, "Save the answers", str(Path(platformdirs.user_documents_dir()) / name)
        )
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Table (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(self.save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, file: str) -> None:
        """Save all answers as a table, completely or not at all."""
        path = Path(file)
        try:
            write_atomically(path, BYTE_ORDER_MARK + self._book.csv())
        except OSError as error:
            why = error.strerror or "unknown reason"
            self.said.emit(f"The answers could not be saved ({why}); choose another folder.")
            return
        self.said.emit(f"Saved {self._book.answers} answers to {path.name}.")

    def ask_for_folder(self) -> None:
        """Ask for a folder of lessons."""
        dialog = QFileDialog(self._window, "Folder of lessons", platformdirs.user_documents_dir())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder_chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
