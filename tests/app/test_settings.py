"""Settings: one frozen value, one model, one file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.settings import Settings, SettingsModel, from_dict
from app.settings_store import SettingsStore, settings_path
from models.errors import UsageError


def test_a_change_is_told_with_the_keys_that_really_changed() -> None:
    model = SettingsModel()
    heard: list[frozenset[str]] = []
    model.subscribe(lambda _, changed: heard.append(changed))
    model.replace(mirror=True, colormap=model.value.colormap)
    model.replace(mirror=True)
    assert heard == [frozenset({"mirror"})]


def test_unsubscribing_stops_the_telling() -> None:
    model = SettingsModel()
    heard: list[frozenset[str]] = []
    unsubscribe = model.subscribe(lambda _, changed: heard.append(changed))
    unsubscribe()
    model.replace(mirror=True)
    assert heard == []


def test_an_unusable_value_is_refused_and_the_old_one_stays() -> None:
    model = SettingsModel()
    with pytest.raises(ValueError, match="view"):
        model.replace(view="upside-down")
    assert model.value == Settings()


def test_settings_survive_a_round_trip_through_the_file(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "deep" / "default.json")
    settings = Settings(panes=("rgb", "cloud"), range_far=2.0, range_near=5.0, mirror=True)
    store.save(settings)
    assert store.load() == (settings, "")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', "\x00\x01", "[" * 100_000])
def test_a_damaged_file_is_set_aside_with_a_note(tmp_path: Path, text: str) -> None:
    path = tmp_path / "default.json"
    path.write_text(text)
    settings, note = SettingsStore(path).load()
    assert settings == Settings()
    assert "damaged" in note
    assert not path.exists()
    assert [p.read_text() for p in tmp_path.glob("default.damaged-*")] == [text]


def test_one_bad_value_does_not_cost_the_others(tmp_path: Path) -> None:
    path = tmp_path / "default.json"
    values = Settings(mirror=True).as_dict() | {"rotate": 17, "flicker_window": "many"}
    path.write_text(json.dumps({"version": 1, "settings": values}))
    settings, note = SettingsStore(path).load()
    assert settings == Settings(mirror=True)
    assert "rotate" in note


def test_keys_of_a_newer_version_are_passed_over_in_silence() -> None:
    settings, refused = from_dict({"mirror": True, "telepathy": 1})
    assert settings.mirror
    assert refused == ["telepathy"]


@pytest.mark.parametrize("name", ["../escape", "a/b", "", ".hidden", "x" * 41])
def test_a_profile_cannot_leave_its_folder(name: str) -> None:
    with pytest.raises(UsageError):
        settings_path(name)


def test_a_full_disk_while_saving_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SettingsStore(tmp_path / "default.json")
    store.save(Settings(mirror=True))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    store.save(Settings(mirror=False))
    assert store.load()[0].mirror
    assert len(list(tmp_path.iterdir())) == 1
