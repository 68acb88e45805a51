"""Settings of recordings."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Name
from app.settings.setting import Scope, setting


@dataclass(frozen=True)
class RecordSettings:
    """What is recorded, and where."""

    # fmt: off
    record_folder: str = setting(
        "", Name(), "Folder", "Each recording gets its own folder in here",
        control="folder", placeholder="Videos folder", scope=Scope.MACHINE)
    record_sound: str = setting(
        "", Name(200), "Audio input", "Microphone or line input to record along",
        control="choice", choices=(("", "None"), ("default", "System default")),
        scope=Scope.MACHINE)
    record_composite: bool = setting(
        True, label="Side-by-side video", tip="RGB and both lanes side by side, as H.264")
    record_disparity: bool = setting(
        True, label="Disparity", tip="Disparity of both lanes, 16 bits")
    record_inside: bool = setting(
        False, label="Inside the networks",
        tip="What the view of the networks' insides shows (O), as NumPy arrays per frame")
    # fmt: on
