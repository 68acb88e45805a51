"""What the user chose: one frozen value.

Each field carries its rule, its row in the inspector, its command-line option and its scope
(`app.settings.setting.Setting`); no other table repeats them. The settings file, the inspector,
presets and lessons use the field names as keys.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.settings.groups.booth import BoothSettings
from app.settings.groups.cloud import CloudSettings
from app.settings.groups.compare import CompareSettings
from app.settings.groups.display import DisplaySettings
from app.settings.groups.lanes import LaneSettings
from app.settings.groups.output import SendingSettings
from app.settings.groups.record import RecordSettings
from app.settings.groups.scene import SceneSettings
from app.settings.groups.source import SourceSettings
from app.settings.groups.window import WindowSettings
from app.settings.rules import shortened
from app.settings.setting import Setting
from app.sources.parsing import is_camera


@dataclass(frozen=True, slots=True)
class Settings(  # fields come in the order of the bases from the last to the first
    WindowSettings,
    BoothSettings,
    SendingSettings,
    RecordSettings,
    CompareSettings,
    CloudSettings,
    DisplaySettings,
    LaneSettings,
    SceneSettings,
    SourceSettings,
):
    """Everything that is remembered from one start to the next.

    The meaning of a field is its tooltip; `SETTINGS` gives what is known about each.

    Raises
    ------
    ValueError
        If a value breaks its rule.
    """

    def __post_init__(self) -> None:
        for key, known in SETTINGS.items():
            value = getattr(self, key)
            if (wrong := known.rule.broken_by(value)) is not None:
                raise ValueError(f"{key} {wrong}, not {shortened(value)}")
        if not self.range_far < self.range_near:
            raise ValueError("range_far must be below range_near")
        if is_camera(self.source):  # however it was chosen: menu, preset or command line
            object.__setattr__(self, "last_camera", self.source)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values by key, as written to the settings file."""
        values = dataclasses.asdict(self)
        return {key: list(v) if isinstance(v, tuple) else v for key, v in values.items()}


SETTINGS: Mapping[str, Setting] = {
    field.name: field.metadata["setting"] for field in dataclasses.fields(Settings)
}
"""What is known about each setting, by key, in the order of the fields."""
