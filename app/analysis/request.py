"""What the analyzer computes for a frame."""

from __future__ import annotations

from dataclasses import dataclass

from app.analysis.inside.request import InsideRequest
from renderers.stereo_options import StereoOptions


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What to compute; nothing by default.

    Attributes
    ----------
    difference
        How lane B is aligned to A before subtracting: "clip" by one pair for the current shot as
        far as it was seen, "frame", "none"; "" for no difference.
    flicker_window
        Frames that the heat map integrates over, 1–60; 0 for no flicker at all.
    heat, drift
        Compute heat map, and scale and shift, not only the flicker.
    is_sampled
        Of a shot's later frames, measure the flicker of every third pair; between them the last
        result stays. For what is said of many frames together.
    scan_line
        Height of the x-t slices' row as a fraction of the picture, or None for no slices.
    edges
        "a" or "b" for depth edges of that lane and their boundary F1, "" for none.
    edge_colour
        RGB of the edges.
    inside
        What to show of the networks' insides, or None.
    pins
        Picture points (x, y) as fractions whose disparity is reported.
    stereo
        Make a stereo picture like this, or None for none.
    stereo_lane
        "a" or "b", by whose disparity.
    """

    difference: str = ""
    flicker_window: int = 0
    heat: bool = False
    drift: bool = False
    is_sampled: bool = False
    scan_line: float | None = None
    edges: str = ""
    edge_colour: tuple[int, int, int] = (76, 181, 245)
    inside: InsideRequest | None = None
    pins: tuple[tuple[float, float], ...] = ()
    stereo: StereoOptions | None = None
    stereo_lane: str = "a"

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to compute."""
        return self == AnalysisRequest(edge_colour=self.edge_colour)
