"""Static-scene noise that can be compared between networks whose disparities have other zeros."""

from __future__ import annotations

from functools import partial

from app.report.metric import ReportMetric
from app.report.static_noise import NoiseMeter
from models.metrics import StaticSpread

STATIC_SPREAD = ReportMetric(
    "flicker_static_spread",
    "Static-scene noise, % of spread",
    "lower",
    partial(NoiseMeter, StaticSpread),
    json_place="settings",
)
