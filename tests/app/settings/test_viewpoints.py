"""Saved viewpoints: what is saved comes back, what is damaged is set aside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.settings.slot_store import MAX_NAME
from app.settings.viewpoints import Viewpoint, ViewpointStore
from renderers.camera import CameraPose

VIEW = Viewpoint("From the left", CameraPose((0.5, -0.25, -3.0), 2.5, -40.0, 12.0))


@pytest.fixture
def store(tmp_path: Path) -> ViewpointStore:
    return ViewpointStore.beside(tmp_path / "default.json")


def test_viewpoints_come_back_as_they_were(store: ViewpointStore) -> None:
    assert store.load() == ({}, "")
    store.put(3, VIEW)
    store.put(1, Viewpoint("Home", CameraPose()))
    assert store.load() == ({1: Viewpoint("Home", CameraPose()), 3: VIEW}, "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"views": 3}', "[" * 100_000])
def test_a_damaged_file_is_set_aside(store: ViewpointStore, tmp_path: Path, text: str) -> None:
    path = tmp_path / "default.views.json"
    path.write_text(text, encoding="utf-8")
    views, note = store.load()
    assert views == {}
    assert "damaged" in note
    assert not path.exists()
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == [text]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "x" * (MAX_NAME + 1)},
        {"name": 3},
        {"pose": None},
        {"pose": {"target": [0, 0], "distance": 1, "yaw_deg": 0, "pitch_deg": 0}},
        {"pose": {"target": [0, 0, 0], "distance": 0, "yaw_deg": 0, "pitch_deg": 0}},
        {"pose": {"target": [0, 0, 0], "distance": 1, "yaw_deg": "NaN", "pitch_deg": 0}},
        {"pose": {"target": [0, 0, 1e99], "distance": 1, "yaw_deg": 0, "pitch_deg": 0}},
    ],
)
def test_a_viewpoint_with_impossible_values_is_left_out(
    store: ViewpointStore, tmp_path: Path, change: dict[str, object]
) -> None:
    store.put(1, VIEW)
    store.put(2, VIEW)
    path = tmp_path / "default.views.json"
    document = json.loads(path.read_text())
    document["views"]["1"] |= change
    path.write_text(json.dumps(document))
    assert store.load() == ({2: VIEW}, "")
