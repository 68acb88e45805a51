"""The table of views: what each must have, and that a new one is one file and one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.settings.settings import Settings
from app.views.table import KEYS, every_view, find
from widgets.arrangement import PANES
from widgets.theme import resource_path

ROOT = Path(__file__).resolve().parents[3]

SPLIT = """
from app.views.spec import ViewSpec
from widgets.arrangement import Layout, PaneKind, ViewPane
from widgets.pane_content import PaneContent, Scale

PANE = ViewPane("split", PaneKind.LEVELS, replaces=("depth_a", "depth_b"), title="Split")


def fill(result, settings, table):
    scale = Scale(0.0, 1.0, "relative")
    return {"split": PaneContent(result.lanes["a"].levels, table, scale, caption="as planted")}


VIEW = ViewSpec(
    key="split", title="Split A / B", shortcut="Y", tip="Split the picture", icon="wipe",
    headline="Two halves", caption="The upper half is A.", layout=Layout((PANE,)), fill=fill,
)
"""

USE = """
import sys
from pathlib import Path

import numpy as np

from app import cli
from app.core.results import FrameResult, LaneResult
from app.settings.presets import view_title
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.sources.opening import open_source
from app.soak import actions
from app.ui.application import Application
from app.ui.captions import caption
from app.ui.gui import make_application
from app.ui.resolve import display_options
from models.frames import DepthMap, Frame, Unit

settings = Settings(view="split")
assert view_title({"view": "split"}) == "Split A / B"
assert caption(settings, "")[0] == "Two halves"
qt = make_application()
application = Application(settings, open_source, SettingsStore(Path(sys.argv[1])))
assert application.actions["view.split"].text() == "&Split A / B"
assert application.actions["view.split"].shortcut().toString() == "Y"
assert application.window.views.findChild(object, "split") is not None
display, stage = application.display, application.window.stage
display.apply(display_options(settings))
assert stage.shown() == ("rgb", "split", "cloud"), stage.shown()
grey = np.full((48, 64), 9, np.uint8)
depth = DepthMap(np.ones((48, 64), np.float32), Unit.RELATIVE, 0)
lanes = {"a": LaneResult("flashdepth-lite", depth, grey, (0.0, 1.0), 1.0, False)}
display.show(FrameResult(Frame(np.zeros((48, 64, 3), np.uint8), 0, 0, 0, 0.0), lanes))
assert stage.pane("split").header().caption == "as planted"
application.controller.toggle_view("split")
assert application.model.value.view == "side"
application.close()
for words in (["--help"], ["bench", "--help"]):
    try:
        cli.run(words)
    except SystemExit:
        pass
"""


def test_a_new_view_is_one_file_and_one_line(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "app/views/split.py").write_text(SPLIT, "utf-8")
    table = tmp_path / "app/views/table.py"
    lines = table.read_text("utf-8")
    assert lines.count('    "xt",\n') == 1
    table.write_text(lines.replace('    "xt",\n', '    "xt",\n    "split",\n'), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", USE, str(tmp_path / "default.json")],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    window, bench = done.stdout.split("usage:")[1:]
    assert "split" in window
    assert "xt,split,all}" in bench


def test_no_two_views_share_a_key_a_shortcut_or_a_title() -> None:
    for what in ("key", "shortcut", "title"):
        assert len({getattr(view, what) for view in every_view()}) == len(KEYS), what


@pytest.mark.parametrize("key", KEYS)
def test_a_view_names_a_picture_for_its_button_and_panes_that_it_replaces(key: str) -> None:
    view = find(key)
    assert any(resource_path("icons").glob(f"{view.icon}.*"))
    assert view.headline
    for pane in view.layout.panes:
        assert pane.replaces
        assert set(pane.replaces) <= set(PANES)


@pytest.mark.parametrize("key", KEYS)
def test_a_view_asks_for_no_more_than_its_own_part(key: str) -> None:
    request = find(key).needs(Settings())
    assert request.edges == ""
    assert request.pins == ()


def test_an_unknown_view_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        find("spec")  # a module of the room that defines no view
