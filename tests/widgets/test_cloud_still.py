"""A still cloud: drawn to every pixel, in short turns."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from models.frames import Unit
from models.geometry import Intrinsics
from renderers.levels import quantise
from tests.support.clouds import RANGE, canvas_of
from widgets.cloud_pane import CloudPane

WIDTH, HEIGHT = 2048, 1152
CAMERA = Intrinsics.from_fov(60.0, WIDTH, HEIGHT)


def show_two_k(pane: CloudPane) -> None:
    """A picture of 2K with a box before a wall, striped so that no coarse cloud shows it right."""
    disparity = np.full((HEIGHT, WIDTH), 0.2, np.float32)
    disparity[400:800, 700:1300] = 0.6
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    rgb[:, ::2] = 255
    levels = quantise(disparity, RANGE)
    pane.show_cloud(rgb, disparity, levels, RANGE, Unit.INVERSE_METRE, CAMERA)


@pytest.mark.gl
def test_a_still_of_two_k_ends_at_every_pixel(
    pane: CloudPane, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = canvas_of(pane)
    monkeypatch.setattr(canvas, "software", True)
    show_two_k(pane)
    assert pane.stride > 1
    draws: list[float] = []
    canvas.drawn.connect(draws.append)
    qtbot.waitUntil(lambda: pane.stride == 1, timeout=60_000)
    assert "2.4 M points" in pane.readout
    fine = pane.grab_image()
    pane.set_viewpoint(pane.viewpoint())
    assert pane.stride > 1
    assert (pane.grab_image() != fine).any()


@pytest.mark.gl
def test_a_picture_that_changes_meanwhile_is_never_shown(pane: CloudPane) -> None:
    canvas = canvas_of(pane)
    canvas.begin_picture(1)
    pane.set_viewpoint(pane.viewpoint())
    assert not canvas.continue_picture(10.0)
    canvas.begin_picture(1)
    assert canvas.continue_picture(10.0)
