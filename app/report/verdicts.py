"""What the numbers say, in sentences that claim no more than they do."""

from __future__ import annotations

import math

from app.report.findings import Findings
from app.report.values import LANES, Accuracy
from models.metrics.temporal import STATIC_WINDOW

SAME = 0.05
"""Relative difference below which two lanes are called about the same."""


def figure(value: float, digits: int = 3) -> str:
    """A number for reading: significant digits, never an exponent in the usual range."""
    if not math.isfinite(value):
        return "–"
    if value == 0.0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 6)}f}"


def winner(a: float, b: float, lower_is_better: bool) -> str:
    """ "a", "b", or "" if they are about the same or one of them is unknown."""
    if not (math.isfinite(a) and math.isfinite(b)):
        return ""
    if abs(a - b) <= SAME * max(abs(a), abs(b)):
        return ""
    return "a" if (a < b) == lower_is_better else "b"


def sentences(findings: Findings) -> tuple[str, ...]:
    """One sentence per question: flicker, accuracy, edges, speed."""
    a, b = (findings.lanes[lane] for lane in LANES)
    found = [
        _compare("flicker", a.flicker_opw, b.flicker_opw, True, "flickers {} less", "OPW"),
    ]
    if a.accuracy is not None and b.accuracy is not None:
        found += _accuracy_sentences(a.accuracy, b.accuracy)
    else:
        found.append("This input has no ground truth, so nothing here says which lane is right.")
    if a.network_size is not None and b.network_size is not None:
        found.append(_compare("speed", a.fps, b.fps, False, "is faster", "frames per second"))
    return tuple(sentence for sentence in found if sentence)


def caveats(findings: Findings) -> tuple[str, ...]:
    """What a reader must know before quoting a number."""
    told = [
        "Steady is not the same as right: a lane that always shows the same picture has no "
        "flicker at all. Read flicker beside accuracy and beside the pictures below.",
        *_flicker_caveats(findings),
        _drift_caveat(findings),
        *_accuracy_caveats(findings),
        "Speeds are of each model alone, without reading, drawing or the other lane; work that "
        "both lanes share is counted in both. The first frame is left out.",
    ]
    if findings.lanes["a"].model == findings.lanes["b"].model:
        told.insert(0, "Both lanes run the same model: differences are chance or rounding.")
    return tuple(sentence for sentence in told if sentence)


def _compare(what: str, a: float, b: float, lower_is_better: bool, phrase: str, unit: str) -> str:
    if not (math.isfinite(a) and math.isfinite(b)):
        return f"There is not enough to compare in {what}."
    if a == b:
        return f"A and B are the same in {what} ({unit} {figure(a)})."
    numbers = f"{unit} {figure(a)} against {figure(b)}"
    best = winner(a, b, lower_is_better)
    if not best:
        return f"A and B are about the same in {what} ({numbers})."
    share = 1.0 - min(abs(a), abs(b)) / max(abs(a), abs(b))
    return f"{best.upper()} {phrase.format(f'{100 * share:.0f} %')} ({numbers}, A against B)."


def _accuracy_sentences(a: Accuracy, b: Accuracy) -> list[str]:
    return [
        _compare("accuracy", a.absrel, b.absrel, True, "errs {} less against the truth", "AbsRel"),
        _compare(
            "edges", a.boundary_f1, b.boundary_f1, False, "finds depth edges better", "boundary F1"
        )
        if math.isfinite(a.boundary_f1) and math.isfinite(b.boundary_f1)
        else "",
    ]


def _flicker_caveats(findings: Findings) -> list[str]:
    told = []
    if findings.cuts:
        told.append(
            f"{_count(len(findings.cuts), 'cut')} at frame {_listed(findings.cuts)}: memory was "
            "emptied there and the pairs across are in no temporal number."
        )
    if math.isfinite(findings.truth_opw):
        told.append(
            f"The truth itself scores OPW {figure(findings.truth_opw)} on this clip, because "
            "distances change as camera and things move, and measured truth is noisy itself. A "
            "lane below that smooths motion away."
        )
    if findings.still_share < 0.95:
        told.append(
            f"The picture as a whole stood still in {100 * findings.still_share:.0f} % of pairs. "
            f"Static-scene noise (windows of up to {STATIC_WINDOW} frames) counts motion as noise: "
            "here it compares the lanes, but says nothing absolute."
        )
    if not findings.true_flow:
        told.append(
            "Motion between frames is estimated, and where it is estimated wrongly both lanes are "
            "charged for it alike."
        )
    return told


def _drift_caveat(findings: Findings) -> str:
    if findings.has_truth:
        return "Scale drift is against ground truth: the spread of the scale each frame would need."
    return (
        "Scale drift is from frame to frame, for want of ground truth: it sees breathing, not a "
        "slow creep over the clip."
    )


def _accuracy_caveats(findings: Findings) -> list[str]:
    told = []
    for lane in LANES:
        accuracy = findings.lanes[lane].accuracy
        if accuracy is None or accuracy.frames == findings.truth_frames:
            continue
        told.append(
            f"Accuracy was measured on {accuracy.frames} of {findings.truth_frames} frames, "
            "spread evenly over the clip."
        )
        break
    if findings.has_truth:
        told.append(
            "Models give relative disparity: each lane was aligned to the truth once for the whole "
            "clip (scale and shift by least squares), inverted and clipped at 70 m."
        )
    return told


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _listed(numbers: list[int], most: int = 12) -> str:
    shown = ", ".join(str(n) for n in numbers[:most])
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
