"""Settings of the source: which one, how it is played, and how its picture is turned."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Between, Name, OneOf, Written
from app.settings.setting import Option, Scope, setting
from app.sources.parsing import usage

_IN_SOURCE_MENU = "set in the Source menu"


@dataclass(frozen=True)
class SourceSettings:
    """The source, how it is played, and how its picture is turned.

    Attributes
    ----------
    source_width, source_height, source_fps, source_pixels
        Asked of a camera (or, the size, rendered); 0 and "" leave it to the source.
    last_camera
        The camera that was the source last; follows `source`.
    """

    # fmt: off
    source: str = setting(
        "synthetic", Name(), not_shown=_IN_SOURCE_MENU,
        option=Option("--source", "SOURCE", usage()))
    source_width: int = setting(0, Between(0, 16_384), not_shown=_IN_SOURCE_MENU)
    source_height: int = setting(0, Between(0, 16_384), not_shown=_IN_SOURCE_MENU)
    source_fps: float = setting(0.0, Between(0, 1000), not_shown=_IN_SOURCE_MENU)
    source_pixels: str = setting("", Written("[A-Z0-9]{4}|", "MJPG"), not_shown=_IN_SOURCE_MENU)
    last_camera: str = setting(
        "", Name(), not_shown="follows the source", scope=Scope.MACHINE)
    loop: bool = setting(True, label="Loop", not_shown="in the transport bar")
    pacing: str = setting(
        "real-time", OneOf({"real-time": "Real time", "every-frame": "Every frame"}),
        "Playback", not_shown="in the transport bar")
    mirror: bool = setting(
        False, label="Mirror", tip="Flip the source left to right (H)")
    rotate: int = setting(
        0, OneOf({0: "None", 90: "90° clockwise", 180: "180°", 270: "90° anticlockwise"}),
        "Rotate", "Rotate the source by 90° steps (Shift+H)")
    # fmt: on
