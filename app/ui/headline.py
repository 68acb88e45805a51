"""What the numbers say of the pictures, in one sentence. Pure functions."""

from __future__ import annotations

from app.analysis.steadiness import Verdict, times
from models import names, registry


def headline(model_a: str, model_b: str, verdict: Verdict | None) -> str:
    """Return the sentence, or "" where the numbers support none.

    "Here" limits it to the present shot of this source.

    Parameters
    ----------
    model_a, model_b
        Names of the models that made the pictures.
    verdict
        Which lane is steadier and how much.
    """
    if verdict is None:
        return ""
    steady, other = (model_a, model_b) if verdict.lane == "a" else (model_b, model_a)
    much = times(verdict.ratio)
    for cause, has in (("Memory", _has_memory), ("Smoothing", names.is_smoothed)):
        if has(steady) != has(other) and _differ_only_in(cause, steady, other):
            change = "steadier" if has(steady) else "less steady"
            return f"{cause}: {much} {change} here"
    lane = verdict.lane.upper()
    rest = "B" if lane == "A" else "A"
    return f"{lane}, {registry.title(steady)}: {much} steadier than {rest} here"


def _has_memory(model: str) -> bool:
    return registry.without_memory(names.unsmoothed(model)) != names.unsmoothed(model)


def _differ_only_in(cause: str, one: str, other: str) -> bool:
    if registry.family(one) != registry.family(other):
        return False
    same = _has_memory if cause == "Smoothing" else names.is_smoothed
    return same(one) == same(other)
