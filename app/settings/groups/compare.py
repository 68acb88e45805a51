"""Settings of what compares the lanes: views, charts and tones."""

from __future__ import annotations

from dataclasses import dataclass

from app.analysis.inside.titles import TITLES
from app.settings.rules import Between, Name, OneOf
from app.settings.setting import Scope, setting
from renderers.stereo_options import MOST_STRENGTH, STEREO_FORMS


@dataclass(frozen=True)
class CompareSettings:
    """The views that compare the lanes, the charts and the tones.

    Attributes
    ----------
    scan_line
        Height of the row of the x-t slices as a share of the picture.
    """

    # fmt: off
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
    # fmt: on
