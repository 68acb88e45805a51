"""A display that is not there is noticed before Qt ends the process."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from app.cli import run
from app.system.display_server import display_answers

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="displays of Linux")


@pytest.mark.parametrize(
    "name", [":97", ":97.0", "unix:97", "127.0.0.1:97", "no.such.invalid:1", ":99999", "x", ":", ""]
)
def test_a_display_that_does_not_exist_does_not_answer(name: str) -> None:
    assert not display_answers({"DISPLAY": name})
    assert not display_answers({"WAYLAND_DISPLAY": name or "w", "XDG_RUNTIME_DIR": "/nowhere"})


def test_the_display_of_these_tests_answers() -> None:
    assert display_answers({"DISPLAY": os.environ["DISPLAY"]})


def test_a_wayland_display_answers(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w-0"))
        server.listen()
        assert display_answers({"WAYLAND_DISPLAY": "w-0", "XDG_RUNTIME_DIR": str(tmp_path)})
        assert display_answers({"WAYLAND_DISPLAY": str(tmp_path / "w-0")})


@pytest.mark.parametrize("command", [["--quit-after", "1"], ["soak", "--minutes", "0.01"]])
def test_a_display_that_does_not_answer_is_one_sentence(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":97")
    assert run(command) == 2
    said = capsys.readouterr().err.strip()
    assert ":97 does not answer" in said
    assert "\n" not in said
