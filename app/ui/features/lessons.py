"""Guided lessons beside the pictures; a page sets up nothing but settings."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from app.core.results import FrameResult
from app.lessons.class_book import ClassBook
from app.lessons.library import Library, holds_lessons, load_lessons
from app.lessons.measuring import Measuring
from app.lessons.quantities.quantity import Reading, Screen
from app.lessons.walk import Walk
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.lesson_files import LessonFiles
from app.ui.lesson_pages import list_of, page_of
from app.ui.main_window import MainWindow
from app.ui.row_specs import row_specs
from models.errors import UserError
from widgets.lesson_panel import LessonPanel

log = logging.getLogger(__name__)

_ENDS = frozenset({"range_far", "range_near"})
_MOVES_THE_CLOUD = frozenset({"source", "cloud_lane", "cloud_gain", "cloud_offset"})


class LessonController(FeatureController):
    """Shows the lesson panel, applies the settings of its pages and measures for its questions.

    The settings from before the lessons are restored when the lessons are left.

    Attributes
    ----------
    opened
        Emitted with whether the lessons are on screen, when that changes.
    book
        Progress and answers.
    """

    opened = pyqtSignal(bool)

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        controller: Controller,
        display: Display,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._controller = controller
        self._before: Settings | None = None
        self._library: Library | None = None
        self._walk: Walk | None = None
        self._measuring = Measuring()
        self._folder = ""
        self._was_measuring = False
        self.book = ClassBook()
        self.panel: LessonPanel | None = None
        self._unsubscribe = model.subscribe(self._on_settings)
        self._files = LessonFiles(window, self.book, self)
        self._files.said.connect(self.said)
        self._files.folder_chosen.connect(self.use_folder)
        display.shown.connect(self._on_shown)
        window.dropped.connect(self._on_dropped)

    # -- showing and leaving ---------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether the lessons are on screen."""
        return self.panel is not None and not self.panel.isHidden()

    def toggle(self) -> None:
        """Show the lessons, or leave them."""
        if self.is_open:
            self.leave()
        else:
            self.open()

    def open(self) -> None:
        """Show the lessons, where they were left."""
        if self.panel is None:
            self.panel = self._make_panel()
            self._window.add_beside(self.panel)
            self.show_list()
        self.panel.show()
        self.opened.emit(True)
        if self._walk is not None:
            self._enter(self._walk)

    def close(self) -> None:
        """Leave the lessons, so that the settings from before are the ones saved."""
        self.leave()
        self._unsubscribe()

    def leave(self, restores: bool = True) -> None:
        """Hide the lessons and restore the settings from before, unless others are in force."""
        was_open = self.is_open
        if self.panel is not None:
            self.panel.hide()
        if restores:
            self._give_back()
        self._before = None
        if was_open:
            self.opened.emit(False)

    def use_folder(self, folder: str) -> None:
        """List the lessons of a folder, "" being the app's own, now and at the next start.

        If it has none, one sentence says so and the list stays.
        """
        if self._load(folder):
            self._model.replace(lessons_folder=folder)
            self.show_list()

    def use_own(self) -> None:
        """List the lessons that came with the app."""
        self.use_folder("")

    def _load(self, folder: str) -> bool:
        """Read the lessons of a folder; without any, those of the app if there are none yet."""
        try:
            self._library = load_lessons(Path(folder) if folder else None)
        except UserError as error:
            self.said.emit(str(error))
            if self._library is None:
                self._load("")
            return False
        self._folder = Path(folder).name
        return True

    def show_list(self) -> None:
        """Leave the lesson, restore the settings from before, and show the list."""
        self._walk = None
        self._measuring.begin(None)
        self._give_back()
        if self.panel is not None:
            self.panel.show_list(list_of(self._lessons(), self.book, self._folder))

    def open_lesson(self, name: str) -> None:
        """Open a lesson of the list where one left it.

        Raises
        ------
        KeyError
            If there is none of that name.
        """
        self._enter(self.book.walk(self._lessons().lesson(name)))

    def _lessons(self) -> Library:
        """The lessons of the list, which are read when they are first needed."""
        if self._library is None:
            self._load(self._model.value.lessons_folder)
        return self._library or Library(())

    @property
    def walk(self) -> Walk | None:
        """Where one is, or None while the list is shown."""
        return self._walk

    def _make_panel(self) -> LessonPanel:
        panel = LessonPanel(row_specs())
        panel.closed.connect(self.leave)
        panel.list_requested.connect(self.show_list)
        panel.list.chosen.connect(self.open_lesson)
        panel.list.student_changed.connect(self._on_student)
        panel.list.save_requested.connect(self._files.ask_where_to_save)
        panel.list.folder_requested.connect(self._files.ask_for_folder)
        panel.list.own_requested.connect(self.use_own)
        page = panel.page
        page.answered.connect(self._on_answered)
        page.go_on.connect(self._on_go_on)
        page.go_back.connect(self._on_go_back)
        page.set_up_again.connect(self._set_up)
        page.changed.connect(self._on_changed)
        return panel

    def _on_dropped(self, text: str) -> None:
        """Show the lessons of a folder, or of a file's folder, that was dropped on the window."""
        path = Path(text)
        if not holds_lessons(path):
            return
        if self.panel is None or self.panel.isHidden():
            self.toggle()
        self.use_folder(str(path.parent if path.is_file() else path))

    # -- the way through a lesson ----------------------------------------------------------------

    def _enter(self, walk: Walk) -> None:
        """Go to a place: keep it, set it up, and begin to measure if that is asked."""
        self._walk = walk
        self.book.keep(walk)
        self._set_up()
        self._measuring.begin(walk)
        self._show_page()

    def _on_answered(self, choice: int) -> None:
        walk = self._walk
        if walk is None or not walk.is_waiting or walk.question is None:
            return
        if not walk.question.quantity:
            walk = walk.answered(choice)
            self.book.keep(walk)
            self._enter(walk.gone_on())
            return
        try:
            self._walk = walk = walk.answered(choice, self.measured())
        except ValueError:  # what is on screen cannot be measured just now
            self._measuring.begin(walk)
        self.book.keep(walk)
        self._show_page()

    def _on_go_on(self) -> None:
        if self._walk is not None and self._walk.is_finished:
            self.show_list()
        elif self._walk is not None:
            self._enter(self._walk.gone_on())

    def _on_go_back(self) -> None:
        if self._walk is not None:
            self._enter(self._walk.gone_back())

    def _on_student(self, name: str, is_class: bool) -> None:
        self.book.set_student(name, is_class)
        if self._walk is None:
            self.show_list()

    def _show_page(self) -> None:
        walk, panel = self._walk, self.panel
        if walk is None or panel is None:
            return
        panel.show_page(walk.lesson.title, page_of(walk, self._measuring.waits_for))
        panel.page.show_values(self._model.value.as_dict())

    # -- measuring -------------------------------------------------------------------------------

    def measured(self) -> Reading | None:
        """What the current question asks for, from what is on screen; None if that is unknown."""
        return self._measuring.reading()

    def _on_shown(self, result: FrameResult) -> None:
        if self._walk is None:
            return
        length = self._window.cloud.length
        ruler = length.pixels if length is not None else None
        if self._measuring.add(Screen(result, self._model.value, ruler)):
            self._show_page()

    # -- settings --------------------------------------------------------------------------------

    def _set_up(self) -> None:
        """Set the window up as the page says, on the settings from before the lessons."""
        walk = self._walk
        if walk is None:
            return
        if self._before is None:
            self._before = self._model.value
            self._was_measuring = self._window.cloud.is_measuring
        wanted = walk.lesson.settings_at(walk.place)
        is_fixed = wanted.get("range_mode") == "fixed" and not _ENDS & wanted.keys()
        was_fixed = self._model.value.range_mode == "fixed"
        kept = self._kept(*_ENDS) if is_fixed and was_fixed else self._kept()
        try:
            self._model.replace(**(dataclasses.asdict(self._before) | wanted | kept))
        except (TypeError, ValueError) as error:
            log.warning("a lesson's page cannot be set up: %s", error)
            self.said.emit(f"This page of the lesson could not be set up: {error}.")
            return
        if _MOVES_THE_CLOUD & walk.part.settings.keys() or walk.at == 0:
            self._window.cloud.reset_view()
        if is_fixed and not was_fixed:
            self._controller.set_range_mode("fixed")  # from the range on screen
        if self.panel is not None:
            self.panel.page.show_values(self._model.value.as_dict())

    def _give_back(self) -> None:
        """Restore the settings from before the lessons."""
        before, self._before = self._before, None
        if before is not None:
            self._window.cloud.set_measuring(self._was_measuring)
            self._model.replace(**(dataclasses.asdict(before) | self._kept()))

    def _kept(self, *others: str) -> dict[str, object]:
        """Settings that lessons neither set nor restore, and others that are to stay."""
        keys = ("inspector", "lessons_folder", *others)
        return {key: getattr(self._model.value, key) for key in keys}

    def _on_changed(self, key: str, value: object) -> None:
        """Change a setting by a control of the page."""
        try:
            self._controller.change(key, value)
        except ValueError as error:
            self.said.emit(str(error))

    def _on_settings(self, settings: Settings, changed: frozenset[str]) -> None:
        if self.panel is not None:
            self.panel.page.show_values({key: getattr(settings, key) for key in changed})
