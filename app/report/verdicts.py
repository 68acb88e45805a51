"""What the numbers show, in sentences that claim no more than they do."""

from __future__ import annotations

import math

from app.core.results import LANES
from app.report.findings import Findings
from app.report.values import Accuracy
from models.metrics.temporal import STATIC_WINDOW

SAME = 0.05
"""Relative difference below which two lanes are called about the same."""

FEW = 10
"""Number of frames below which flicker and speed are mostly chance."""


def figure(value: float, digits: int = 3) -> str:
    """A number for reading: significant digits, no exponent in the usual range."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 6)}f}"


def winner(a: float, b: float, lower_is_better: bool) -> str:
    """Name of the better lane, or "" if they are about the same or one is unknown."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return ""
    if abs(a - b) <= SAME * max(abs(a), abs(b)):
        return ""
    return "a" if (a < b) == lower_is_better else "b"


def sentences(findings: Findings) -> tuple[str, ...]:
    """One sentence per question: flicker, accuracy, edges, speed."""
    if len(findings.models) == 2:
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


def caveats(findings: Findings) -> tuple[str, ...]:
    """What a reader must know before quoting a number."""
    found = list(findings.notes)
    named = [findings.lanes[lane].model for lane in findings.models]
    if len(named) == 2 and named[0] == named[1]:
        found.append("Both lanes run the same model: any difference is chance or rounding.")
    if any(findings.pairs.values()):
        found += _flicker_caveats(findings)
        found.append(_drift_caveat(findings))
    found += _accuracy_caveats(findings)
    if any(math.isfinite(findings.lanes[lane].fps) for lane in findings.models):
        found.append(
            "Speeds are for each model alone, without decoding, drawing or the other lane; work "
            "that both lanes share is counted in both. The first frame is excluded."
        )
    return tuple(found)


def _compare_two(findings: Findings) -> list[str]:
    """Compare two models."""
    a, b = (findings.lanes[lane] for lane in LANES)
    found = [_compare("flicker", a.flicker_opw, b.flicker_opw, True, "flickers {} less", "OPW {}")]
    if not any(findings.pairs.values()):
        found = [why_no_pairs(findings)]
    if a.accuracy is not None and b.accuracy is not None:
        found += _accuracy_sentences(a.accuracy, b.accuracy)
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
        found.append(_compare("speed", a.fps, b.fps, False, "is faster", "{} frames per second"))
    return found


def _describe_one(findings: Findings, lane: str) -> list[str]:
    """Describe one model, alone or beside the truth as its reference."""
    name, summary = lane.upper(), findings.lanes[lane]
    found = [
        (
            f"{other.upper()} shows the ground truth: it is the reference for {name}, not a "
            "competitor."
        )
        for other in findings.lanes
        if findings.is_truth(other)
    ]
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


def _compare(what: str, a: float, b: float, lower_is_better: bool, phrase: str, unit: str) -> str:
    if not (math.isfinite(a) and math.isfinite(b)):
        return f"There is not enough data to compare {what}."
    if a == b:
        return f"A and B have the same {what} ({unit.format(figure(a))})."
    best = winner(a, b, lower_is_better)
    first, second = (b, a) if best == "b" else (a, b)
    numbers = unit.format(f"{figure(first)} against {figure(second)}")
    if not best:
        return f"A and B have about the same {what} ({numbers})."
    share = 100 * (1.0 - min(abs(a), abs(b)) / max(abs(a), abs(b)))
    how_much = "over 99 %" if share > 99.0 else f"{share:.0f} %"
    return f"{best.upper()} {phrase.format(how_much)} ({numbers})."


def _accuracy_sentences(a: Accuracy, b: Accuracy) -> list[str]:
    return [
        _compare(
            "accuracy",
            a.absrel,
            b.absrel,
            True,
            "has {} less error against the ground truth",
            "AbsRel {}",
        ),
        _compare(
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


def _flicker_caveats(findings: Findings) -> list[str]:
    found = [
        "Steady does not mean correct: a lane that always shows the same picture has no "
        "flicker at all. Read flicker together with accuracy and with the pictures below."
    ]
    most = max(findings.pairs.values())
    if most < FEW:
        found.append(
            f"Flicker is measured on only {counted(most, 'pair')} of frames, too few to be "
            "reliable."
        )
    if findings.cuts:
        found.append(
            f"{counted(len(findings.cuts), 'cut')} at frame {_listed(findings.cuts)}: memory was "
            "reset there, and pairs across a cut are left out of all temporal numbers."
        )
    if math.isfinite(findings.truth_opw):
        found.append(
            f"The ground truth itself has an OPW of {figure(findings.truth_opw)} on this clip, "
            "because distances change as the camera and objects move, and measured ground truth "
            "is noisy. A lane below that smooths motion away."
        )
    if findings.still_share < 0.95:
        found.append(
            f"The whole picture stood still in {100 * findings.still_share:.0f} % of frame pairs. "
            f"Static-scene noise (windows of up to {STATIC_WINDOW} frames) counts motion as "
            "noise, so here it compares the lanes but means nothing in absolute terms."
        )
    if not findings.true_flow:
        found.append(
            "Motion between frames is estimated; where the estimate is wrong, both lanes are "
            "penalised alike."
        )
    return found


def _drift_caveat(findings: Findings) -> str:
    if findings.has_truth:
        return (
            "Scale drift is measured against ground truth: the spread of the scale each frame "
            "would need."
        )
    return (
        "Scale drift is measured from frame to frame because there is no ground truth: it "
        "sees breathing, not a slow drift over the clip."
    )


def _accuracy_caveats(findings: Findings) -> list[str]:
    found = []
    for lane in findings.models:
        accuracy = findings.lanes[lane].accuracy
        if accuracy is None or accuracy.frames == findings.truth_frames:
            continue
        found.append(
            f"Accuracy was measured on {accuracy.frames} of {findings.truth_frames} frames, "
            "evenly spaced over the clip."
        )
        break
    if findings.has_truth:
        found.append(
            "Models give relative disparity: each lane was aligned to the ground truth once for "
            "the whole clip (scale and shift by least squares), inverted and clipped at 70 m."
        )
    return found


def counted(number: int, noun: str) -> str:
    """A count with its noun: "1 frame", "2 frames"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(numbers: list[int], most: int = 12) -> str:
    shown = ", ".join(str(n) for n in numbers[:most])
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
