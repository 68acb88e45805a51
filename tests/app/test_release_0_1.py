"""Files that version 0.1 wrote still open: settings, presets, viewpoints and a recording."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.core.source import Ended
from app.recording.reader import Recording
from app.settings.model import SettingsModel
from app.settings.presets import PresetStore
from app.settings.store import SettingsStore
from app.settings.viewpoints import Viewpoint, ViewpointStore
from app.sources.recording import RecordingSource
from models.frames import Frame, Unit
from renderers.camera import CameraPose

WRITTEN = Path(__file__).parents[1] / "fixtures" / "release_0_1"
SET_UP: dict[str, Any] = {
    "source": "synthetic:3",
    "pacing": "every-frame",
    "mirror": True,
    "rotate": 90,
    "model_a": "flashdepth-lite",
    "model_b": "flashdepth-lite-per-frame+ema",
    "memory": False,
    "input_size": 224,
    "ema_factor": 0.7,
    "range_mode": "fixed",
    "range_far": 0.25,
    "range_near": 2.5,
    "range_locked": True,
    "colormap": "turbo",
    "edges": True,
    "panes": ("rgb", "depth_a", "cloud"),
    "view": "xt",
    "cloud_stride": 2,
    "cloud_edge_ratio": 1.2,
    "cloud_fov_deg": 75.0,
    "cloud_offset": 0.1,
    "cloud_gain": 0.5,
    "cloud_background": "#202430",
    "difference_alignment": "frame",
    "flicker_window": 30,
    "scan_line": 0.25,
    "charts": True,
    "budget_fps": 24.0,
    "presenter": True,
}
"""What the settings file and preset 7 hold and no default of 0.1 was."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files, since a store moves one aside that it cannot read."""
    return Path(shutil.copytree(WRITTEN, tmp_path / "release_0_1"))


@pytest.fixture
def recording(folder: Path) -> Iterator[Recording]:
    opened = Recording(folder / "recording")
    yield opened
    opened.close()


def test_every_setting_comes_back_as_it_was_written(folder: Path) -> None:
    settings, note = SettingsStore(folder / "default.json").load()
    assert note == ""
    assert {key: getattr(settings, key) for key in SET_UP} == SET_UP
    assert (settings.attract_after_s, settings.fallback_after_s) == (90.0, 5.0)
    assert (settings.sound_volume, settings.hint_seen) == (0.4, True)
    written = json.loads((WRITTEN / "default.json").read_text())["settings"]
    read = json.loads(json.dumps(settings.as_dict()))
    assert {key: read[key] for key in written} == written


def test_presets_come_back_with_their_names(folder: Path) -> None:
    presets, note = PresetStore.beside(folder / "default.json").load()
    assert note == ""
    assert {slot: preset.name for slot, preset in presets.items()} == {
        1: "Wipe of memory",
        7: "Flicker",
    }
    assert {key: presets[7].values[key] for key in SET_UP} == SET_UP
    first = presets[1].values
    assert (first["view"], first["source"]) == ("wipe", "synthetic")
    assert (first["model_a"], first["model_b"]) == ("flashdepth-lite", "off")
    written = json.loads((WRITTEN / "default.presets.json").read_text())["presets"]
    assert {str(slot): set(preset.values) for slot, preset in presets.items()} == {
        slot: set(values) for slot, values in written.items()
    }


def test_recalling_a_preset_of_0_1_sets_up_the_window(folder: Path) -> None:
    presets, _note = PresetStore.beside(folder / "default.json").load()
    model = SettingsModel()
    model.replace(**presets[7].values)
    assert {key: getattr(model.value, key) for key in SET_UP} == SET_UP


def test_viewpoints_come_back_where_they_stood(folder: Path) -> None:
    assert ViewpointStore.beside(folder / "default.json").load() == (
        {
            1: Viewpoint("From above", CameraPose((0.0, 0.5, 2.0), 3.0, 20.0, 60.0)),
            4: Viewpoint("Left", CameraPose((0.0, 0.0, 1.0), 1.5, -45.0, 5.0)),
        },
        "",
    )


def test_the_recording_is_complete_and_names_what_made_it(recording: Recording) -> None:
    contents = recording.contents
    assert (len(recording.frames), contents.gaps, contents.problems) == (25, 0, ())
    assert contents.ended
    assert recording.seconds == 0.96
    assert recording.models == {"a": "flashdepth-lite", "b": "flashdepth-lite-per-frame"}
    assert recording.manifest.app_version == "0.1.0"
    assert recording.manifest.source == "Scene 3"
    assert {recording.size(entry) for entry in recording.frames} == {(96, 72)}


def test_the_recorded_disparity_is_what_0_1_estimated(recording: Recording) -> None:
    for number, lowest, highest in ((0, 0.8618096, 3.6877913), (24, 0.83269006, 3.5506525)):
        lane = recording.lane(recording.frames[number], "a", number)
        assert lane is not None
        disparity = lane.depth.disparity
        assert (disparity.shape, disparity.dtype) == ((72, 96), np.float32)
        assert lane.depth.unit is Unit.RELATIVE
        assert (disparity.min(), disparity.max()) == pytest.approx((lowest, highest))


def test_the_recording_plays_from_its_first_frame_to_its_last(folder: Path) -> None:
    source = RecordingSource(folder / "recording")
    frames = []
    while isinstance(frame := source.read(5), Frame):
        frames.append(frame)
    source.close()
    assert isinstance(frame, Ended)
    assert [frame.index for frame in frames] == list(range(25))
    assert all(set(frame.recorded or {}) == {"a", "b"} for frame in frames)
