"""Presets: what is stored comes back, what is damaged is set aside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.settings.model import SettingsModel
from app.settings.presets import NamedPreset, PresetStore, preset_of
from app.settings.settings import Settings
from app.ui.features.presets import PresetsController


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    return PresetStore.beside(tmp_path / "default.json")


def test_a_preset_recalls_the_set_up_and_leaves_the_machine_alone(store: PresetStore) -> None:
    model = SettingsModel(Settings(view="wipe", panes=("rgb",), threads=3, colormap="viridis"))
    PresetsController(model, store).store(4)
    model.replace(view="side", panes=("rgb", "cloud"), threads=1, colormap="turbo")
    model.replace(panic_clip="canned")  # a clip of the booth's day, whatever is shown
    PresetsController(model, store).recall(4)  # another controller: it comes from the file
    value = model.value
    assert (value.view, value.panes, value.colormap) == ("wipe", ("rgb",), "viridis")
    assert (value.threads, value.panic_clip) == (1, "canned")


def test_an_empty_preset_says_how_to_fill_it(store: PresetStore) -> None:
    model = SettingsModel()
    controller = PresetsController(model, store)
    said: list[str] = []
    controller.said.connect(said.append)
    controller.recall(7)
    assert said == ["Preset 7 is empty; press Ctrl+Shift+7 to store the current setup."]
    assert model.value == Settings()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"presets": 3}', "\x00\xff", "[" * 100_000])
def test_a_damaged_file_is_set_aside(store: PresetStore, tmp_path: Path, text: str) -> None:
    path = tmp_path / "default.presets.json"
    path.write_text(text, encoding="utf-8")
    presets, note = store.load()
    assert presets == {}
    assert "damaged" in note
    assert not path.exists()
    assert [p.read_text(encoding="utf-8") for p in tmp_path.iterdir()] == [text]


def test_what_does_not_fit_is_left_out_of_a_preset(store: PresetStore, tmp_path: Path) -> None:
    preset = preset_of(Settings(view="wipe")) | {"colormap": 3, "blink_hz": 9e9, "device": "x"}
    document = {"version": 1, "presets": {"2": preset | {"os.system": "rm"}, "x": {}, "3": 5}}
    (tmp_path / "default.presets.json").write_text(json.dumps(document))
    presets, note = store.load()
    assert note == "" and set(presets) == {2}
    assert presets[2].values["view"] == "wipe"
    assert presets[2].name == "Wipe A | B"  # files of before had no names
    assert not {"colormap", "blink_hz", "device", "os.system"} & set(presets[2].values)


def test_a_name_is_kept_said_and_cut_where_it_is_too_long(store: PresetStore) -> None:
    controller = PresetsController(
        SettingsModel(Settings(view="flicker", source="/videos/cats.mp4")), store
    )
    said: list[str] = []
    controller.said.connect(said.append)
    controller.store(2, "  For   the children " + "x" * 99)
    name = "For the children " + "x" * 23
    assert said[-1] == f"Stored preset 2, {name}; press Ctrl+2 to recall it."
    again = PresetsController(SettingsModel(), store)
    again.said.connect(said.append)
    again.recall(2)
    assert said[-1].startswith(f"Preset 2, {name}: Flicker heat maps · FlashDepth-lite and ")
    assert said[-1].endswith(" · cats.mp4")


def test_the_summary_shows_no_password() -> None:
    values = preset_of(Settings(source="rtsp://guest:secret@camera.local"))
    assert NamedPreset("Door", values).summary.endswith(" · camera.local")


@pytest.mark.parametrize("name", [3, "", "x" * 41, None, ["a"]])
def test_a_damaged_name_gives_way_to_the_views(
    store: PresetStore, tmp_path: Path, name: object
) -> None:
    preset = preset_of(Settings(view="wipe"))
    document = {"version": 1, "presets": {"2": preset}, "names": {"2": name}}
    (tmp_path / "default.presets.json").write_text(json.dumps(document))
    presets, _note = store.load()
    assert presets[2].name == "Wipe A | B"


def test_a_preset_that_cannot_be_saved_is_reported(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    controller = PresetsController(SettingsModel(), PresetStore.beside(blocked / "default.json"))
    said: list[str] = []
    controller.said.connect(said.append)
    controller.store(1)
    assert said[-1].startswith("Can't save the preset")
