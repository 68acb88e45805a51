"""Two windows of one profile: what one changes survives what the other one writes."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest

from app.settings.model import SettingsModel
from app.settings.presets import NamedPreset, PresetStore, preset_of
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.settings.viewpoints import Viewpoint, ViewpointStore
from app.system.json_files import locked
from app.ui.features.presets import PresetsController
from renderers.camera import CameraPose


def test_settings_that_one_window_changed_survive_the_other(tmp_path: Path) -> None:
    one, other = (SettingsStore(tmp_path / "default.json") for _ in range(2))
    settings, _ = one.load()
    others, _ = other.load()
    one.save(replace(settings, colormap="viridis", mirror=True))
    other.save(replace(others, view="wipe"))
    found, note = SettingsStore(tmp_path / "default.json").load()
    assert (found.colormap, found.mirror, found.view, note) == ("viridis", True, "wipe", "")


def test_of_one_setting_the_newer_change_wins(tmp_path: Path) -> None:
    one, other = (SettingsStore(tmp_path / "default.json") for _ in range(2))
    settings, _ = one.load()
    others, _ = other.load()
    one.save(replace(settings, colormap="viridis"))
    other.save(replace(others, colormap="turbo"))
    one.save(replace(settings, colormap="viridis", mirror=True))  # changed nothing but the mirror
    found, _ = SettingsStore(tmp_path / "default.json").load()
    assert (found.colormap, found.mirror) == ("turbo", True)


def test_a_window_saves_all_that_it_shows_where_the_file_has_gone(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "default.json")
    store.save(Settings(colormap="viridis"))
    (tmp_path / "default.json").unlink()
    store.save(Settings(colormap="viridis", mirror=True))
    found, _ = SettingsStore(tmp_path / "default.json").load()
    assert found.mirror


def test_presets_of_two_windows_are_all_kept_and_seen(tmp_path: Path) -> None:
    path = tmp_path / "default.json"
    models = [SettingsModel(Settings(view=view)) for view in ("wipe", "side")]
    one, other = (PresetsController(model, PresetStore.beside(path)) for model in models)
    said: list[str] = []
    other.said.connect(said.append)
    one.start()
    other.start()
    one.store(1, "first")
    other.store(2, "second")
    other.recall(1)
    assert said[-1].startswith("Preset 1, first")
    presets, _ = PresetStore.beside(path).load()
    assert {slot: preset.name for slot, preset in presets.items()} == {1: "first", 2: "second"}


def test_viewpoints_of_two_windows_are_all_kept(tmp_path: Path) -> None:
    one, other = (ViewpointStore(tmp_path / "default.views.json") for _ in range(2))
    one.load()
    other.load()
    one.put(1, Viewpoint("here", CameraPose()))
    there, note = other.put(2, Viewpoint("there", CameraPose()))
    assert note == ""
    assert {slot: view.name for slot, view in there.items()} == {1: "here", 2: "there"}
    assert set(one.put(1, None)[0]) == {2}


def _put(path: Path, slot: int) -> None:
    for _ in range(10):
        PresetStore(path).put(slot, NamedPreset(f"of {slot}", preset_of(Settings())))


def test_many_programs_that_write_at_once_lose_no_slot(tmp_path: Path) -> None:
    path = tmp_path / "default.presets.json"
    spawn = multiprocessing.get_context("spawn")
    programs = [spawn.Process(target=_put, args=(path, slot)) for slot in (1, 2, 3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join(60)
    assert [program.exitcode for program in programs] == [0, 0, 0]
    assert set(PresetStore(path).load()[0]) == {1, 2, 3}


def test_a_lock_that_another_program_keeps_does_not_cost_the_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.system.json_files._LOCK_S", 0.01)
    path = tmp_path / "default.json"
    with locked(path):
        SettingsStore(path).save(Settings(mirror=True))
    assert SettingsStore(path).load()[0].mirror


@pytest.mark.parametrize("loading", [True, False])
def test_presets_and_viewpoints_of_a_newer_version_are_set_aside(
    tmp_path: Path, loading: bool
) -> None:
    presets = tmp_path / "default.presets.json"
    text = json.dumps({"version": 2, "presets": {"1": {"view": "wipe", "new": 1}}, "more": [1]})
    presets.write_text(text)
    views = tmp_path / "default.views.json"
    views.write_text(json.dumps({"version": 9, "views": {}}))
    if loading:
        found, note = PresetStore(presets).load()
        assert "newer version" in note
        assert "newer version" in ViewpointStore(views).load()[1]
    else:
        found, note = PresetStore(presets).put(2, NamedPreset("mine", preset_of(Settings())))
        ViewpointStore(views).put(2, Viewpoint("mine", CameraPose()))
    assert found[1].values == {"view": "wipe"}
    aside = list(tmp_path.glob("default.presets.newer-*.json"))
    assert [path.read_text() for path in aside] == [text]
    assert len(list(tmp_path.glob("default.views.newer-*.json"))) == 1


def test_a_settings_file_without_an_end_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "default.json"
    with path.open("wb") as file:
        file.truncate(5 << 20)
    settings, note = SettingsStore(path).load()
    assert settings == Settings() and "damaged" in note
