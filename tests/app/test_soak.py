"""The soak's figures and its camera; the run itself is a command of its own."""

from __future__ import annotations

import socket
import sys
from urllib.parse import urlsplit

import pytest

from app.soak.actions import ACTIONS
from app.soak.camera import SoakCamera
from app.soak.faults import FAULTS, counted_crashes
from app.soak.run import slope_mb_per_10min, thinned


def test_the_slope_is_that_of_the_settled_part() -> None:
    warming = [(float(s), 300.0 + 10 * s) for s in range(30)]
    settled = [(float(s), 600.0 + 0.005 * s) for s in range(30, 100)]
    assert slope_mb_per_10min(warming + settled) == pytest.approx(3.0)
    assert slope_mb_per_10min(settled[:5]) == 0.0


def test_samples_are_thinned_to_a_readable_number() -> None:
    samples = [(2.0 * i, 100.4) for i in range(1800)]
    few = thinned(samples)
    assert len(few) <= 120
    assert few[0] == (0, 100)


def test_there_are_faults_of_every_kind_and_actions_to_go_with_them() -> None:
    assert len(FAULTS) == 10
    assert len(ACTIONS) > 15


def test_what_nobody_caught_is_counted_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    passed_on: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: passed_on.append(kind))
    with counted_crashes() as crashes:
        sys.excepthook(KeyError, KeyError("x"), None)
    assert crashes == ["KeyError: 'x'"]
    assert passed_on == [KeyError]


def test_an_unplugged_camera_refuses_and_comes_back_on_the_same_port() -> None:
    with SoakCamera(size=(32, 24)) as camera:
        port = urlsplit(camera.url).port
        assert port is not None
        with socket.create_connection(("127.0.0.1", port), 5) as client:
            client.sendall(b"GET /video HTTP/1.0\r\n\r\n")
            assert client.recv(64).startswith(b"HTTP/1.0 200")
        camera.unplug()
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", port), 1)
        camera.plug_in()
        socket.create_connection(("127.0.0.1", port), 5).close()
