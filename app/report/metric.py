"""What a metric of the report is: where it stands, and how its value comes about."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from app.report.values import LaneSummary
from models.frames import Float32, Frame

JsonPlace = Literal["lane", "accuracy", "settings", "none"]
"""Of a metric in metrics.json: a key of the lane, of its "accuracy", of "settings" by lane, or not
written."""


class LaneMeter(Protocol):
    """Measures one lane while the clip goes by; its memory does not grow with the clip."""

    def add(self, frame: Frame, disparity: Float32, cut: bool) -> float:
        """Take one frame.

        Parameters
        ----------
        frame : Frame
            The picture, with its truth if the source knows it.
        disparity : ndarray
            (H, W) float32, what the lane estimated for it.
        cut : bool
            The frame does not continue the last one.

        Returns
        -------
        float
            The value of this frame for metrics.csv; NaN where there is none.
        """
        ...

    @property
    def value(self) -> float:
        """The value of the clip so far; NaN where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class ReportMetric:
    """A number per lane: a row of the page and a key of metrics.json.

    Attributes
    ----------
    key : str
        In metrics.json, and in metrics.csv if it has a chart.
    title : str
        Of the page's row.
    better : "lower" or "higher"
        Which value is the better one.
    meter : callable or None
        Makes what measures a lane.
    read : callable or None
        Takes the value from what is measured anyway, for a metric without a meter.
    json_place : JsonPlace
        Where metrics.json has it; with "none" it is a row of the page only.
    of_truth : float
        The value that the ground truth has; NaN if it is not known beforehand.
    needs_common_zero : bool
        The value depends on where the lane's disparity has its zero, so that it says nothing of two
        lanes whose zeros differ.
    chart : str
        Title of a chart of the values by frame; "" for none.
    """

    key: str
    title: str
    better: Literal["lower", "higher"]
    meter: Callable[[], LaneMeter] | None = None
    read: Callable[[LaneSummary], float] | None = None
    json_place: JsonPlace = "lane"
    of_truth: float = math.nan
    needs_common_zero: bool = False
    chart: str = ""

    def of(self, lane: LaneSummary) -> float:
        """The lane's value over the clip; NaN where there is none."""
        return lane.measured.get(self.key, math.nan) if self.read is None else self.read(lane)
