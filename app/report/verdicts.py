"""What the numbers show, in sentences that claim no more than they do."""

from __future__ import annotations

import math

from app.report.findings import Findings
from app.report.numbers import FEW, figure, winner
from app.report.ranking import QUESTIONS, ranking
from app.report.values import Accuracy


def sentences(findings: Findings) -> tuple[str, ...]:
    """One sentence per question: flicker, accuracy, edges, speed."""
    if len(findings.models) > 2:
        found = _rank(findings)
    elif len(findings.models) == 2:
        found = _compare_two(findings)
    elif findings.models:
        found = _describe_one(findings, findings.models[0])
    else:
        found = ["Only the ground truth was compared; choose a model for at least one lane."]
    return tuple(sentence for sentence in found if sentence)


def why_no_pairs(findings: Findings) -> str:
    """Reason why there is no flicker score."""
    if len(findings.rows) < 2:
        return "A single frame has no flicker: nothing here says anything about time."
    if len(findings.cuts) == len(findings.rows) - 1:
        return "Every frame starts a new shot, so no two frames can be compared over time."
    return "No two consecutive frames could be compared."


def _references(findings: Findings) -> list[str]:
    """What lanes that show the ground truth are for."""
    rated = " and ".join(lane.upper() for lane in findings.models)
    return [
        f"{lane.upper()} shows the ground truth: it is the reference for {rated}, not a competitor."
        for lane in findings.lanes
        if findings.is_truth(lane)
    ]


def _rank(findings: Findings) -> list[str]:
    """Put more than two models in order."""
    found = _references(findings)
    if not any(findings.pairs.values()):
        found.append(why_no_pairs(findings))
    if not findings.has_truth:
        found.append(
            "This input has no ground truth, so nothing here says which lane is more accurate."
        )
    return found + [ranking(findings, question) for question in QUESTIONS]


def _compare_two(findings: Findings) -> list[str]:
    """Compare two models."""
    names = findings.models
    a, b = (findings.lanes[lane] for lane in names)
    found = _references(findings)
    if any(findings.pairs.values()):
        found.append(
            _compare(
                names, "flicker", a.flicker_opw, b.flicker_opw, True, "flickers {} less", "OPW {}"
            )
        )
    else:
        found.append(why_no_pairs(findings))
    if a.accuracy is not None and b.accuracy is not None:
        found += _accuracy_sentences(names, a.accuracy, b.accuracy)
    else:
        found.append(
            "This input has no ground truth, so nothing here says which lane is more accurate."
        )
    if (
        a.model != b.model
        and a.network_size is not None
        and b.network_size is not None
        and len(findings.rows) > FEW
    ):
        found.append(
            _compare(names, "speed", a.fps, b.fps, False, "is faster", "{} frames per second")
        )
    return found


def _describe_one(findings: Findings, lane: str) -> list[str]:
    """Describe one model, alone or beside the truth as its reference."""
    name, summary = lane.upper(), findings.lanes[lane]
    found = _references(findings)
    found.append(_flicker_of_one(findings, lane))
    accuracy = summary.accuracy
    if accuracy is None:
        found.append(
            f"This input has no ground truth, so nothing here says how accurate {name} is."
        )
        return found
    found.append(
        f"{name} has a mean error of {100 * accuracy.absrel:.1f} % of the distance (AbsRel "
        f"{figure(accuracy.absrel)}); {100 * accuracy.delta1:.0f} % of the picture is right "
        f"within a factor of 1.25 (delta1 {figure(accuracy.delta1)})."
        if math.isfinite(accuracy.absrel)
        else f"There is too little ground truth to say how accurate {name} is."
    )
    if math.isfinite(accuracy.boundary_f1):
        found.append(
            f"{name} finds depth edges with a boundary F1 of {figure(accuracy.boundary_f1)}; 1 "
            "means all of them and no false ones."
        )
    return found


def _flicker_of_one(findings: Findings, lane: str) -> str:
    name, opw, true = lane.upper(), findings.lanes[lane].flicker_opw, findings.truth_opw
    if not math.isfinite(opw):
        return why_no_pairs(findings)
    if not math.isfinite(true) or true <= 0.0:
        return f"{name} flickers with an OPW of {figure(opw)}; 0 is steady."
    numbers = f"OPW {figure(opw)} against {figure(true)}"
    if not winner(opw, true, True):
        return f"{name} changes over time about as much as the ground truth does ({numbers})."
    if opw < true:
        return (
            f"{name} changes less than the ground truth does ({numbers}): it smooths motion away."
        )
    return f"{name} changes {opw / true:.1f} times as much as the ground truth does ({numbers})."


def _compare(
    names: tuple[str, ...],
    what: str,
    a: float,
    b: float,
    lower_is_better: bool,
    phrase: str,
    unit: str,
) -> str:
    """Compare the values of the two lanes `names`."""
    one, other = (name.upper() for name in names)
    if not (math.isfinite(a) and math.isfinite(b)):
        return f"There is not enough data to compare {what}."
    if a == b:
        return f"{one} and {other} have the same {what} ({unit.format(figure(a))})."
    best = winner(a, b, lower_is_better)
    first, second = (b, a) if best == "b" else (a, b)
    numbers = unit.format(f"{figure(first)} against {figure(second)}")
    if not best:
        return f"{one} and {other} have about the same {what} ({numbers})."
    share = 100 * (1.0 - min(abs(a), abs(b)) / max(abs(a), abs(b)))
    how_much = "over 99 %" if share > 99.0 else f"{share:.0f} %"
    return f"{other if best == 'b' else one} {phrase.format(how_much)} ({numbers})."


def _accuracy_sentences(names: tuple[str, ...], a: Accuracy, b: Accuracy) -> list[str]:
    return [
        _compare(
            names,
            "accuracy",
            a.absrel,
            b.absrel,
            True,
            "has {} less error against the ground truth",
            "AbsRel {}",
        ),
        _compare(
            names,
            "edge accuracy",
            a.boundary_f1,
            b.boundary_f1,
            False,
            "finds depth edges better",
            "boundary F1 {}",
        )
        if math.isfinite(a.boundary_f1) and math.isfinite(b.boundary_f1)
        else "",
    ]
