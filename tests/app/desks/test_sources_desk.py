"""The source menu and the camera's own controls."""

from __future__ import annotations

from app.desks.sources import camera_of
from app.sources.camera import CameraSource
from app.sources.fallback import Fallback, FallbackSource
from tests.support.fakes import ScriptedSource


def _nothing(spec: str, size: tuple[int, int] | None) -> ScriptedSource:
    raise AssertionError("nothing is opened here")


def test_a_camera_is_found_behind_its_fallback() -> None:
    camera = CameraSource.__new__(CameraSource)
    assert camera_of(camera) is camera
    assert camera_of(FallbackSource(camera, Fallback(5.0), _nothing)) is camera


def test_what_is_no_camera_has_no_controls() -> None:
    file = ScriptedSource()
    assert camera_of(None) is None
    assert camera_of(file) is None
    assert camera_of(FallbackSource(file, Fallback(5.0), _nothing)) is None
