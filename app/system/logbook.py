"""The log file, its line per minute, and the text behind "Copy diagnostics"."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import statistics
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import platformdirs
import psutil

from app.system.environment import environment
from app.system.log_format import LogFormatter
from app.system.redaction import without_secrets

log = logging.getLogger(__name__)

_FILE = "flashdepth-live.log"
_FILE_BYTES = 1 << 20
_OLD_FILES = 4
_OURS = ("app", "widgets", "renderers", "models", "__main__")
_TAIL_LINES = 40
_TAIL_BYTES = 16 << 10


def log_path() -> Path:
    """Path of the log file; the environment variable FLASHDEPTH_LOG names another folder."""
    folder = os.environ.get("FLASHDEPTH_LOG") or platformdirs.user_log_dir(
        "flashdepth-live", appauthor=False
    )
    return Path(folder) / _FILE


@contextlib.contextmanager
def logging_to_file(path: Path | None = None) -> Iterator[Path | None]:
    """Log into `path` (default: log_path()); yields None if it cannot be written.

    Five files of a megabyte are kept. Terminal output does not change. Uncaught exceptions on any
    thread are logged too.
    """
    target = path or log_path()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            target, maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8"
        )
    except OSError as error:
        log.warning("no log file: %s", error)
        yield None
        return
    handler.setFormatter(LogFormatter())
    handler.addFilter(_is_relevant)
    with _attached(handler), _uncaught_logged():
        yield target


@contextlib.contextmanager
def _attached(handler: logging.Handler) -> Iterator[None]:
    root = logging.getLogger()
    before = root.level
    raised = [other for other in root.handlers if other.level < before]
    levels = [other.level for other in raised]
    for other in raised:  # the root's level is lowered; these handlers must keep theirs
        other.setLevel(before)
    root.setLevel(min(before, logging.INFO))
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        handler.close()
        root.setLevel(before)
        for other, level in zip(raised, levels, strict=True):
            other.setLevel(level)


@contextlib.contextmanager
def _uncaught_logged() -> Iterator[None]:
    main, threads = sys.excepthook, threading.excepthook

    def on_main(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.critical("uncaught", exc_info=(kind, error, trace))
        main(kind, error, trace)

    def on_thread(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread is not None else "a thread"
        log.critical("uncaught on %s", name, exc_info=args.exc_value)
        threads(args)

    sys.excepthook, threading.excepthook = on_main, on_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = main, threads


def _is_relevant(record: logging.LogRecord) -> bool:
    """Keep our own records from the root's level on, and warnings and worse of libraries."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] in _OURS


@dataclass(frozen=True, slots=True)
class Vitals:
    """Current figures of the app.

    Attributes
    ----------
    fps
        Frames per second.
    latency_ms
        Capture to screen.
    dropped, gaps
        Counted since its start.
    note
        Text to append to the line.
    """

    fps: float
    latency_ms: float
    dropped: int
    gaps: int = 0
    note: str = ""


class MinuteSummary:
    """Writes one line per minute from figures that arrive about once a second. Single-threaded."""

    def __init__(self, every_s: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._every_s = every_s
        self._clock = clock
        self._since_s = clock()
        self._before = Vitals(0.0, 0.0, 0)
        self._seen: deque[Vitals] = deque(maxlen=600)

    def note(self, vitals: Vitals) -> None:
        """Add figures; when a minute is over, log their medians and start again."""
        self._seen.append(vitals)
        if self._clock() - self._since_s < self._every_s:
            return
        fps = statistics.median(v.fps for v in self._seen)
        latency_ms = statistics.median(v.latency_ms for v in self._seen)
        log.info(
            "%.1f fps, %.0f ms, %d dropped, %d gaps, %d MB, %d threads%s",
            fps,
            latency_ms,
            vitals.dropped - self._before.dropped,
            vitals.gaps - self._before.gaps,
            psutil.Process().memory_info().rss >> 20,
            threading.active_count(),
            f", {vitals.note}" if vitals.note else "",
        )
        self._since_s = self._clock()
        self._before = vitals
        self._seen.clear()


def diagnostics(settings: Mapping[str, object], state: Mapping[str, str]) -> str:
    """Text for a bug report: versions, hardware, what runs, settings, the end of the log.

    Nothing is probed for it, cameras least of all, and addresses lose their passwords.

    Parameters
    ----------
    settings
        Settings by name.
    state
        What is on screen now, by name, such as source and frames per second.
    """
    process = psutil.Process()
    facts = {
        **environment(),
        "memory in use": f"{process.memory_info().rss >> 20} MB",
        "threads": str(threading.active_count()),
        "cameras": "not queried; a camera is opened only when it is chosen",
    }
    sections = {
        "Environment": [f"{name}: {value}" for name, value in facts.items()],
        "Now": [f"{name}: {value}" for name, value in state.items()],
        "Settings": [f"{name} = {value!r}" for name, value in settings.items()],
        f"Log ({log_path()})": _tail(log_path()),
    }
    text = "\n\n".join("\n".join([f"## {title}", *lines]) for title, lines in sections.items())
    return without_secrets(f"# FlashDepth Live diagnostics\n\n{text}\n")


def _tail(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            text = file.read(_TAIL_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ["no log file"]
    return text.splitlines()[-_TAIL_LINES:]
