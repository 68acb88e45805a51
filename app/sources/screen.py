"""The screen, or a part of it, as a source."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import mss
import mss.exception
import numpy as np
from numpy.typing import NDArray

from app.sources.live import LiveSource
from app.sources.live_worker import USUAL_PATIENCE, Patience
from app.sources.pacing import EvenPace
from models.errors import SourceError
from models.opencv import cv2

FPS = 30.0
Region = tuple[int, int, int, int]
Area = dict[str, int]


def open_screen(region: Region | None, patience: Patience = USUAL_PATIENCE) -> LiveSource:
    """The main screen, or (x, y, width, height) of the desktop in pixels, 30 times a second.

    Raises
    ------
    SourceError
        Where the system does not let a program read the screen.
    """
    refusal = why_not_readable(sys.platform, os.environ)
    if refusal:
        raise SourceError(refusal)
    numbers = "" if region is None else ",".join(str(number) for number in region)
    return LiveSource(
        f"screen:{numbers}" if numbers else "screen",
        f"Screen {numbers}".strip(),
        lambda: ScreenConnection(region),
        size=(1920, 1080) if region is None else region[2:],
        patience=patience,
    )


def why_not_readable(platform: str, environment: Mapping[str, str]) -> str:
    """Why programs cannot read the screen, and what helps; empty if they can."""
    if platform != "linux":
        return ""
    if environment.get("WAYLAND_DISPLAY") or environment.get("XDG_SESSION_TYPE") == "wayland":
        return (
            "Wayland does not let apps capture the screen; choose an X11 session when you log in."
        )
    if not environment.get("DISPLAY"):
        return "There is no screen to capture; use a video file or --source synthetic."
    return ""


@dataclass(frozen=True, slots=True, eq=False)
class ScreenPicture:
    """Blue, green, red and a fourth byte, the screen's native format."""

    bgra: NDArray[np.uint8]

    @property
    def size(self) -> tuple[int, int]:
        return self.bgra.shape[1], self.bgra.shape[0]

    def rgb(self) -> NDArray[np.uint8]:
        return np.asarray(cv2.cvtColor(self.bgra, cv2.COLOR_BGRA2RGB), np.uint8)


class ScreenCamera:
    """Captures any part of the desktop at an even pace. Created and used in one thread."""

    def __init__(self) -> None:
        try:
            self._screens = mss.MSS()
            self.desktop, self.main = self._screens.monitors[0], self._screens.monitors[1]
        except (mss.exception.ScreenShotError, OSError, IndexError) as error:
            raise SourceError(_why_not_opened(error)) from error
        self._pace = EvenPace(FPS)

    def wait(self) -> None:
        """Wait until the next picture is due."""
        self._pace.wait()

    def take(self, area: Area) -> ScreenPicture:
        """Capture the area.

        Raises
        ------
        SourceError
            If that fails.
        """
        try:
            shot = self._screens.grab(area)
        except (mss.exception.ScreenShotError, OSError) as error:
            raise SourceError("The screen can no longer be captured; retrying.") from error
        pixels = np.frombuffer(shot.bgra, np.uint8).reshape(shot.height, shot.width, 4)
        return ScreenPicture(pixels)

    def close(self) -> None:
        self._screens.close()


class ScreenConnection:
    """The main screen or a part of the desktop. Created and used in one thread."""

    def __init__(self, region: Region | None) -> None:
        self._camera = camera = ScreenCamera()
        self._area = camera.main
        if region is not None:
            x, y, width, height = region
            self._area = {"left": x, "top": y, "width": width, "height": height}
            if not _is_inside(self._area, camera.desktop):
                camera.close()
                raise SourceError(
                    f"screen:{x},{y},{width},{height} reaches beyond the desktop of "
                    f"{camera.desktop['width']}x{camera.desktop['height']} pixels; choose a "
                    "smaller part."
                )

    @property
    def delivered(self) -> str:
        return f"{self._area['width']}x{self._area['height']}"

    def grab(self) -> ScreenPicture:
        self._camera.wait()
        return self._camera.take(self._area)

    def close(self) -> None:
        self._camera.close()


def _why_not_opened(error: Exception) -> str:
    if sys.platform == "darwin":
        return (
            "Can't capture the screen; allow this app under System Settings > Privacy & Security "
            "> Screen Recording."
        )
    return f"Can't capture the screen ({error}); choose another source."


def _is_inside(part: Mapping[str, int], whole: Mapping[str, int]) -> bool:
    return (
        part["left"] >= whole["left"]
        and part["top"] >= whole["top"]
        and part["left"] + part["width"] <= whole["left"] + whole["width"]
        and part["top"] + part["height"] <= whole["top"] + whole["height"]
    )
