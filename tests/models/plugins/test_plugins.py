"""A plug-in is a lane like any other, and what it does wrong costs that lane alone."""

from __future__ import annotations

import importlib.metadata
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import plugins, registry
from models.checked import CheckedSession
from models.errors import UsageError, UserError
from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit

FRAME = Frame(np.zeros((12, 16, 3), np.uint8), 3, 0, 0, 0.1)
EXAMPLE = Path(__file__).parents[3] / "examples" / "torch_plugin.py"


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models that a test registers are forgotten after it."""
    registry.entries()
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))


def write(folder: Path, code: str) -> Path:
    path = folder / "mine.py"
    path.write_text(textwrap.dedent(code), encoding="utf-8")
    return path


def test_the_example_runs_as_a_lane() -> None:
    assert plugins.load_file(EXAMPLE) == ("brightness",)
    entry = registry.find("brightness+ema")
    assert entry.title == "Brightness + EMA"
    session = entry.open(EstimatorOptions())
    rgb = np.zeros((16, 32, 3), np.uint8)
    rgb[:, 16:] = 255
    shown = session.submit(Frame(rgb, 0, 0, 0, 0.0), FrameMemo()).result().upsampled()
    assert shown.disparity.shape == (16, 32)
    assert shown.disparity[:, :4].max() < 0.05 and shown.disparity[:, -4:].min() > 0.95
    session.close()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("x = 1", "has no plug-in"),
        ("raise OSError('no driver')", "cannot be imported: OSError: no driver"),
        ("def f(:", "cannot be imported: SyntaxError"),
        ("class A:\n    name = 'off'\n    def open(self, options): ...", "registered already"),
    ],
)
def test_a_file_that_is_no_plug_in_is_told(tmp_path: Path, code: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        plugins.load_file(write(tmp_path, code))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no plug-in file .*nothing\.py"):
        plugins.load_file(tmp_path / "nothing.py")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (
            "raise RuntimeError('out of cheese')",
            "Can't open the plug-in .*: RuntimeError: out of cheese",
        ),
        ("return object()", r"without submit\(\)"),
    ],
)
def test_a_plug_in_that_does_not_open_is_told(tmp_path: Path, body: str, sentence: str) -> None:
    code = f"class A:\n    name = 'mine'\n    def open(self, options):\n        {body}"
    plugins.load_file(write(tmp_path, code))
    with pytest.raises(UserError, match=sentence):
        registry.find("mine").open(EstimatorOptions())


class Returns(BlockingSession):
    """Returns whatever it is told to."""

    def __init__(self, what: Any) -> None:
        self.what = what

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        made: Prediction = self.what
        return made

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


def prediction(disparity: Any, index: int = 3) -> Prediction:
    return Prediction(disparity, Unit.RELATIVE, index, FRAME.size)


HOLED = np.ones((12, 16), np.float32)
HOLED[2] = np.nan


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (None, "returned NoneType instead of a Prediction"),
        (prediction(np.ones((6, 8))), "float64 disparity instead of a float32"),
        (prediction([[1.0]]), "list disparity"),
        (prediction(np.ones((1, 6, 8), np.float32)), r"shape \(1, 6, 8\)"),
        (prediction(np.full((6, 8), np.nan, np.float32)), "no finite disparity"),
        (prediction(HOLED[:6, :8]), "at another size than the frame's"),
        (prediction(-np.ones((6, 8), np.float32)), "negative disparity"),
        (prediction(np.ones((6, 8), np.float32), index=9), "another frame"),
    ],
)
def test_what_is_not_as_promised_is_said(what: object, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        CheckedSession(Returns(what), "mine").submit(FRAME, FrameMemo())


def test_unknown_pixels_at_the_frames_size_are_as_promised() -> None:
    session = CheckedSession(Returns(prediction(HOLED)), "mine")
    shown = session.submit(FRAME, FrameMemo()).result().disparity
    assert np.isnan(shown[2]).all() and np.isfinite(shown[3]).all()


def test_plug_ins_of_packages_are_listed_without_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there.py").write_text("raise ImportError('never asked')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    point = importlib.metadata.EntryPoint("there-depth", "there:Depth", plugins.GROUP)
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [point])
    (entry,) = plugins.installed()
    assert entry.name == "there-depth"
    with pytest.raises(UserError, match="cannot be imported: ImportError: never asked"):
        entry.open(EstimatorOptions())
