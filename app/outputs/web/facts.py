"""The words and numbers beside the picture. Nothing of the machine: no path, no file's name."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.results import FrameResult
from app.outputs.scene import Scene
from app.views import table as views
from models.frames import Unit

_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of the picture that is shown.

    Attributes
    ----------
    headline, caption
        Of the view.
    view
        Key of the view.
    wipe
        Position of the wipe's divider; None where the view has none.
    flicker
        By lane, its flicker of late; lanes without a number are absent.
    """

    headline: str = ""
    caption: str = ""
    view: str = ""
    wipe: float | None = None
    flicker: Mapping[str, float] = field(default_factory=dict)

    def as_json(self, values: Mapping[str, str] | None, is_remote: bool) -> str:
        """One message to a viewer; `values` are those at its probe, if it has one."""
        said = {
            "headline": self.headline, "caption": self.caption, "view": self.view,
            "wipe": self.wipe, "flicker": dict(self.flicker), "values": values,
            "remote": is_remote,
        }  # fmt: skip
        return json.dumps(said, separators=(",", ":"))


def facts_of(result: FrameResult, scene: Scene) -> Facts:
    """What can be said of this result as it is shown."""
    flicker: dict[str, float] = {}
    if result.analysis is not None and result.analysis.flicker is not None:
        flicker = {
            name: round(lane.recent, _DIGITS)
            for name, lane in result.analysis.flicker.lanes.items()
            if math.isfinite(lane.recent)
        }
    view = views.find(scene.settings.view)
    wipe = scene.wipe if view.has_divider else None
    return Facts(scene.caption[0], scene.caption[1], view.title, wipe, flicker)


def values_at(result: FrameResult, x: float, y: float) -> dict[str, str]:
    """By lane, its disparity at a point in shares of the frame, in words."""
    texts = {}
    for name, lane in result.lanes.items():
        disparity = lane.depth.disparity
        height, width = disparity.shape
        value = float(disparity[min(height - 1, int(y * height)), min(width - 1, int(x * width))])
        unit = " 1/m" if lane.depth.unit is Unit.INVERSE_METRE else ""
        texts[name] = f"{value:.3g}{unit}" if math.isfinite(value) else "unknown"
    return texts
