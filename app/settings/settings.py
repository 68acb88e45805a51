"""What the user chose: one frozen value, one model that tells when it changes.

``SettingsModel.replace`` checks, replaces and tells every subscriber what changed; nobody edits
settings in place. Keys are the field names below, everywhere: in the file, in the inspector and
in presets.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.settings.rules import Between, Name, OneOf, Rule, SomeOf, Written, check
from app.settings.words import PRECISIONS
from app.sources.specs import is_camera
from renderers.colormap import COLORMAPS

PANES = ("rgb", "depth_a", "depth_b", "cloud")
VIEWS = ("side", "wipe", "blink", "difference", "flicker", "xt")
RANGE_MODES = ("stable", "fixed", "per-frame")
PACINGS = ("real-time", "every-frame")
ALIGNMENTS = ("clip", "frame", "none")
BUDGETS = ("auto", "on", "off")
ROTATIONS = (0, 90, 180, 270)
CLOUD_COLOURS = ("rgb", "disparity")
CLOUD_LANES = ("a", "b")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is remembered from one start to the next.

    input_size : short side in pixels of the network's picture; 0 takes each model's own.
    threads : CPU threads for the networks; 0 chooses by the number of cores.
    memory : off runs every temporal lane without its memory.
    range_far, range_near : disparity of the fixed range, far < near.
    cloud_stride : 0 chooses by the measured draw time.
    last_camera : the camera that was the source last; it follows `source`.
    source_fps, source_pixels : asked of a camera; 0 and "" leave them to it.
    cloud_fov_deg : horizontal field of view; 0 takes the source's own, else 60.
    cloud_offset, cloud_gain : a and b of z = 1 / (a + b * disparity); gain 0 derives both from
        the display range.
    scan_line : height of the x-t slices' row as a share of the picture.
    attract_after_s : a loop of views begins when nobody touched anything for so long; 0 never.
    budget_fps : frames per second that the input size is chosen for where it follows the budget.
    fallback_after_s : a live source that stays away so long is replaced by `fallback_clip`; 0
        never. fallback_clip, panic_clip : a file or recording; empty for the built-in scene.
    input_budget : whether the input size follows the budget; "auto" while `presenter` is on.
    sound : the tones are on; never remembered, so that a start is silent.
    sound_device : name of the output that plays the tones; empty for the system's choice.
    record_sound : name of the input recorded with the pictures, "default", or empty for none.
    flicker_window : frames over which the flicker heat map integrates, 1 to 60.
    """

    source: str = "synthetic"
    source_width: int = 0
    source_height: int = 0
    source_fps: float = 0.0
    source_pixels: str = ""
    last_camera: str = ""
    loop: bool = True
    pacing: str = "real-time"
    mirror: bool = False
    rotate: int = 0

    model_a: str = "flashdepth-lite"
    model_b: str = "flashdepth-lite-per-frame"
    memory: bool = True
    input_size: int = 0
    device: str = "auto"
    precision: str = "auto"
    threads: int = 0
    ema_factor: float = 0.8

    range_mode: str = "stable"
    range_far: float = 0.0
    range_near: float = 1.0
    range_locked: bool = False
    colormap: str = "inferno"
    edges: bool = False
    panes: tuple[str, ...] = PANES
    view: str = "side"

    cloud_stride: int = 0
    cloud_point_size: float = 1.0
    cloud_edge_ratio: float = 1.06
    cloud_fov_deg: float = 0.0
    cloud_offset: float = 0.0
    cloud_gain: float = 0.0
    cloud_colour: str = "rgb"
    cloud_grid: bool = True
    cloud_axes: bool = False
    cloud_background: str = "#0d0e10"
    cloud_lane: str = "a"

    difference_alignment: str = "clip"
    blink_hz: float = 2.0
    flicker_window: int = 15
    scan_line: float = 0.5
    charts: bool = False
    sound: bool = False
    sound_volume: float = 0.3
    sound_device: str = ""
    inspector: bool = True

    record_folder: str = ""
    record_sound: str = ""
    record_composite: bool = True
    record_disparity: bool = True

    attract_after_s: float = 0.0
    budget_fps: float = 15.0
    fallback_after_s: float = 5.0
    fallback_clip: str = ""
    input_budget: str = "auto"
    panic_clip: str = ""
    presenter: bool = False
    hint_seen: bool = False

    def __post_init__(self) -> None:
        check({key: getattr(self, key) for key in RULES}, RULES)
        if not self.range_far < self.range_near:
            raise ValueError("the far end of the range must be below the near end")
        if is_camera(self.source):  # whoever chose it: a menu, a preset, the command line
            object.__setattr__(self, "last_camera", self.source)

    def as_dict(self) -> dict[str, Any]:
        """Plain values by key, as written to the settings file."""
        values = dataclasses.asdict(self)
        values["panes"] = list(self.panes)
        return values


RULES: Mapping[str, Rule] = {
    "source": Name(),
    "source_width": Between(0, 16_384),
    "source_height": Between(0, 16_384),
    "source_fps": Between(0.0, 1000.0),
    "source_pixels": Written("[A-Z0-9]{4}|", "MJPG"),
    "last_camera": Name(),
    "pacing": OneOf(PACINGS),
    "rotate": OneOf(ROTATIONS),
    "model_a": Name(100),
    "model_b": Name(100),
    "input_size": Between(0, 4096),
    "device": Written(r"auto|cpu|mps|cuda(:\d{1,2})?", "auto, cpu, cuda, cuda:N or mps"),
    "precision": OneOf(PRECISIONS),
    "threads": Between(0, 256),
    "ema_factor": Between(0.0, 0.99),
    "range_mode": OneOf(RANGE_MODES),
    "range_far": Between(-1e9, 1e9),
    "range_near": Between(-1e9, 1e9),
    "colormap": OneOf(COLORMAPS),
    "panes": SomeOf(PANES),
    "view": OneOf(VIEWS),
    "cloud_stride": Between(0, 32),
    "cloud_point_size": Between(0.25, 8.0),
    "cloud_edge_ratio": Between(1.005, 10.0),
    "cloud_fov_deg": Between(0.0, 150.0),
    "cloud_offset": Between(-1e9, 1e9),
    "cloud_gain": Between(0.0, 1e9),
    "cloud_colour": OneOf(CLOUD_COLOURS),
    "cloud_background": Written(r"#[0-9a-fA-F]{6}", "#0d0e10"),
    "cloud_lane": OneOf(CLOUD_LANES),
    "difference_alignment": OneOf(ALIGNMENTS),
    "blink_hz": Between(0.2, 15.0),
    "flicker_window": Between(1, 60),
    "scan_line": Between(0.0, 1.0),
    "sound_volume": Between(0.0, 1.0),
    "sound_device": Name(200),
    "record_folder": Name(),
    "record_sound": Name(200),
    "attract_after_s": Between(0.0, 86_400.0),
    "budget_fps": Between(1.0, 240.0),
    "fallback_after_s": Between(0.0, 3_600.0),
    "fallback_clip": Name(),
    "input_budget": OneOf(BUDGETS),
    "panic_clip": Name(),
}
"""What each field may be; only those that are on or off need no rule."""

FIELDS: Mapping[str, type] = {
    f.name: type(f.default) for f in dataclasses.fields(Settings) if f.name != "panes"
}


def from_dict(values: Mapping[str, Any]) -> tuple[Settings, list[str]]:
    """Settings from plain values, and the keys that were not usable and took their default."""
    settings, refused = Settings(), []
    for key, value in values.items():
        try:
            settings = dataclasses.replace(settings, **{key: coerced(key, value)})
        except (TypeError, ValueError, OverflowError):
            refused.append(key)
    if "range_far" in refused or "range_near" in refused:
        try:  # the two only make sense together
            far, near = (coerced(key, values[key]) for key in ("range_far", "range_near"))
            settings = dataclasses.replace(settings, range_far=far, range_near=near)
            refused = [key for key in refused if key not in ("range_far", "range_near")]
        except (KeyError, TypeError, ValueError, OverflowError):
            pass
    return settings, refused


def coerced(key: str, value: Any) -> Any:
    """`value` as the setting `key` wants it: a whole number may stand for a float.

    Raises ValueError for a key that is no setting, TypeError for a value of another type,
    OverflowError for a number that no float holds.
    """
    if key == "panes":
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"panes are a list, not {value!r}")
        return tuple(value)
    kind = FIELDS.get(key)
    if kind is None:
        raise ValueError(f"there is no setting {key!r}")
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise TypeError(f"{key} is a {kind.__name__}, not {value!r}")
    return value


Subscriber = Callable[[Settings, frozenset[str]], None]


class SettingsModel:
    """The settings in force. Used from the GUI thread only."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._value = settings or Settings()
        self._subscribers: list[Subscriber] = []

    @property
    def value(self) -> Settings:
        return self._value

    def replace(self, **changes: Any) -> None:
        """Change some fields together and tell what changed. Raises ValueError if unusable."""
        new = dataclasses.replace(self._value, **changes)
        changed = frozenset(
            key for key in changes if getattr(new, key) != getattr(self._value, key)
        )
        self._value = new
        if changed:
            for subscriber in tuple(self._subscribers):
                subscriber(self._value, changed)  # a subscriber may have changed it again

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber(settings, changed_keys)` after each change; returns its own undo."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe
