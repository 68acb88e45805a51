"""Takes a picture of the window at every page of every lesson, for somebody to look at.

``python -m tests.e2e.lesson_pictures OUT [LESSON …]`` needs a display. The window has 1024x768
pixels and large type, which is the least that a class room has.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication

from app.lessons.library import load_lessons
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.sources.opening import open_source
from app.ui.application import Application
from app.ui.features.appearance import show_appearance
from tests.support.clouds import surface_of

_POLL_MS = 50


class Tour:
    """Walks through lessons in a real window, and takes a picture of every page.

    Parameters
    ----------
    out
        Folder for the pictures.
    patience_s
        How long to wait for a measurement.
    """

    def __init__(self, application: Application, out: Path, patience_s: float = 40.0) -> None:
        self._application = application
        self._out = out
        self._patience_s = patience_s
        self._results = 0
        self.notes: list[str] = []
        application.display.shown.connect(self._count)

    def lesson(self, name: str, wrong: bool = False) -> None:
        """Walk through one lesson, answering as it marks, or wrongly."""
        lessons = self._application.lessons
        lessons.open_lesson(name)
        number = 0
        while (walk := lessons.walk) is not None:
            number += 1
            self._settle()
            self._picture(f"{name}-{number:02d}-{walk.place.stage.value}")
            if walk.question is not None and walk.given is None:
                right = walk.question.right
                choice = (right + 1) % len(walk.question.answers) if wrong else right
                self._do_what_is_asked(walk.question.quantity)
                self._wait(self._may_answer, self._patience_s)
                self._page().answered.emit(choice)
                now = lessons.walk
                if now is not None and now.place == walk.place:
                    self._settle(2)
                    self._picture(f"{name}-{number:02d}-{walk.place.stage.value}-answered")
                    given = now.given
                    self.notes.append(f"{name} {walk.place}: {given and given.measured}")
            if (now := lessons.walk) is not None and now.place == walk.place:
                if now.is_waiting:
                    self.notes.append(f"{name} {walk.place} could not be measured")
                    lessons.show_list()
                    return
                self._page().go_on.emit()

    def _do_what_is_asked(self, quantity: str) -> None:
        """Press and click what the question of that quantity waits for."""
        if quantity == "jump-at-a-reset":
            self._settle(8)
            self._application.controller.reset_memory()
        if quantity == "ruler-error":
            pane = self._application.window.cloud
            pane.set_measuring(True)
            surface = surface_of(pane)
            for share in (0.35, 0.65):
                at = QPoint(round(share * surface.width()), round(0.7 * surface.height()))
                QTest.mouseClick(surface, Qt.MouseButton.LeftButton, pos=at)

    def _page(self):  # type: ignore[no-untyped-def]
        panel = self._application.lessons.panel
        assert panel is not None
        return panel.page

    def _may_answer(self) -> bool:
        page = self._page().page
        return page is not None and page.may_answer

    def _count(self, _result: object) -> None:
        self._results += 1

    def _settle(self, results: int = 6) -> None:
        """Wait until panes of this page have painted a few results."""
        first = self._results
        ready = self._application.first_frames.is_everything_shown
        self._wait(lambda: self._results >= first + results and ready(), 20.0)

    def _wait(self, is_met: Callable[[], bool], seconds: float) -> None:
        loop, poll, end = QEventLoop(), QTimer(), QTimer()
        poll.timeout.connect(lambda: is_met() and loop.quit())
        end.timeout.connect(loop.quit)
        poll.start(_POLL_MS)
        end.start(round(1000 * seconds))
        loop.exec()
        poll.stop()
        end.stop()

    def _picture(self, name: str) -> None:
        if self._page().scrolls:
            self.notes.append(f"{name} scrolls by {self._page().overflow} px")
        self._application.window.grab().save(str(self._out / f"{name}.png"))


def main() -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("lessons", nargs="*")
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--type-scale", type=float, default=1.5)
    parser.add_argument("--wrong", action="store_true")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    app = QApplication(sys.argv[:1])
    settings = Settings(
        hint_seen=True, theme=arguments.theme, type_scale=arguments.type_scale, workspace="teach"
    )
    show_appearance(app, settings)
    with tempfile.TemporaryDirectory() as folder:
        store = SettingsStore(Path(folder) / "default.json")
        application = Application(settings, open_source, store)
        application.window.resize(1024, 768)
        application.window.show()
        application.start()
        if not application.lessons.is_open:
            application.lessons.open()
        tour = Tour(application, arguments.out)
        names = arguments.lessons or [lesson.name for lesson in load_lessons().lessons]
        for name in names:
            tour.lesson(name, arguments.wrong)
        application.close()
    app.processEvents()
    print("\n".join(tour.notes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
