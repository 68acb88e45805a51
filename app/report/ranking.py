"""The order of more than two lanes, as far as their numbers support one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from app.report.findings import Findings
from app.report.metric import ReportMetric
from app.report.numbers import FEW, best_of, figure, listed, winner
from app.report.values import LaneSummary

_STANDARD_ERRORS = 2.0
"""By how many of its standard errors a mean difference must differ from zero."""

CRITERION = (
    "A lane is put before another only where their numbers differ by more than 5 % and, frame by "
    "frame, by more than twice the standard error of the difference."
)


@dataclass(frozen=True, slots=True)
class Question:
    """Something that lanes are put in order by.

    Attributes
    ----------
    key
        Of the metric in the table.
    title
        Begins the sentence.
    unit
        What the numbers are.
    first
        Which lane comes first, such as "least".
    read
        A lane's value over the clip.
    column
        Its value by frame, of which that is the mean.
    """

    key: str
    title: str
    unit: str
    first: str
    read: Callable[[LaneSummary], float]
    column: str
    lower_is_better: bool


def _absrel(lane: LaneSummary) -> float:
    return math.nan if lane.accuracy is None else lane.accuracy.absrel


def _boundary(lane: LaneSummary) -> float:
    return math.nan if lane.accuracy is None else lane.accuracy.boundary_f1


def _speed(lane: LaneSummary) -> float:
    return math.nan if lane.network_size is None else lane.fps


QUESTIONS = (
    Question("flicker_opw", "Flicker", "OPW", "least", attrgetter("flicker_opw"), "flicker", True),
    Question(
        "absrel", "Error against the ground truth", "AbsRel", "least", _absrel, "absrel", True
    ),
    Question("boundary_f1", "Depth edges", "boundary F1", "best", _boundary, "boundary_f1", False),
    Question("fps", "Speed", "frames per second", "fastest", _speed, "compute_ms", False),
)


def best_lanes(findings: Findings, metric: ReportMetric) -> tuple[str, ...]:
    """The lanes whose value of a metric stands out as the best; none if no order is supported.

    Of more than two lanes as `ranking` has it, where it has the metric; otherwise by more than 5 %.
    """
    if not findings.may_compare(metric):
        return ()
    question = next((one for one in QUESTIONS if one.key == metric.key), None)
    if question is not None and len(findings.models) > 2:
        groups = _groups(findings, question)
        return tuple(groups[0]) if len(groups) > 1 else ()
    rivals = {lane: metric.of(findings.lanes[lane]) for lane in findings.models}
    return best_of(rivals, metric.better == "lower")


def ranking(findings: Findings, question: Question) -> str:
    """One sentence, or "" if fewer than two lanes have a value."""
    groups = _groups(findings, question)
    if sum(map(len, groups)) < 2:
        return ""
    parts = [_group(findings, question, lanes) for lanes in groups]
    if len(groups) == 1:
        return f"{question.title} ({question.unit}): {parts[0]}."
    return f"{question.title} ({question.unit}), {question.first} first: {'; '.join(parts)}."


def _group(findings: Findings, question: Question, lanes: list[str]) -> str:
    shown = [f"{one.upper()} {figure(question.read(findings.lanes[one]))}" for one in lanes]
    return listed(shown) + (" with no clear order" if len(lanes) > 1 else "")


def _groups(findings: Findings, question: Question) -> list[list[str]]:
    """The lanes in order; neighbours whose order the numbers do not support share a group."""
    known = {lane: question.read(findings.lanes[lane]) for lane in findings.models}
    order = sorted(
        (lane for lane, value in known.items() if math.isfinite(value)),
        key=known.__getitem__,
        reverse=not question.lower_is_better,
    )
    groups: list[list[str]] = []
    for lane in order:
        if groups and not _differ(findings, question, groups[-1][-1], lane):
            groups[-1].append(lane)
        else:
            groups.append([lane])
    return groups


def _differ(findings: Findings, question: Question, one: str, other: str) -> bool:
    a, b = (question.read(findings.lanes[lane]) for lane in (one, other))
    if not winner(a, b, lower_is_better=True):
        return False
    series = (findings.series(lane, question.column) for lane in (one, other))
    # The first frame includes loading and has no pair.
    apart = [x - y for x, y in list(zip(*series, strict=True))[1:] if math.isfinite(x - y)]
    if len(apart) < FEW:
        return False
    mean = math.fsum(apart) / len(apart)
    variance = math.fsum((value - mean) ** 2 for value in apart) / (len(apart) - 1)
    return abs(mean) > _STANDARD_ERRORS * math.sqrt(variance / len(apart))
