"""The virtual camera, with a stand-in for the device behind pyvirtualcam's own interface."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pytest

from app.outputs.camera import CameraOutput
from app.outputs.output import OutputOptions
from models.errors import UserError
from tests.support.outputs import fed, make_scene
from tests.support.recordings import make_result
from tests.support.waiting import wait_until

pyvirtualcam = pytest.importorskip("pyvirtualcam", reason="needs the extra camera-out")


class Device:
    """A camera device; frames come as pyvirtualcam's backends get them."""

    opened: ClassVar[list[Device]] = []

    def __init__(self, *, device: str | None, **asked: Any) -> None:
        if device not in (None, "/dev/video9"):
            raise RuntimeError("device is busy")
        self.asked = asked
        self.frames: list[np.ndarray] = []
        self.is_closed = False
        Device.opened.append(self)

    def device(self) -> str:
        return "/dev/video9"

    def native_fourcc(self) -> None:
        return None

    def send(self, frame: np.ndarray) -> None:
        if len(self.frames) == 5:
            raise RuntimeError("the device is gone")
        self.frames.append(frame.copy())

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Device]]:
    from pyvirtualcam import camera

    monkeypatch.setattr(camera, "BACKENDS", {"stand-in": Device})
    Device.opened.clear()
    yield Device
    Device.opened.clear()


OPTIONS = OutputOptions(size=(320, 240), fps=60.0)


def test_pictures_reach_the_device_in_the_asked_size_and_repeat_steadily(
    device: type[Device],
) -> None:
    result = make_result(5)
    with fed(CameraOutput("", OPTIONS), make_scene(output_content="rgb")) as made:
        made.offer(result)
        wait_until(lambda: len(device.opened[0].frames) >= 3)
        assert made.consumer.status.name == "/dev/video9"
    (opened,) = device.opened
    assert (opened.asked["width"], opened.asked["height"]) == (320, 240)
    assert opened.is_closed
    picture = opened.frames[0].reshape(240, 320, 3)
    assert not picture[:50].any()  # letterboxed
    inner = picture[56:184]
    assert abs(inner[::2, ::2].astype(int) - result.frame.rgb).mean() < 12


def test_a_device_that_goes_away_ends_the_output_with_a_sentence(device: type[Device]) -> None:
    with fed(CameraOutput("", OPTIONS), make_scene(output_content="rgb")) as made:
        made.offer(make_result(0))
        wait_until(lambda: made.consumer.status.is_ended)
    assert "does not take pictures any more" in made.consumer.status.message
    assert device.opened[0].is_closed


def test_a_device_that_is_busy_is_named(device: type[Device]) -> None:
    with pytest.raises(UserError, match=r"/dev/video3 cannot be opened .*busy"):
        CameraOutput("/dev/video3", OPTIONS).open()


@pytest.mark.parametrize(
    ("platform", "needed"), [("linux", "v4l2loopback"), ("win32", "OBS"), ("darwin", "OBS")]
)
def test_without_a_device_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, platform: str, needed: str
) -> None:
    from pyvirtualcam import camera

    monkeypatch.setattr(camera, "BACKENDS", {})
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(UserError, match=needed) as raised:
        CameraOutput("", OPTIONS).open()
    assert str(raised.value).startswith("There is no virtual camera on this machine; ")


def test_without_the_package_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(UserError, match=r"flashdepth-live\[camera-out\]"):
        CameraOutput("", OPTIONS).open()
