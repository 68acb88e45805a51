"""What lets somebody into a camera or a server is never written, logged or shown."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli import run
from app.settings.model import SettingsModel
from app.settings.presets import NamedPreset, PresetStore, preset_of
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.system.log_format import LogFormatter
from app.ui.features.presets import PresetsController
from app.ui.gui import WindowOptions, run_gui
from models import registry
from models.errors import SourceError
from tests.support.fakes import CountingSession, fake_entry
from tests.support.mjpeg_camera import MjpegCamera
from tests.support.numbered_video import write_numbered_video
from tests.support.web_server import WebServer

PLANTED = "pl4nted"
LOGIN = f"me{PLANTED}:pass{PLANTED}@"
QUERY = f"?token={PLANTED}&x=1#{PLANTED}"


@pytest.fixture(autouse=True)
def _everything_under(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASHDEPTH_LOG", str(tmp_path / "log"))
    monkeypatch.setenv("FLASHDEPTH_CONFIG", str(tmp_path / "config"))
    registry.entries()
    made: list[CountingSession] = []
    fakes = {name: fake_entry(name, made) for name in ("net", "other")}
    fakes["off"] = registry.find("off")
    monkeypatch.setattr(registry, "_ENTRIES", fakes)


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A clip on a web server, with a user, a password, a query and a fragment."""
    clip = write_numbered_video(tmp_path / "clip.mp4", 8).read_bytes()
    with WebServer() as server:
        server.files = {f"/clip.mp4{QUERY}": clip, f"/clip.mp4{QUERY.partition('#')[0]}": clip}
        yield server.address.replace("http://", f"http://{LOGIN}") + f"/clip.mp4{QUERY}"


@pytest.fixture
def camera() -> Iterator[str]:
    server = MjpegCamera()
    yield server.url.replace("http://", f"http://{LOGIN}") + QUERY
    server.close()


def leaks(folder: Path) -> list[str]:
    """The files below `folder` that hold the secret, in their contents or names."""
    return [
        path.name
        for path in sorted(folder.rglob("*"))
        if PLANTED in path.name or (path.is_file() and PLANTED.encode() in path.read_bytes())
    ]


def written(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("command", "files"),
    [
        (["process", "{}", "--model", "net"], {"process.json"}),
        (["compare", "{}", "--a", "net", "--b", "other"], {"metrics.json", "report.html"}),
        (["record", "--source", "{}", "--a", "net", "--b", "off"], {"manifest.json"}),
    ],
    ids=["process", "compare", "record"],
)
def test_no_command_writes_or_prints_a_secret(
    address: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    command: list[str],
    files: set[str],
) -> None:
    words = [word.format(address) for word in command]
    assert run([*words, "--out", str(tmp_path / "out"), "--debug"]) == 0
    assert files <= written(tmp_path / "out")
    assert leaks(tmp_path) == []
    assert PLANTED not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "address",
    [
        f"http://{LOGIN}127.0.0.1:9/clip.mp4{QUERY}",  # nothing listens
        f"rtsp://{LOGIN}127.0.0.1:9/live{QUERY}",
        f"rtsp://me:{PLANTED}/x@127.0.0.1:x/live",
        f"htp://{LOGIN}127.0.0.1/clip.mp4{QUERY}",
        f"http://me:{PLANTED} x@127.0.0.1/clip.mp4",
    ],
)
@pytest.mark.parametrize("command", ["process", "compare", "record"])
def test_no_failure_tells_a_secret(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], command: str, address: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("app.commands.record_job._PATIENCE_S", 0.5)
    words = {
        "process": ["process", address, "--model", "net"],
        "compare": ["compare", address, "--a", "net", "--b", "off"],
        "record": ["record", "--source", address, "--a", "net", "--b", "off", "--seconds", "1"],
    }[command]
    assert run([*words, "--out", str(tmp_path / "out"), "--debug"]) in (1, 2)
    said = "".join(capfd.readouterr())
    assert said and PLANTED not in said
    assert leaks(tmp_path) == []


def test_an_error_that_nobody_foresaw_tells_no_secret(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(f"\x1b[2Jbad address\nhttp://{LOGIN}host/x{QUERY}")

    monkeypatch.setattr("app.commands.process_job.open_source", fail)
    out = str(tmp_path / "out")
    assert run(["process", "clip.mp4", "--model", "net", "--out", out, "--debug"]) == 1
    said = "".join(capfd.readouterr())
    assert "http://host/x" in said and PLANTED not in said and "\x1b" not in said


def test_a_session_in_the_window_leaves_no_secret_behind(
    qapp: object, tmp_path: Path, camera: str
) -> None:
    store = SettingsStore(tmp_path / "config" / "default.json")
    settings = Settings(source=camera, model_a="net", model_b="off", threads=1, panes=("rgb",))
    picture = tmp_path / "window.png"
    options = WindowOptions(
        size=(800, 600), quit_after_s=4.0, screenshot=picture, record=tmp_path / "recording"
    )
    assert run_gui(settings, store, options) == 0
    assert {"window.json", "default.json", "manifest.json"} <= written(tmp_path)
    assert leaks(tmp_path) == []
    assert "127.0.0.1" in (tmp_path / "window.json").read_text()
    assert store.load()[0].source.endswith("/video")


def test_a_window_that_cannot_open_its_address_tells_no_secret(
    qapp: object, tmp_path: Path
) -> None:
    settings = Settings(
        source=f"http://{LOGIN}127.0.0.1:9/clip.mp4{QUERY}", model_a="off", model_b="off", threads=1
    )
    with pytest.raises(SourceError) as caught:
        run_gui(settings, SettingsStore(tmp_path / "s.json"), WindowOptions(quit_after_s=1.0))
    assert PLANTED not in str(caught.value)
    assert leaks(tmp_path) == []


def test_a_preset_knows_the_password_for_this_session_alone(tmp_path: Path) -> None:
    address = f"rtsp://{LOGIN}camera.local/live{QUERY}"
    store = PresetStore(tmp_path / "default.presets.json")
    model = SettingsModel(Settings(source=address))
    controller = PresetsController(model, store)
    said: list[str] = []
    controller.said.connect(said.append)
    controller.store(1)
    assert "password" in said[-1]
    assert leaks(tmp_path) == []
    model.replace(source="synthetic")
    controller.recall(1)
    assert model.value.source == address
    later = SettingsModel()
    PresetsController(later, store).recall(1)
    assert later.value.source == "rtsp://camera.local/live"
    assert NamedPreset("Door", preset_of(model.value)).summary.endswith(" · live")


def test_a_log_line_is_one_line_without_secrets_and_a_traceback_is_indented() -> None:
    try:
        raise ValueError(f"2026-01-01 INFO app: all is well\r\nrtsp://{LOGIN}cam/x")
    except ValueError as error:
        trace = (ValueError, error, error.__traceback__)
    record = logging.LogRecord(
        "app",
        30,
        __file__,
        1,
        "cannot open %s",
        (f"a\n2026 b\u202e http://{LOGIN}h/{QUERY}",),
        trace,
    )
    lines = LogFormatter().format(record).splitlines()
    assert lines[0].endswith("WARNING app: cannot open a 2026 b http://h/")
    assert len(lines) > 2 and all(line.startswith("  ") for line in lines[1:])
    assert PLANTED not in "\n".join(lines)
