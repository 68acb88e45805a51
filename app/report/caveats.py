"""What a reader must know before quoting a number of the page."""

from __future__ import annotations

import math

from app.report.findings import Findings
from app.report.numbers import FEW, counted, figure, listed
from app.report.ranking import CRITERION
from models.frames import Unit
from models.metrics.temporal import STATIC_WINDOW

_GAP = 0.1
"""Difference in the share of pixels compared beyond which it is told."""


def caveats(findings: Findings) -> tuple[str, ...]:
    """What a reader must know before quoting a number."""
    is_pair = len(findings.lanes) < 3
    found = list(findings.notes)
    found += _same_models(findings)
    if len(findings.models) > 2:
        found.append(CRITERION)
    if any(findings.pairs.values()):
        found += _flicker_caveats(findings)
        found.append(_drift_caveat(findings))
    found += _accuracy_caveats(findings)
    if any(math.isfinite(findings.lanes[lane].fps) for lane in findings.models):
        found.append(
            "Speeds are for each model alone, without decoding, drawing or "
            + (
                "the other lane; work that both lanes share is counted in both."
                if is_pair
                else "the other lanes; work that lanes share is counted in each."
            )
            + " The first frame is excluded."
        )
    return tuple(found)


def _same_models(findings: Findings) -> list[str]:
    lanes_of: dict[str, list[str]] = {}
    for lane in findings.models:
        lanes_of.setdefault(findings.lanes[lane].model, []).append(lane.upper())
    same = [lanes for lanes in lanes_of.values() if len(lanes) > 1]
    if same and len(findings.models) == 2:
        return ["Both lanes run the same model: any difference is chance or rounding."]
    return [
        f"Lanes {listed(lanes)} run the same model: any difference is chance or rounding."
        for lanes in same
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
    found += _gap_caveats(findings)
    if not findings.has_common_zero:
        found.append(
            "Static-scene noise in % is a share of the lane's own disparity, and zero disparity "
            "does not mean the same in these lanes: compare the noise in % of spread instead."
        )
    if not findings.true_flow:
        found.append(
            "Motion between frames is estimated; where the estimate is wrong, "
            f"{'both' if len(findings.lanes) < 3 else 'all'} lanes are penalised alike."
        )
    return found


def _gap_caveats(findings: Findings) -> list[str]:
    """Lanes that know much less of the picture than another one."""
    shares = {}
    for lane in findings.models:
        known = [v for v in findings.series(lane, "compared")[1:] if math.isfinite(v)]
        shares[lane] = math.fsum(known) / max(1, len(known))
    most = max(shares.values(), default=0.0)
    return [
        f"Only {100 * share:.0f} % of the picture could be compared over time in {lane.upper()}, "
        f"against {100 * most:.0f} % in another lane: its numbers cover fewer pixels."
        for lane, share in shares.items()
        if share < most - _GAP
    ]


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
            f"{_gives(findings)}: each lane was aligned to the ground truth once for "
            "the whole clip (scale and shift by least squares), inverted and clipped at 70 m."
        )
    return found


def _gives(findings: Findings) -> str:
    """What an alignment is for."""
    metric = [
        lane.upper() for lane in findings.models if findings.lanes[lane].unit is Unit.INVERSE_METRE
    ]
    if not metric:
        return "Models give relative disparity"
    return (
        f"{listed(metric)} gives inverse metres and is treated like relative disparity, so that "
        "nothing here says whether its metres are right"
        if len(metric) == 1
        else f"{listed(metric)} give inverse metres and are treated like relative disparity, so "
        "that nothing here says whether their metres are right"
    )


def _listed(numbers: list[int], most: int = 12) -> str:
    shown = ", ".join(str(n) for n in numbers[:most])
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
