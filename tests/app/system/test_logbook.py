"""The log: what is in the file, what is not, and what "Copy diagnostics" gives away."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.system import logbook
from app.system.logbook import MinuteSummary, Vitals, diagnostics, log_path, logging_to_file
from app.system.redaction import without_secrets

log = logging.getLogger("app.test")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The log goes into a folder of the test; the root logger is as it is without --debug."""
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path / "logs"))
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.CRITICAL)
    yield tmp_path / "logs"
    root.setLevel(before)


def test_the_environment_variable_names_the_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert log_path() == folder / "flashdepth-live.log"
    monkeypatch.delenv("FLASHDEPTH_LOG")
    assert log_path().name == "flashdepth-live.log"
    assert folder not in log_path().parents


def test_ours_is_logged_from_info_on_and_libraries_only_when_they_warn() -> None:
    with logging_to_file() as path:
        assert path == log_path()
        log.info("a lane was reset")
        log.debug("too fine")
        logging.getLogger("somelibrary.part").info("chatter")
        logging.getLogger("somelibrary.part").warning("trouble")
    text = log_path().read_text(encoding="utf-8")
    assert "INFO app.test: a lane was reset" in text
    assert "trouble" in text
    assert "chatter" not in text
    assert "too fine" not in text


def test_the_terminal_stays_as_quiet_as_it_was_and_all_is_put_back() -> None:
    heard: list[str] = []

    class Terminal(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    terminal, root = Terminal(), logging.getLogger()
    root.addHandler(terminal)
    before = list(root.handlers)
    try:
        with logging_to_file():
            log.error("for the file only")
        assert heard == []
        assert terminal.level == logging.NOTSET
        assert (root.level, root.handlers) == (logging.CRITICAL, before)
    finally:
        root.removeHandler(terminal)


def test_the_file_rotates_and_its_number_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "_FILE_BYTES", 2000)
    with logging_to_file() as path:
        for i in range(400):
            log.info("line %d of many that together are longer than one file", i)
    assert path is not None
    files = sorted(path.parent.iterdir())
    assert len(files) == 5
    assert all(file.stat().st_size <= 2200 for file in files)
    assert "line 399" in path.read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_means_no_log_and_no_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "blocked").touch()
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path / "blocked" / "logs"))
    with logging_to_file() as path:
        assert path is None
        log.info("goes nowhere")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_nobody_caught_on_a_thread_is_in_the_log() -> None:
    def fail() -> None:
        raise KeyError("lost key")

    with logging_to_file():
        thread = threading.Thread(target=fail, name="inference")
        thread.start()
        thread.join()
    text = log_path().read_text(encoding="utf-8")
    assert "uncaught on inference" in text
    assert "lost key" in text
    assert "Traceback" in text


def test_one_line_a_minute_says_how_it_goes(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    line = MinuteSummary(60.0, lambda: now[0])
    with caplog.at_level(logging.INFO, "app.system.logbook"):
        for second in range(1, 125):
            now[0] = float(second)
            line.note(Vitals(24.0, 41.0 if second % 10 else 900.0, second // 2, second // 40))
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert said[0].startswith("24.0 fps, 41 ms, 30 dropped, 1 gaps, ")
    assert said[1].startswith("24.0 fps, 41 ms, 30 dropped, 2 gaps, ")
    assert " MB, " in said[0]


def test_passwords_and_the_home_folder_stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/anna"))
    text = "cannot open rtsp://anna:pa55@10.0.0.7/live for /home/anna/clips/a.mp4"
    assert without_secrets(text) == "cannot open rtsp://10.0.0.7/live for ~/clips/a.mp4"
    with logging_to_file():
        log.warning("%s", text)
    assert "pa55" not in log_path().read_text(encoding="utf-8")


def test_diagnostics_say_what_helps_and_nothing_secret() -> None:
    with logging_to_file():
        log.warning("the camera went away")
        text = diagnostics(
            {"model_a": "flashdepth-lite", "source": "rtsp://anna:pa55@10.0.0.7/live"},
            {"source": "Built-in scene", "speed": "24.1 fps"},
        )
    assert "python: 3" in text
    assert "cameras: not queried" in text
    assert "model_a = 'flashdepth-lite'" in text
    assert "speed: 24.1 fps" in text
    assert "the camera went away" in text
    assert "pa55" not in text


def test_diagnostics_work_without_a_log() -> None:
    assert "no log file" in diagnostics({}, {})
