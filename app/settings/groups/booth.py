"""Settings for a presenter and for an unattended booth."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Between, Name, OneOf
from app.settings.setting import Option, Scope, setting


@dataclass(frozen=True)
class BoothSettings:
    """What helps a presenter, and what happens when nobody is there or a source fails."""

    # fmt: off
    attract_after_s: float = setting(
        0.0, Between(0, 86_400, "Never"), "Idle demo after",
        "Minutes without input before the app cycles through the views on its own",
        unit="min", per_shown=60.0, decimals=1, scope=Scope.MACHINE)
    budget_fps: float = setting(
        15.0, Between(1, 240), "Target frame rate", "Frame rate to hold by lowering the input size",
        unit="fps")
    fallback_after_s: float = setting(
        5.0, Between(0, 3_600, "Never"), "Fall back after",
        "Show the fallback clip when a camera or stream has been gone this long, until it "
        "returns", unit="s", scope=Scope.MACHINE)
    fallback_clip: str = setting(
        "", Name(), "Fallback clip",
        "Video or recording shown while a camera or stream is gone",
        control="clip", placeholder="Built-in scene", scope=Scope.MACHINE)
    input_budget: str = setting(
        "auto", OneOf({"auto": "Automatic", "on": "Always", "off": "Never"}),
        "Hold frame rate",
        "Lower quality to hold frame rate: down to two thirds of the input size when frames take "
        "too long; Automatic does so on a CPU and in presenter mode")
    panic_clip: str = setting(
        "", Name(), "Backup clip",
        "Video or recording that F12 shows at once; F12 again returns to the source",
        control="clip", placeholder="Built-in scene", scope=Scope.MACHINE)
    presenter: bool = setting(
        False, label="Presenter mode",
        tip="Large text and captions, readable from the back of a room (F9)",
        option=Option("--presenter", "", "start in presenter mode"))
    # fmt: on
