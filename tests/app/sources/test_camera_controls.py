"""Locking a camera's exposure and focus, and what a driver cannot lock."""

from __future__ import annotations

from contextlib import closing

import pytest

from app.sources import camera as camera_module
from app.sources import camera_opener
from app.sources.camera import open_camera
from app.sources.camera_controls import ControlBoard
from app.sources.camera_formats import (
    AVFOUNDATION,
    V4L2,
    CameraRequest,
)
from models.errors import SourceError
from models.opencv import cv2
from tests.support.camera_driver import QUICK, WEBCAM, Driver, camera_source
from tests.support.reading import next_frame, next_loss, until


def test_only_what_the_driver_has_can_be_locked(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        next_frame(source)
        (exposure,) = source.controls()
        assert (exposure.name, exposure.locked, exposure.value) == ("exposure", False, 157.0)
        with pytest.raises(SourceError, match="can't lock its focus; it can lock exposure"):
            source.set_control("focus", locked=True)


def test_what_cannot_be_locked_has_a_reason(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        next_frame(source)
        assert source.lock_refusal("exposure") == ""
        assert source.lock_refusal("focus") == "This camera's driver has no such control."
    board = ControlBoard()
    assert "once the camera sends" in board.refusal("focus")
    board.attach(driver.open(0, 0, []), AVFOUNDATION)
    assert board.refusal("focus") == "AVFoundation gives apps no access to it."


def test_a_lock_holds_the_value_of_the_moment_and_survives_a_loss(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        next_frame(source)
        source.set_control("exposure", locked=True)
        until(source, lambda _: source.controls()[0].locked)
        assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.manual
        assert (cv2.CAP_PROP_EXPOSURE, 157.0) in driver.set
        driver.throws = True
        next_loss(source)
        driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] = V4L2.automatic  # a camera forgets
        driver.throws = False
        next_frame(source)
        assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.manual


def test_a_lock_holds_when_the_camera_is_opened_anew_as_for_another_size(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(camera_module, "cameras", lambda: [WEBCAM])
    monkeypatch.setattr(camera_module, "_LOCKS", {})
    monkeypatch.setattr(camera_opener, "open_capture", driver.open)
    with closing(open_camera("Webcam", CameraRequest(), QUICK)) as source:
        next_frame(source)
        source.set_control("exposure", locked=True)
        until(source, lambda _: source.controls()[0].locked)
    driver.has = {cv2.CAP_PROP_AUTO_EXPOSURE: 3.0, cv2.CAP_PROP_EXPOSURE: 9.0}  # it forgot
    with closing(open_camera(0, CameraRequest((640, 480)), QUICK)) as source:
        next_frame(source)
        (exposure,) = source.controls()
    assert (exposure.locked, exposure.value) == (True, 157.0)
    assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.manual


def test_a_lock_may_name_its_value_and_be_released(driver: Driver) -> None:
    with closing(camera_source(driver)) as source:
        next_frame(source)
        source.set_control("exposure", locked=True, value=80.0)
        until(source, lambda _: driver.has[cv2.CAP_PROP_EXPOSURE] == 80.0)
        source.set_control("exposure", locked=False)
        until(source, lambda _: not source.controls()[0].locked)
        assert driver.has[cv2.CAP_PROP_AUTO_EXPOSURE] == V4L2.automatic
