"""Settings: one frozen value, one model, one file."""

from __future__ import annotations

import json
import tempfile
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cli import run
from app.commands.window import with_arguments
from app.settings.model import SettingsModel
from app.settings.plain import from_dict, parsed
from app.settings.rules import Between, OnOff
from app.settings.settings import SETTINGS, Settings
from app.settings.store import SettingsStore, settings_path
from models.errors import UsageError


def test_subscribers_get_the_keys_that_really_changed() -> None:
    model = SettingsModel()
    heard: list[frozenset[str]] = []
    model.subscribe(lambda _, changed: heard.append(changed))
    model.replace(mirror=True, colormap=model.value.colormap)
    model.replace(mirror=True)
    assert heard == [frozenset({"mirror"})]


def test_an_unsubscribed_function_is_not_called() -> None:
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


@pytest.mark.parametrize(
    "key",
    [k for k, known in SETTINGS.items() if known.option and not isinstance(known.rule, OnOff)],
)
def test_an_option_takes_what_its_rule_allows_and_nothing_else(key: str) -> None:
    rule = SETTINGS[key].rule
    if isinstance(rule, Between):
        for bound in (rule.low, rule.high):
            assert parsed(key, f"{bound:g}") == bound
        unusable = [f"{rule.low - 1:g}", f"{rule.high + 1:g}", "nan", "many", ""]
        unusable += ["0"] if rule.zero else []  # leaving the option out says so
    else:
        assert parsed(key, getattr(Settings(), key)) == getattr(Settings(), key)
        unusable = ["\0" * 5000]
    for text in unusable:
        with pytest.raises(ValueError, match=r"^it .*, not '"):
            parsed(key, text)


def test_every_start_is_silent_whatever_was_on_or_stands_in_the_file(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "default.json")
    store.save(Settings(sound=True, sound_volume=0.7, sound_device="Hall"))
    assert '"sound": true' in store.path.read_text()
    assert store.load() == (Settings(sound_volume=0.7, sound_device="Hall"), "")


@pytest.mark.parametrize("camera", ["camera:C920", " Camera:0"])
def test_the_last_camera_is_remembered_whoever_chose_it(camera: str) -> None:
    given = with_arguments(Settings(), Namespace(source=camera))
    assert given.last_camera == camera
    model = SettingsModel()
    model.replace(source=camera)
    model.replace(source="clip.mp4")
    assert model.value.last_camera == camera


@pytest.mark.parametrize("source", ["Camera:0", " camera:C920", "RTSP://cam/live", "Screen"])
def test_what_was_watched_last_time_is_not_opened_unasked(source: str) -> None:
    assert with_arguments(Settings(source=source), Namespace()).source == "synthetic"
    assert with_arguments(Settings(source=source), Namespace(source=source)).source == source


def test_a_view_asked_for_takes_the_place_of_the_one_remembered() -> None:
    assert with_arguments(Settings(view="xt"), Namespace()).view == "xt"
    assert with_arguments(Settings(view="xt"), Namespace(view="wipe")).view == "wipe"


def test_a_remembered_file_is_opened_again_whatever_it_is_called() -> None:
    assert with_arguments(Settings(source="screencast.mp4"), Namespace()).source == "screencast.mp4"


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


def test_the_file_of_a_newer_version_is_kept_and_used_as_far_as_it_is_known(
    tmp_path: Path,
) -> None:
    path = tmp_path / "default.json"
    text = json.dumps({"version": 2, "settings": {"mirror": True, "telepathy": 1}})
    path.write_text(text)
    store = SettingsStore(path)
    settings, note = store.load()
    assert settings == Settings(mirror=True)
    store.save(settings)
    (kept,) = tmp_path.glob("default.newer-*.json")
    assert kept.read_text() == text
    assert kept.name in note
    assert store.load() == (settings, "")


@pytest.mark.parametrize(
    ("argv", "mirror", "name"),
    [
        ([], True, "default.json"),
        (["--reset"], False, "default.json"),
        (["--profile", "Talk"], False, "Talk.json"),
    ],
)
def test_reset_starts_from_the_defaults_and_a_profile_has_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str], mirror: bool, name: str
) -> None:
    monkeypatch.setenv("FLASHDEPTH_CONFIG", str(tmp_path))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    SettingsStore(tmp_path / "default.json").save(Settings(mirror=True))
    opened: list[tuple[bool, str]] = []

    def note(settings: Settings, store: SettingsStore, _options: object) -> int:
        opened.append((settings.mirror, store.path.name))
        store.save(settings)  # as the window does when it closes
        return 0

    monkeypatch.setattr("app.ui.gui.run_gui", note)
    assert run(argv) == 0
    assert opened == [(mirror, name)]
    kept = SettingsStore(tmp_path / "default.json").load()[0]
    assert kept.mirror == (argv != ["--reset"])


@pytest.mark.parametrize("is_kept", [True, False], ids=["with a file", "at the first start"])
def test_options_of_the_command_line_are_for_this_run_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    monkeypatch.setenv("FLASHDEPTH_CONFIG", str(tmp_path))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    before = Settings(input_size=280, source_width=320, source_height=240)
    if is_kept:
        SettingsStore(tmp_path / "default.json").save(before)

    def change(settings: Settings, store: SettingsStore, _options: object) -> int:
        assert (settings.input_size, settings.view, settings.source_width) == (168, "wipe", 160)
        store.save(replace(settings, view="blink", colormap="viridis"))
        return 0

    monkeypatch.setattr("app.ui.gui.run_gui", change)
    assert run(["--input-size", "168", "--view", "wipe", "--source-size", "160x120"]) == 0
    kept, note = SettingsStore(tmp_path / "default.json").load()
    expected = before if is_kept else Settings()
    assert kept == replace(expected, view="blink", colormap="viridis")
    assert note == ""


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
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".lock"}


UNUSABLE = (
    ("cloud_gain", float("inf")),
    ("cloud_offset", float("nan")),
    ("range_near", float("inf")),
    ("cloud_gain", -1.0),
    ("colormap", "beige"),
    ("device", "toaster"),
    ("cloud_background", "url(x)"),
    ("source", "a\0b"),
    ("panic_clip", "\ud800"),
    ("panes", []),
    ("panes", ["rgb", "rgb"]),
    ("threads", True),
    ("source_width", -1),
)


@pytest.mark.parametrize(("key", "value"), UNUSABLE)
def test_a_value_that_breaks_its_rule_takes_the_default_and_is_named(
    tmp_path: Path, key: str, value: object
) -> None:
    path = tmp_path / "default.json"
    values = Settings(mirror=True).as_dict() | {key: value}
    path.write_text(json.dumps({"version": 1, "settings": values}))
    settings, note = SettingsStore(path).load()
    assert settings == Settings(mirror=True)
    assert note == f"Some settings were invalid and were reset to their defaults: {key}."


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(Settings().as_dict())), _ANYTHING))
def test_whatever_stands_in_the_file_settings_come_of_it_that_can_be_saved(
    values: dict[str, object],
) -> None:
    settings, refused = from_dict(values)
    kept = json.loads(json.dumps(settings.as_dict(), allow_nan=False))
    assert from_dict(kept) == (settings, [])
    for key in set(values) - set(refused) - {"panes", "workspaces"}:
        assert getattr(settings, key) == values[key]


@given(st.binary(max_size=200) | _ANYTHING.map(lambda v: json.dumps(v).encode()))
def test_no_settings_file_is_so_damaged_that_the_app_does_not_start(damage: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "default.json"
        path.write_bytes(damage)
        settings, _note = SettingsStore(path).load()
        assert settings == Settings()


@given(version=_ANYTHING, settings=_ANYTHING)
def test_no_version_and_no_body_of_a_settings_file_stop_the_app(
    version: object, settings: object
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "default.json"
        path.write_text(json.dumps({"version": version, "settings": settings}))
        loaded, _note = SettingsStore(path).load()
        assert from_dict(loaded.as_dict()) == (loaded, [])


def test_a_lane_takes_the_longest_name_of_the_hub_at_a_commit() -> None:
    name = f"hf:{'o' * 96}/{'n' * 96}@{'0' * 40}+ema"
    assert Settings(model_a=name, model_b=name).model_a == name
    with pytest.raises(ValueError, match="at most 300"):
        Settings(model_a="x" * 301)
