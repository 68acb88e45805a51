"""What the user chose: one frozen value, and a model that reports its changes.

Each field of `Settings` carries its rule, its row in the inspector, its command-line option and
its scope (`app.settings.setting.Setting`); nothing of that is written down a second time. Keys are
the field names, everywhere: in the file, in the inspector, in presets and in lessons.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.settings.rules import Between, Name, OneOf, SomeOf, Written, shortened
from app.settings.setting import Option, Scope, Setting, setting
from app.sources.specs import forms, is_camera
from app.views import table as views
from renderers.colormap_names import COLORMAPS
from widgets.arrangement import PANES

INPUT_SIZES = (168, 224, 280, 336, 392, 448, 518, 616, 756, 1148)
_IN_SOURCE_MENU = "chosen in the source menu"
_IN_LANE_PICKER = "chosen in the lane's own menu, above its pane"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is remembered from one start to the next.

    The meaning of a field is its tooltip; `SETTINGS` gives what is known about each.

    Attributes
    ----------
    source_width, source_height, source_fps, source_pixels
        Asked of a camera (or, the size, rendered); 0 and "" leave it to the source.
    last_camera
        The camera that was the source last; follows `source`.
    input_size
        Short side in pixels of the picture the network gets; 0 is the model's own.
    range_far, range_near
        Disparity at the ends of the fixed range, far < near.
    cloud_offset, cloud_gain
        a and b of ``z = 1 / (a + b * disparity)``; gain 0 derives both from the display range.
    scan_line
        Height of the row of the x-t slices as a share of the picture.

    Raises
    ------
    ValueError
        If a value breaks its rule.
    """

    # fmt: off
    source: str = setting(
        "synthetic", Name(), not_shown=_IN_SOURCE_MENU,
        option=Option("--source", "SOURCE", forms()))
    source_width: int = setting(0, Between(0, 16_384), not_shown=_IN_SOURCE_MENU)
    source_height: int = setting(0, Between(0, 16_384), not_shown=_IN_SOURCE_MENU)
    source_fps: float = setting(0.0, Between(0, 1000), not_shown=_IN_SOURCE_MENU)
    source_pixels: str = setting("", Written("[A-Z0-9]{4}|", "MJPG"), not_shown=_IN_SOURCE_MENU)
    last_camera: str = setting(
        "", Name(), not_shown="follows the source", scope=Scope.MACHINE)
    loop: bool = setting(True, not_shown="in the transport bar")
    pacing: str = setting(
        "real-time", OneOf({"real-time": "Real time", "every-frame": "Every frame"}),
        not_shown="in the transport bar")
    mirror: bool = setting(
        False, label="Mirror", tip="Swap left and right of the source's frames (H)")
    rotate: int = setting(
        0, OneOf({0: "None", 90: "90° clockwise", 180: "180°", 270: "90° anticlockwise"}),
        "Rotate", "Rotate the source's frames (Shift+H)")

    model_a: str = setting(
        "flashdepth-lite", Name(100), not_shown=_IN_LANE_PICKER,
        option=Option("--a", "MODEL", "model of lane A"))
    model_b: str = setting(
        "flashdepth-lite-per-frame", Name(100), not_shown=_IN_LANE_PICKER,
        option=Option("--b", "MODEL", "model of lane B"))
    memory: bool = setting(
        True, label="Memory across frames",
        tip="Off runs every temporal lane frame by frame, as if each frame were the first (M)")
    input_size: int = setting(
        0, Between(28, 4096, "Model default"), "Input size",
        "Short side in pixels of the picture the network gets; the work grows with its square",
        control="choice",
        choices=((0, "Model default"), *((size, str(size)) for size in INPUT_SIZES)),
        option=Option("--input-size", "N", "short side of the network's picture, in pixels"))
    device: str = setting(
        "auto", Written(r"auto|cpu|mps|cuda(:\d{1,2})?", "auto, cpu, cuda, cuda:N or mps"),
        "Device", "What the networks run on", control="choice",
        choices=(("auto", "Automatic"), ("cpu", "CPU")), scope=Scope.MACHINE,
        option=Option("--device", "auto|cpu|cuda[:N]|mps", "what networks run on"))
    precision: str = setting(
        "auto", OneOf({"auto": "Automatic", "float32": "float32", "bfloat16": "bfloat16"}),
        "Precision",
        "Number format the networks compute in; bfloat16 is faster on devices that have it",
        scope=Scope.MACHINE,
        option=Option("--precision", "auto|float32|bfloat16", "what networks compute in"))
    threads: int = setting(
        0, Between(1, 256, "Automatic"), "Threads",
        "CPU threads for the networks; automatic chooses by the number of cores",
        scope=Scope.MACHINE, option=Option("--threads", "N", "CPU threads for networks"))
    ema_factor: float = setting(
        0.8, Between(0, 0.99), "EMA factor",
        "Weight of the past in a +EMA lane: 0 none, 0.99 nearly all", control="slider", step=0.01,
        option=Option("--ema-factor", "X", "weight of the past in a +ema lane, 0 to 0.99"))

    range_mode: str = setting(
        "stable", OneOf({"stable": "Stabilised", "fixed": "Fixed", "per-frame": "Per frame"}),
        "Range",
        "Which disparity gets which colour, the same for both lanes: stabilised follows robust "
        "percentiles slowly (N)")
    range_far: float = setting(
        0.0, Between(-1e9, 1e9), "Far end", "Disparity shown as farthest when the range is fixed",
        step=0.05, decimals=3)
    range_near: float = setting(
        1.0, Between(-1e9, 1e9), "Near end", "Disparity shown as nearest when the range is fixed",
        step=0.05, decimals=3)
    range_locked: bool = setting(
        False, label="Lock the range", tip="Hold the range that is on screen now (K)")
    colormap: str = setting(
        "inferno", OneOf({name: name.capitalize() for name in COLORMAPS}), "Colours",
        "Colour map of both lanes; all but Turbo are safe for colour-blind viewers (C)")
    edges: bool = setting(
        False, label="Depth edges over RGB", tip="Outline jumps in depth (E)")
    panes: tuple[str, ...] = setting(
        PANES, SomeOf(PANES), not_shown="in the View menu, keys 1 to 4")
    view: str = setting(
        views.DEFAULT, OneOf(dict.fromkeys(views.KEYS, "")), not_shown="in the view switch",
        option=Option("--view", "KEY", f"how the lanes are compared: {', '.join(views.KEYS)}"))

    cloud_stride: int = setting(
        0, Between(1, 32, "Automatic"), "Stride",
        "Draw every n-th pixel in both directions; automatic follows the drawing time")
    cloud_point_size: float = setting(
        1.0, Between(0.25, 8), "Point size", "Size of the points, relative to the gap between them",
        control="slider", step=0.25)
    cloud_edge_ratio: float = setting(
        1.06, Between(1.005, 10), "Edge cull",
        "Drop points where the depths of neighbours differ by more than this factor",
        control="number and slider", step=0.005, decimals=3, slider=(1.005, 1.5))
    cloud_fov_deg: float = setting(
        0.0, Between(0, 150, "Source default"), "Field of view",
        "Horizontal field of view of the camera; the default is the source's own if known, "
        "else 60°", unit="°", decimals=1)
    cloud_offset: float = setting(
        0.0, Between(-1e9, 1e9), "a  (offset)", "a of z = 1 / (a + b · disparity)",
        control="number and slider", step=0.005, decimals=4, slider=(-1.0, 1.0))
    cloud_gain: float = setting(
        0.0, Between(0, 1e9, "Automatic"), "b  (gain)",
        "b of z = 1 / (a + b · disparity); automatic derives both from the display range",
        control="geometric", step=0.01, decimals=4, slider=(0.01, 100.0))
    cloud_colour: str = setting(
        "rgb", OneOf({"rgb": "Picture", "disparity": "Disparity"}), "Colour by",
        "What the colours of the points mean")
    cloud_grid: bool = setting(True, label="Ground grid", tip="Show a grid under the points")
    cloud_axes: bool = setting(False, label="Axes", tip="Show the x, y and z axes of the camera")
    cloud_background: str = setting(
        "#0d0e10", Written(r"#[0-9a-fA-F]{6}", "#0d0e10"), "Background",
        "Colour behind the points", control="choice",
        choices=(("#0d0e10", "Black"), ("#2c2f35", "Grey"), ("#f2f2f0", "White")))
    cloud_lane: str = setting(
        "a", OneOf({"a": "Lane A", "b": "Lane B"}), "Shows",
        "The lane whose disparity becomes the cloud")

    difference_alignment: str = setting(
        "clip", OneOf({"clip": "Per shot", "frame": "Per frame", "none": "None"}), "Align B to A",
        "Scale and shift fitted before the difference is taken: relative disparity has neither "
        "of its own (D)")
    blink_hz: float = setting(
        2.0, Between(0.2, 15), "Blink rate", "How many times a second the lanes alternate (B)",
        control="slider", unit="Hz", step=0.1)
    flicker_window: int = setting(
        15, Between(1, 60), "Flicker over", "Frames that the flicker heat map adds up (F)",
        control="slider", unit="frames")
    scan_line: float = setting(0.5, Between(0, 1), not_shown="dragged in the picture")
    charts: bool = setting(False, label="Charts", tip="Plot pinned points, flicker and drift")
    sound: bool = setting(
        False, label="Sound",
        tip="A tone for each lane, A left and B right, rougher as the lane flickers",
        scope=Scope.SILENT_START)
    sound_volume: float = setting(
        0.3, Between(0, 1), "Volume", "Loudness of the tones",
        control="slider", step=0.05, scope=Scope.MACHINE)
    sound_device: str = setting(
        "", Name(200), "Play on", "The output that plays the tones", control="choice",
        choices=(("", "System default"),), scope=Scope.MACHINE)
    inspector: bool = setting(True, not_shown="shows and hides the inspector itself (I)")

    record_folder: str = setting(
        "", Name(), "Folder", "Each recording becomes a new folder in this one",
        control="folder", placeholder="Videos folder", scope=Scope.MACHINE)
    record_sound: str = setting(
        "", Name(200), "Sound from", "The microphone or line input that is recorded as well",
        control="choice", choices=(("", "None"), ("default", "System default")),
        scope=Scope.MACHINE)
    record_composite: bool = setting(
        True, label="Video of all", tip="Picture and both lanes side by side, as H.264")
    record_disparity: bool = setting(
        True, label="Disparity", tip="The disparity of both lanes, at 16 bits")

    attract_after_s: float = setting(
        0.0, Between(0, 86_400, "Never"), "Attract",
        "Minutes without input after which the app cycles through the views by itself",
        unit="min", per_shown=60.0, decimals=1, scope=Scope.MACHINE)
    budget_fps: float = setting(
        15.0, Between(1, 240), "Budget", "Frames per second that the input size is chosen for",
        unit="fps")
    fallback_after_s: float = setting(
        5.0, Between(0, 3_600, "Never"), "Fall back",
        "A camera or stream that stays away so long is replaced by the fallback clip until it "
        "is back", unit="s", scope=Scope.MACHINE)
    fallback_clip: str = setting(
        "", Name(), "Fallback clip",
        "A video or a recording, shown while a camera or stream stays away",
        control="clip", placeholder="Built-in scene", scope=Scope.MACHINE)
    input_budget: str = setting(
        "auto", OneOf({"auto": "While presenting", "on": "Always", "off": "Never"}), "Auto size",
        "Whether the input size of the networks steps down when frames take too long, and up "
        "again when there is time")
    panic_clip: str = setting(
        "", Name(), "Backup clip",
        "A video or a recording that F12 shows at once; F12 again returns to the source",
        control="clip", placeholder="Built-in scene", scope=Scope.MACHINE)
    presenter: bool = setting(
        False, label="Presenter type", tip="Text large enough for the back of a room")
    hint_seen: bool = setting(
        False, not_shown="remembers that the first hint was shown", scope=Scope.MACHINE)
    # fmt: on

    def __post_init__(self) -> None:
        for key, known in SETTINGS.items():
            value = getattr(self, key)
            if (wrong := known.rule.broken_by(value)) is not None:
                raise ValueError(f"{key} {wrong}, not {shortened(value)}")
        if not self.range_far < self.range_near:
            raise ValueError("the far end of the range must be below the near end")
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


Subscriber = Callable[[Settings, frozenset[str]], None]


class SettingsModel:
    """The settings in force, and who is told when they change. Used on the GUI thread only."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._value = settings or Settings()
        self._subscribers: list[Subscriber] = []

    @property
    def value(self) -> Settings:
        return self._value

    def replace(self, **changes: Any) -> None:
        """Change some fields together and tell the subscribers what changed.

        Raises
        ------
        ValueError
            If a value is unusable; the settings stay as they were.
        """
        new = dataclasses.replace(self._value, **changes)
        changed = frozenset(
            key for key in changes if getattr(new, key) != getattr(self._value, key)
        )
        self._value = new
        if changed:
            for subscriber in tuple(self._subscribers):
                subscriber(self._value, changed)  # a subscriber may have changed it again

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber(settings, changed_keys)` after each change.

        Returns
        -------
        callable
            Ends the subscription.
        """
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe
