"""From settings to a running window and its exit code."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from PyQt6.QtCore import (
    QCoreApplication,
    QEvent,
    QMessageLogContext,
    QSize,
    Qt,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QWidget

from app.outputs.table import OutputSpec
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.sources.opening import open_awaited
from app.system import startup
from app.system.logbook import logging_to_file
from app.system.memory import freeze_modules
from app.system.signals import on_stop_signals
from app.ui.application import Application
from app.ui.features.appearance import show_appearance
from app.ui.opening import Opening
from app.ui.threads import any_abandoned
from models.errors import SourceError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """What the command line asks of the window beyond settings.

    Attributes
    ----------
    size
        (width, height) of the window in pixels; None fits the screen.
    quit_after_s
        Close the window after so many seconds.
    screenshot
        PNG file, written once every visible pane has shown a frame; beside it a JSON file tells
        where the panes are.
    quit_when_shown
        Close once every visible pane has shown a frame.
    record
        Folder to record into from then on.
    outputs
        Where to send pictures from the start.
    note
        A sentence to show at the start, such as that the settings file was damaged.
    """

    size: tuple[int, int] | None = None
    quit_after_s: float | None = None
    screenshot: Path | None = None
    quit_when_shown: bool = False
    record: Path | None = None
    outputs: tuple[OutputSpec, ...] = ()
    note: str = ""


def run_gui(settings: Settings, store: SettingsStore, options: WindowOptions) -> int:
    """Show the window until it is closed; return the exit code.

    Raises
    ------
    SourceError
        If no picture was ever shown because the source failed.
    """
    startup.reached("imports")
    qt_application = make_qt_application(settings)
    with ExitStack() as stack:
        # Qt requires the window to be deleted before the QApplication.
        stack.callback(QCoreApplication.sendPostedEvents, None, QEvent.Type.DeferredDelete)
        stack.enter_context(logging_to_file())
        application = Application(settings, open_awaited, store)
        stack.callback(application.close)
        stack.enter_context(closing_on_signals(application.window))
        application.window.resize(_window_size(options.size))
        opening = Opening(application.window)
        application.window.closing.connect(opening.stop)
        opening.opened.connect(partial(application.start, options.note))
        application.loading.devices_found.connect(_freeze)
        application.window.show()
        if options.screenshot is not None:
            application.first_frames.take_screenshot_when_ready(
                options.screenshot, application.shown_source
            )
        if options.record is not None:
            application.first_frames.all_shown.connect(
                partial(application.recording.record, options.record)
            )
        for output in options.outputs:
            opening.opened.connect(partial(application.outputs.begin, output))
        if options.outputs:
            application.outputs.failed.connect(_print_failure)
        application.page.addressed.connect(_print_address)
        if options.quit_when_shown:
            application.first_frames.all_shown.connect(application.window.close)
            application.engine.changed.connect(partial(_close_if_in_vain, application))
        if options.quit_after_s is not None:
            QTimer.singleShot(round(options.quit_after_s * 1000), application.window.close)
        code = qt_application.exec()
        failure = application.screen.why_nothing_was_shown()
    if any_abandoned():
        # A thread hangs in a driver or a download. Nothing of ours is left to save, and the
        # interpreter would abort on it.
        log.error("exiting with a thread that does not end")
        if failure:
            print(failure, file=sys.stderr, flush=True)
        logging.shutdown()
        os._exit(1 if failure else code)
    if failure:
        raise SourceError(failure)
    return code


def _close_if_in_vain(application: Application) -> None:
    """Wait no longer for pictures of a source that cannot be opened."""
    if application.engine.capture.status.failed and application.screen.why_nothing_was_shown():
        application.window.close()


def _print_address(address: str) -> None:
    print(address, flush=True)


def _print_failure(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _freeze(_devices: object) -> None:
    freeze_modules()  # all that is large is loaded


@contextmanager
def closing_on_signals(window: QWidget) -> Iterator[None]:
    """Close the window when asked to stop, so that settings and recordings are saved.

    Python runs a signal handler when its code runs next, which the status strip's timer ensures.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        # Deferred, because the signal may arrive during painting.
        QTimer.singleShot(0, window.close)

    with on_stop_signals(leave):
        yield


def make_qt_application(settings: Settings | None = None) -> QApplication:
    """Return the QApplication, themed by the settings and set up for OpenGL in several windows."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Panes that move between windows keep their OpenGL contexts only if these share.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    made = QApplication(sys.argv[:1])
    made.setApplicationName("FlashDepth Live")
    show_appearance(made, settings or Settings())
    qInstallMessageHandler(_log_qt)
    return made


def _window_size(asked: tuple[int, int] | None) -> QSize:
    if asked is not None:
        return QSize(*asked)
    screen = QGuiApplication.primaryScreen()
    room = screen.availableSize() if screen is not None else QSize(1280, 720)
    return QSize(min(1600, room.width() * 9 // 10), min(1000, room.height() * 9 // 10))


_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _log_qt(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
    log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)
