"""A lane without its model says so without a command, and has a button to install it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.core.results import FrameResult
from app.settings.model import SettingsModel
from app.ui.features.missing_models import MissingModelController
from app.ui.main_window import MainWindow
from models import install, registry
from models.plain_text import without_command
from tests.support.display import FakeDisplay
from tests.support.fakes import make_frame
from tests.support.finding import button

MODEL = "depth-anything-v2-l"
TOPIC = "install b"


@dataclass
class Bench:
    """A window whose lane B has `MODEL`, and what was to be installed."""

    window: MainWindow
    model: SettingsModel = field(default_factory=SettingsModel)
    display: FakeDisplay = field(default_factory=FakeDisplay)
    installed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model.replace(model_b=MODEL)
        parts: tuple[Any, ...] = (self.window, self.display, self.model, self)
        self.controller = MissingModelController(*parts)

    def install(self, name: str) -> None:
        self.installed.append(name)

    def show(self, **failures: str) -> None:
        self.display.shown.emit(FrameResult(make_frame(), {}, failures))


@pytest.fixture
def bench(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))
    return Bench(window)


def _missing() -> str:
    reason = registry.find(MODEL).missing()
    assert reason is not None
    return reason


def test_the_pane_of_a_missing_model_has_a_button_that_installs_it(bench: Bench) -> None:
    bench.show(b=_missing())
    notices = bench.window.stage.depth_b.notices
    notice = notices.notice(TOPIC)
    assert notice is not None and notice.text.endswith(" is not installed.")
    button(notices, "Install…").click()
    assert bench.installed == [MODEL]
    bench.show()
    assert notices.notice(TOPIC) is None


def test_in_a_view_without_that_pane_the_button_is_over_the_pictures(bench: Bench) -> None:
    stage = bench.window.stage
    stage.set_visible_panes(("rgb", "depth_a"))
    bench.show(b=_missing())
    assert stage.depth_b.notices.notice(TOPIC) is None
    button(stage.notices, "Install…").click()
    assert bench.installed == [MODEL]


def test_a_model_that_fails_for_another_reason_has_no_button(bench: Bench) -> None:
    bench.model.replace(model_b="flashdepth-lite")
    bench.show(b="There is too little memory; choose a smaller input size.")
    assert bench.window.stage.depth_b.notices.notice(TOPIC) is None


def test_an_audience_sees_no_button(bench: Bench) -> None:
    bench.model.replace(presenter=True)
    bench.show(b=_missing())
    assert bench.window.stage.depth_b.notices.notice(TOPIC) is None


def test_no_reason_in_the_window_names_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHDEPTH_CACHE", str(tmp_path))
    names = [*(entry.name for entry in registry.entries()), "hf:org/model"]
    reasons = [reason for name in names if (reason := registry.find(name).missing())]
    assert len(reasons) > 3
    for reason in map(without_command, reasons):
        assert "main.py" not in reason and "pip" not in reason and "`" not in reason
        assert reason.endswith(".") and len(reason) > 15


def test_a_download_that_fails_names_the_button_instead_of_a_command() -> None:
    said = without_command("There is no network; download it elsewhere and use `models add`.")
    assert said == "There is no network; download it elsewhere and choose Add from file."


@pytest.mark.parametrize(
    ("name", "can"),
    [(MODEL, True), ("flashdepth-s", True), ("flashdepth-lite", False), ("hf:./folder", False)],
)
def test_what_has_published_weights_can_be_installed(name: str, can: bool) -> None:
    assert install.can_install(name) is can
