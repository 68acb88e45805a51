"""The checks of conftest.py catch what they are there for, and let clean tests pass."""

from pathlib import Path

import pytest

pytest_plugins = "pytester"

LEAKY = """
import threading
import pytest
from PyQt6.QtCore import QThread, QTimer
from PyQt6.QtWidgets import QWidget

KEPT = []


class Sleeper(QThread):
    def run(self):
        self.msleep(3000)


def test_thread_is_left():
    KEPT.append(threading.Event())
    threading.Thread(target=KEPT[-1].wait, name="straggler", daemon=True).start()


def test_qthread_is_left():
    KEPT.append(Sleeper(objectName="sleeper"))
    KEPT[-1].start()


def test_timer_is_left(qapp):
    KEPT.append(QTimer(objectName="ticker"))
    KEPT[-1].start(1000)


def test_single_shot_is_left(qapp):
    QTimer.singleShot(60_000, print)


def test_visible_window_is_left(qapp):
    KEPT.append(QWidget(objectName="shown"))
    KEPT[-1].show()


def test_hidden_window_is_left(qapp):
    KEPT.append(QWidget(objectName="unseen"))


def test_what_was_left_before_is_not_held_against_the_next(qapp):
    assert KEPT
    KEPT[0].set()
    assert KEPT[1].wait(9000)
"""

CLEAN = """
import threading
from PyQt6.QtCore import QThread, QTimer
from PyQt6.QtWidgets import QComboBox, QWidget


def test_thread_that_ends_soon():
    done = threading.Event()
    threading.Thread(target=done.wait, args=(0.2,)).start()


def test_qthread_that_was_waited_for(qapp):
    thread = QThread()
    thread.start()
    thread.quit()
    assert thread.wait(2000)


def test_timer_that_was_stopped(qapp):
    timer = QTimer()
    timer.start(1000)
    timer.stop()


def test_timer_that_went_with_its_owner(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    QTimer(widget).start(1000)


def test_single_shot_that_fired(qtbot):
    fired = []
    QTimer.singleShot(0, lambda: fired.append(1))
    qtbot.waitUntil(lambda: fired == [1])


def test_widget_that_qtbot_closes(qtbot):
    widget = QComboBox()
    qtbot.addWidget(widget)
    widget.show()


def test_widget_that_goes_out_of_scope(qapp):
    widget = QWidget()
    widget.itself = widget
    widget.show()
"""


COMPLAINTS = {
    "test_thread_is_left": "threads left behind: straggler",
    "test_qthread_is_left": "QThreads left running: sleeper",
    "test_timer_is_left": "timers left running: ticker of nobody",
    "test_single_shot_is_left": "timers left running: QTimer of nobody",
    "test_visible_window_is_left": "windows left behind: visible shown",
    "test_hidden_window_is_left": "windows left behind: hidden unseen",
}


def _run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, text: str) -> pytest.RunResult:
    checks = (Path(__file__).parent / "conftest.py").read_text(encoding="utf-8")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    assert "GRACE_S = PATIENCE_S" in checks
    pytester.makeconftest(checks.replace("GRACE_S = PATIENCE_S", "GRACE_S = 0.5"))
    pytester.makeini("[pytest]\nqt_api = pyqt6\n")
    pytester.makepyfile(text)
    return pytester.runpytest_subprocess("-p", "no:xvfb", "-p", "no:cacheprovider", timeout=120)


def test_each_kind_of_leak_fails_the_test_that_left_it_and_no_other(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = _run(pytester, monkeypatch, LEAKY)
    result.assert_outcomes(passed=len(COMPLAINTS) + 1, errors=len(COMPLAINTS))
    output = result.stdout.str()
    for test, complaint in COMPLAINTS.items():
        _, _, after = output.partition(f"ERROR at teardown of {test}")
        assert complaint in after.split("ERROR at teardown of ")[0], test


def test_tests_that_tidy_up_pass(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(pytester, monkeypatch, CLEAN).assert_outcomes(passed=7)
