"""Conversion from the window: what the command line writes, of the frame on screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import OpenEXR
import pytest
from PyQt6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from app.convert.formats import FORMATS
from app.core.calibrated import SourceCalibration
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.features.convert import ConvertController
from models.geometry import Calibration
from tests.support.recordings import make_recording, make_result

FRAMES = 4


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    make_recording(tmp_path / "talk", map(make_result, range(FRAMES)))
    return tmp_path / "talk"


@pytest.fixture
def parts() -> SimpleNamespace:
    """The controller and the display, as far as a conversion has to do with them."""
    return SimpleNamespace(instead="", calibration=None, last=make_result(2))


@pytest.fixture
def convert(qtbot: QtBot, recording: Path, parts: SimpleNamespace) -> Iterator[ConvertController]:
    window = QWidget()
    qtbot.addWidget(window)
    model = SettingsModel(Settings(source=str(recording), cloud_lane="b"))
    shown: Any = parts
    controller = ConvertController(window, model, shown, shown)
    yield controller
    controller.close()
    for dialog in window.findChildren(QFileDialog):
        dialog.close()


def said_of(qtbot: QtBot, convert: ConvertController, recording: Path, path: Path) -> str:
    with qtbot.waitSignal(convert.said, timeout=60_000) as said:
        convert.convert(recording, str(path))
    return str(said.args[0])


def test_the_frame_on_screen_and_the_lane_of_the_cloud_are_written(
    qtbot: QtBot, convert: ConvertController, recording: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.exr"
    assert said_of(qtbot, convert, recording, path) == f"Saved in {path}."
    header = OpenEXR.File(str(path)).header()
    assert (header["model"], header["time"]) == ("net-b", pytest.approx(2 / 25))
    assert header["depthUnit"] == "arbitrary (relative disparity)"


def test_what_was_calibrated_in_the_window_is_in_metres(
    qtbot: QtBot,
    convert: ConvertController,
    parts: SimpleNamespace,
    recording: Path,
    tmp_path: Path,
) -> None:
    parts.calibration = SourceCalibration("b", "net-b", Calibration(0.1, 0.5), 1)
    said_of(qtbot, convert, recording, tmp_path / "a.exr")
    file = OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True)
    assert file.header()["depthUnit"] == "metre"
    disparity = np.asarray(file.channels()["disparity.Z"].pixels)
    known = np.asarray(file.channels()["mask.a"].pixels) > 0
    depth = np.asarray(file.channels()["Z"].pixels)
    np.testing.assert_allclose(depth[known], 1 / (0.1 + 0.5 * disparity[known]), rtol=1e-5)


def test_another_recording_starts_at_its_first_frame_and_is_not_calibrated(
    qtbot: QtBot,
    convert: ConvertController,
    parts: SimpleNamespace,
    recording: Path,
    tmp_path: Path,
) -> None:
    parts.calibration = SourceCalibration("b", "net-b", Calibration(0.1, 0.5), 1)
    other = tmp_path / "other"
    make_recording(other, map(make_result, range(2)))
    said_of(qtbot, convert, other, tmp_path / "a.exr")
    header = OpenEXR.File(str(tmp_path / "a.exr")).header()
    assert header["time"] == 0 and header["depthUnit"] != "metre"


def test_what_goes_wrong_is_one_sentence(
    qtbot: QtBot, convert: ConvertController, recording: Path, tmp_path: Path
) -> None:
    with qtbot.waitSignal(convert.said) as said:
        convert.convert(recording, str(tmp_path / "a.obj"))
    assert "choose one of the list" in str(said.args[0])
    assert "not a recording" in said_of(qtbot, convert, tmp_path, tmp_path / "a.mp4")
    assert not list(tmp_path.glob("a.*"))


def test_the_dialogue_offers_every_format_and_names_the_file_after_the_recording(
    convert: ConvertController,
) -> None:
    convert.ask()
    (dialog,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, QFileDialog))
    filters = dialog.nameFilters()
    assert len(filters) == len(FORMATS)
    for name, text in zip(FORMATS, filters, strict=True):
        dialog.filterSelected.emit(text)
        assert dialog.defaultSuffix() == name
    assert dialog.windowTitle() == "Convert talk"
