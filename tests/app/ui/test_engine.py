"""Both stages of the window's engine, of which inference starts once there is a picture."""

from __future__ import annotations

import time

import pytest
from pytestqt.qtbot import QtBot

from app.core.source import Source
from app.engine.commands import CaptureRequest, PlaybackOptions
from app.engine.supervision import STALL_S
from app.ui.engine import Engine
from tests.support.fakes import ScriptedSource


def _open(_spec: str, _size: tuple[int, int] | None) -> Source:
    return ScriptedSource(3)


@pytest.fixture
def engine(qtbot: QtBot) -> Engine:
    return Engine(_open)


def test_a_frame_waits_for_the_networks_and_may_be_looked_at(engine: Engine, qtbot: QtBot) -> None:
    engine.capture.post(PlaybackOptions(every_frame=True))
    engine.capture.post(CaptureRequest("scripted"))
    engine.start_capture()
    qtbot.waitUntil(lambda: engine.waiting_frame is not None, timeout=20_000)
    frame = engine.waiting_frame
    assert frame is not None and frame.index == 0
    assert engine.waiting_frame is frame, "it stays for the network"
    engine.close()


def test_inference_that_has_not_started_yet_is_not_taken_for_stalled(engine: Engine) -> None:
    engine.start_capture()
    soon_ns = time.monotonic_ns() + round(10e9 * STALL_S)
    assert engine.inference.heartbeat.silent_s(soon_ns) < STALL_S
    engine.close()
    engine.start_inference()  # too late: nothing runs any more
