"""What the user chose: one frozen value, and a model that reports its changes.

Each field of `Settings` carries its rule, its row in the inspector, its command-line option and
its scope (`app.settings.setting.Setting`); no other table repeats them. The settings file, the
inspector, presets and lessons use the field names as keys.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.analysis.inside.titles import TITLES
from app.outputs import contents as outputs
from app.settings.rules import Between, Lines, Name, OneOf, SomeOf, Written, shortened
from app.settings.setting import Option, Scope, Setting, setting
from app.sources.parsing import is_camera, usage
from app.views import table as views
from app.views import workspaces as workspace_table
from models.scene_options import DISTANCE_M, OBJECTS, RAISE_M, SIZE, WALLS
from renderers.colormap_names import COLOR_BLIND_SAFE, COLORMAPS
from renderers.stereo_options import MOST_STRENGTH, STEREO_FORMS
from widgets.arrangement import PANE_TITLES, PANES


def _model_title(name: str) -> str:
    from models import registry

    return registry.title(name)


def _view_title(key: str) -> str:
    return views.find(key).title


INPUT_SIZES = (168, 224, 280, 336, 392, 448, 518, 616, 756, 1148)
_IN_SOURCE_MENU = "set in the Source menu"
_IN_LANE_PICKER = "set in the lane's own menu, above its pane"


def _colormap_words(name: str) -> str:
    """The name in menus, with a mark where colour-blind eyes can tell near from far."""
    return name.capitalize() + (" ◆ colour-blind safe" if name in COLOR_BLIND_SAFE else "")


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

    scene_wall: str = setting(
        "pictures", OneOf(WALLS), "Back wall",
        "What is on the back wall; ground truth is the surface, never what a mirror or print shows",
        scope=Scope.SILENT_START)
    scene_glass: bool = setting(
        False, label="Pane of glass",
        tip="A pane stands before the table; ground truth is the pane, not what is behind it",
        scope=Scope.SILENT_START)
    scene_object: str = setting(
        "none", OneOf(OBJECTS), "Object",
        "Put an object into the middle of the room; the visitor and the balls leave",
        scope=Scope.SILENT_START)
    scene_distance: float = setting(
        3.0, Between(*DISTANCE_M), "Distance",
        "From the middle of the camera's path to the object, along the floor",
        control="slider", unit="m", step=0.1, scope=Scope.SILENT_START)
    scene_raise: float = setting(
        0.0, Between(*RAISE_M), "Height",
        "Moves the object up in the picture at the same distance, so that its disparity stays",
        control="slider", unit="m", step=0.05, scope=Scope.SILENT_START)
    scene_size: float = setting(
        1.0, Between(*SIZE), "Size", "Size of the object relative to its usual one",
        control="slider", step=0.05, scope=Scope.SILENT_START)
    scene_shadow: bool = setting(
        True, label="Shadow", tip="The object casts a shadow and darkens the floor around it",
        scope=Scope.SILENT_START)

    model_a: str = setting(
        "flashdepth-lite", Name(300), "Lane A", not_shown=_IN_LANE_PICKER, title_of=_model_title,
        option=Option("--a", "MODEL", "model of lane A"))
    model_b: str = setting(
        "flashdepth-lite-per-frame", Name(300), "Lane B", not_shown=_IN_LANE_PICKER,
        title_of=_model_title,
        option=Option("--b", "MODEL", "model of lane B"))
    memory: bool = setting(
        True, label="Temporal memory",
        tip="Off runs every model frame by frame, as if each frame were the first (M)")
    input_size: int = setting(
        0, Between(28, 4096, "Default"), "Input size",
        "Short side of the network's input in pixels; the work grows with its square "
        "(Ctrl+Up, Ctrl+Down)",
        control="choice",
        choices=((0, "Default"), *((size, f"{size} px") for size in INPUT_SIZES)),
        option=Option("--input-size", "N", "short side of the network's input, in pixels"))
    device: str = setting(
        "auto",
        Written(
            r"auto|cpu|mps|cuda(:\d{1,2})?|openvino(:(CPU|GPU|NPU))?",
            "auto, cpu, cuda, cuda:N, mps or openvino[:CPU|GPU|NPU]"),
        "Device", "Where the networks run (Ctrl+D)", control="choice",
        choices=(("auto", "Automatic"), ("cpu", "CPU")), scope=Scope.MACHINE,
        option=Option(
            "--device", "auto|cpu|cuda[:N]|mps|openvino[:CPU|GPU|NPU]", "where the networks run"))
    precision: str = setting(
        "auto",
        OneOf({
            "auto": "Automatic", "float32": "float32", "bfloat16": "bfloat16", "int8": "int8"}),
        "Precision",
        "Number format for inference; bfloat16 is faster on hardware that supports it, int8 with "
        "OpenVINO on a CPU",
        scope=Scope.MACHINE,
        option=Option(
            "--precision", "auto|float32|bfloat16|int8", "number format for inference"))
    threads: int = setting(
        0, Between(1, 256, "Automatic"), "Threads",
        "CPU threads for inference; Automatic goes by the number of cores (Ctrl+T)",
        scope=Scope.MACHINE, option=Option("--threads", "N", "CPU threads of the networks"))
    ema_factor: float = setting(
        0.8, Between(0, 0.99), "EMA factor",
        "Weight of the past in a +EMA lane: 0 is no smoothing, 0.99 is almost all past",
        control="slider", step=0.01,
        option=Option("--ema-factor", "X", "weight of the past in a +ema lane, 0 to 0.99"))

    range_mode: str = setting(
        "stable", OneOf({"stable": "Stabilised", "fixed": "Fixed", "per-frame": "Per frame"}),
        "Range",
        "How disparity maps to colour in both lanes: Stabilised follows robust percentiles "
        "slowly (N)")
    range_far: float = setting(
        0.0, Between(-1e9, 1e9), "Far limit", "Disparity shown as farthest when the range is Fixed",
        step=0.05, decimals=3, is_announced=False)
    range_near: float = setting(
        1.0, Between(-1e9, 1e9), "Near limit", "Disparity shown as nearest when the range is Fixed",
        step=0.05, decimals=3, is_announced=False)
    range_locked: bool = setting(
        False, label="Lock current range", tip="Keep the range that is on screen now (K)")
    colormap: str = setting(
        COLORMAPS[0], OneOf({name: _colormap_words(name) for name in COLORMAPS}), "Colour map",
        "Colour map of both lanes; ◆ marks those that are safe for colour-blind eyes (C)")
    edges: bool = setting(
        False, label="Depth edges over RGB", tip="Outline depth discontinuities (E)")
    panes: tuple[str, ...] = setting(
        PANES, SomeOf(PANE_TITLES), "Panes", not_shown="set in the View menu, keys 1 to 4")
    view: str = setting(
        views.DEFAULT, OneOf(dict.fromkeys(views.KEYS, "")), "View",
        not_shown="set by the view buttons", title_of=_view_title,
        option=Option("--view", "KEY", f"how the lanes are compared: {', '.join(views.KEYS)}"))

    cloud_style: str = setting(
        "points", OneOf({"points": "Round points", "mesh": "Mesh"}), "Draw as",
        "Round points, or a mesh of triangles that is cut at depth edges (Shift+M)")
    cloud_stride: int = setting(
        0, Between(1, 32, "Automatic"), "Stride",
        "Draw every n-th pixel in each direction; Automatic adapts to the drawing time and draws "
        "every pixel once nothing moves")
    cloud_point_size: float = setting(
        1.0, Between(0.25, 8), "Point size", "Point size relative to the spacing between points",
        control="slider", step=0.25)
    cloud_edge_ratio: float = setting(
        1.06, Between(1.005, 10), "Depth edge threshold",
        "Depths of neighbours that differ by more than this factor form an edge: blurred pixels "
        "there are moved to one of its surfaces, and left out of PLY files",
        control="number and slider", step=0.005, decimals=3, slider=(1.005, 1.5))
    cloud_fill: bool = setting(
        True, label="Fill in behind edges",
        tip="Continue the background behind nearer things, where the camera saw nothing; what is "
        "filled in is a guess and drawn in grey")
    cloud_sway: bool = setting(
        True, label="Sway", tip="Move the viewer slowly to and fro until you touch the cloud")
    cloud_depth_cue: float = setting(
        0.35, Between(0, 1), "Depth cue", "How much distant points fade into the background",
        control="slider", step=0.05)
    cloud_fov_deg: float = setting(
        0.0, Between(0, 150, "Source default"), "Field of view",
        "Horizontal field of view of the camera; Source default uses the source's own if "
        "known, otherwise 60°", unit="°", decimals=1)
    cloud_offset: float = setting(
        0.0, Between(-1e9, 1e9), "Depth shift (a)", "a in z = 1 / (a + b · disparity)",
        control="number and slider", step=0.005, decimals=4, slider=(-1.0, 1.0))
    cloud_gain: float = setting(
        0.0, Between(0, 1e9, "Automatic"), "Depth scale (b)",
        "b in z = 1 / (a + b · disparity); Automatic derives both from the display range",
        control="geometric", step=0.01, decimals=4, slider=(0.01, 100.0))
    cloud_colour: str = setting(
        "rgb", OneOf({"rgb": "Picture", "disparity": "Disparity"}), "Colour by",
        "Colour the points by the picture or by their disparity")
    cloud_grid: bool = setting(
        False, label="Ground grid", tip="Show a ground grid below the points (Shift+G)")
    cloud_axes: bool = setting(
        False, label="Axes", tip="Show the camera's x, y and z axes (Shift+X)")
    cloud_background: str = setting(
        "gradient", Written(r"gradient|#[0-9a-fA-F]{6}", "gradient or #0d0e10"), "Background",
        "What is behind the point cloud", control="choice",
        choices=(
            ("gradient", "Gradient"), ("#0d0e10", "Black"), ("#2c2f35", "Grey"),
            ("#f2f2f0", "White")))
    cloud_lane: str = setting(
        "a", OneOf({"a": "Lane A", "b": "Lane B"}), "Lane",
        "Lane whose disparity is drawn as a point cloud")

    difference_alignment: str = setting(
        "clip", OneOf({"clip": "Per shot", "frame": "Per frame", "none": "None"}), "Align B to A",
        "Scale and shift fitted before subtracting, because relative disparity has "
        "no scale or shift of its own; for the difference view (D)")
    blink_hz: float = setting(
        2.0, Between(0.2, 15), "Blink rate",
        "Switches between the lanes per second in the blink view (B)",
        control="slider", unit="Hz", step=0.1)
    flicker_window: int = setting(
        15, Between(1, 60), "Flicker window", "Number of frames that the flicker view averages (F)",
        control="slider", unit="frames")
    stereo_form: str = setting(
        "anaglyph", OneOf(STEREO_FORMS), "Stereo",
        "How both eyes' views are shown in the stereo view (Shift+V) and sent by outputs")
    stereo_parallax: float = setting(
        3.0, Between(0, 100 * MOST_STRENGTH), "Stereo parallax",
        "How far the near and the far end of the range lie apart for the eyes, in percent of the "
        "picture's width", control="slider", unit="%", step=0.1)
    stereo_zero: float = setting(
        0.5, Between(0, 1), "Screen plane",
        "What lies in the plane of the screen: 0 is the far end of the range, so that everything "
        "stands before the screen, 1 the near end, so that everything lies behind it",
        control="slider", step=0.05)
    inside_a: str = setting(
        "tokens", OneOf(TITLES), "Inside of A",
        "What to show of lane A's network in the view of its inside (O)")
    inside_b: str = setting(
        "similarity", OneOf(TITLES), "Inside of B",
        "What to show of lane B's network in the view of its inside (O)")
    inside_block: int = setting(
        0, Between(1, 24, "Last"), "Attention block",
        "Block of the vision transformer whose attention is shown, from the first on; a number "
        "beyond the last means the last")
    scan_line: float = setting(0.5, Between(0, 1), not_shown="dragged in the picture")
    charts: bool = setting(False, label="Charts", tip="Plot pinned points, flicker and drift (G)")
    sound: bool = setting(
        False, label="Sound",
        tip="One tone per lane, A left and B right; rougher means more flicker (Shift+S)",
        scope=Scope.SILENT_START)
    sound_volume: float = setting(
        0.3, Between(0, 1), "Volume", "Volume of the tones",
        control="slider", step=0.05, scope=Scope.MACHINE)
    sound_device: str = setting(
        "", Name(200), "Output", "Audio output for the tones", control="choice",
        choices=(("", "System default"),), scope=Scope.MACHINE)
    inspector: bool = setting(False, not_shown="toggled by the inspector button (I)")
    workspace: str = setting(
        workspace_table.DEFAULT,
        OneOf({each.key: each.title for each in workspace_table.WORKSPACES}),
        "Workspace", not_shown="set by the tabs",
        option=Option("--workspace", "KEY", f"one of {', '.join(workspace_table.KEYS)}"))
    workspaces: tuple[str, ...] = setting(
        (), Lines(workspace_table.WRITTEN, "look rgb,cloud side 0"),
        not_shown="how each workspace was left", scope=Scope.MACHINE)

    lessons_folder: str = setting(
        "", Name(), not_shown="chosen below the list of lessons", scope=Scope.MACHINE)
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

    output_content: str = setting(
        outputs.DEFAULT, OneOf(outputs.TITLES), "What goes out",
        "What the virtual camera and streams show; viewers of the page choose for themselves",
        option=Option(
            "--output-content", "|".join(outputs.CONTENTS),
            "what the camera and streams of --output show"))
    output_size: str = setting(
        "1280x720", OneOf({
            "640x360": "640 × 360", "1280x720": "1280 × 720", "1920x1080": "1920 × 1080"}),
        "Size", "Size of what the virtual camera and streams send", scope=Scope.MACHINE)
    output_fps: float = setting(
        30.0, Between(1, 60), "Rate",
        "Pictures per second that the virtual camera and streams send", unit="fps",
        scope=Scope.MACHINE)
    page_reach: str = setting(
        "computer", OneOf({"computer": "This computer only", "network": "Local network"}),
        "Page opens on",
        "Who can open the page for the audience: browsers on this computer only, or whoever is on "
        "the same network and has its address",
        scope=Scope.MACHINE,
        option=Option(
            "--page-reach", "computer|network", "who can open the page of --output page"))

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
    theme: str = setting(
        "system", OneOf({"system": "As the system", "dark": "Dark", "light": "Light"}), "Theme",
        "Dark or light window; As the system follows the desktop's setting at once",
        scope=Scope.MACHINE)
    type_scale: float = setting(
        1.0, Between(0.8, 2.0), "Type size", "Size of all text relative to the usual",
        control="choice", choices=(
            (0.85, "Small"), (1.0, "Normal"), (1.25, "Large"), (1.5, "Larger"), (2.0, "Largest")),
        scope=Scope.MACHINE)
    numbers: bool = setting(
        False, tip="All readings over the pictures (Shift+I)", not_shown="in the View menu")
    hint_seen: bool = setting(
        False, not_shown="set once the first hint was shown", scope=Scope.MACHINE)
    # fmt: on

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


Subscriber = Callable[[Settings, frozenset[str]], None]


class SettingsModel:
    """The current settings, and the subscribers to their changes. Used on the GUI thread only."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._value = settings or Settings()
        self._subscribers: list[Subscriber] = []

    @property
    def value(self) -> Settings:
        return self._value

    def replace(self, **changes: Any) -> None:
        """Change some fields together and call the subscribers with the keys that changed.

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
