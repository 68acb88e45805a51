"""Results of a soak, as numbers and as lines of text."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

import numpy as np

from app.soak.counts import SoakCounts
from app.soak.faults import FAULTS

WARM_UP_SHARE = 0.3
LEAST_SETTLED_S = 1800.0
"""A slope over a shorter time shows no leak."""

LIMITS = {"slope": 1.0, "p99": 100.0, "max": 500.0, "apart": 20.0, "restart": 2.0}


def slope_mb_per_10min(memory: Sequence[tuple[float, float]], since_s: float) -> float | None:
    """Least-squares slope of (seconds, MB) after `since_s`; None from too few samples."""
    settled = [sample for sample in memory if sample[0] >= since_s]
    if len(settled) < 5:
        return None
    seconds, megabytes = np.asarray(settled, np.float64).T
    return float(np.polyfit(seconds, megabytes, 1)[0] * 600)


def settled_since_s(counts: SoakCounts) -> float | None:
    """End of the warm-up: everything was visited, and a minimum of the run has passed.

    None if it was broken off: then the memory figures mean nothing.
    """
    if counts.warmed_up_s is None or not counts.samples:
        return None
    return max(counts.warmed_up_s, WARM_UP_SHARE * counts.samples[-1].at_s)


def thinned(memory: Sequence[tuple[float, float]], most: int = 120) -> list[tuple[int, int]]:
    """At most `most` of the samples, as whole (seconds, MB)."""
    every = max(1, -(-len(memory) // most))
    return [(round(seconds), round(megabytes)) for seconds, megabytes in memory[::every]]


def figures_of(counts: SoakCounts) -> dict[str, Any]:
    """The figures that come from the counts, as plain JSON values."""
    memory = [(sample.at_s, sample.rss_mb) for sample in counts.samples]
    since_s = settled_since_s(counts)
    end_s = memory[-1][0] if memory else 0.0
    settled_s = 0.0 if since_s is None else end_s - since_s
    apart_s = np.diff(counts.injected_s).tolist()
    return {
        "faults_injected": counts.injected.total(),
        "faults_noticed": counts.noticed.total(),
        "faults_survived": counts.survived.total(),
        "fault_every_s": {
            "median": statistics.median(apart_s) if apart_s else None,
            "max": max(apart_s, default=None),
        },
        "slowest_restart_s": max(counts.restart_s.values(), default=None),
        "rss_slope_mb_per_10min": slope_mb_per_10min(counts.baselines, end_s - settled_s),
        "rss_raw_slope_mb_per_10min": slope_mb_per_10min(memory, end_s - settled_s),
        "settled_s": settled_s,
        "actions": counts.actions.total(),
        "faults": {
            name: {
                "injected": counts.injected[name],
                "noticed": counts.noticed[name],
                "survived": counts.survived[name],
                "slowest_recovery_s": counts.recovery_s.get(name),
                "slowest_restart_s": counts.restart_s.get(name),
            }
            for name in FAULTS
        },
        "trouble": counts.trouble[:50],
        "memory_mb": thinned(memory),
        "home_mb": [(round(at_s), round(mb, 1)) for at_s, mb in counts.baselines],
        "rss_mb": memory[-1][1] if memory else 0.0,
        "threads": _course([sample.threads for sample in counts.samples]),
        "open_files": _course([sample.files for sample in counts.samples]),
        "longest_stalls": sorted(counts.stalls, reverse=True)[:20],
    }


def _course(counts: list[int]) -> dict[str, float]:
    """Medians of the tenth after the warm-up and of the last tenth, and the maximum."""
    settled = counts[round(len(counts) * WARM_UP_SHARE) :]
    if not settled:
        return {}
    tenth = max(1, len(settled) // 10)
    return {
        "settled": statistics.median(settled[:tenth]),
        "end": statistics.median(settled[-tenth:]),
        "max": max(counts),
    }


def over_limits(figures: dict[str, Any]) -> list[str]:
    """Names of the LIMITS that were exceeded; the slope counts if the run was long enough."""
    found = {
        "p99": figures["gui_stall_ms"]["p99"],
        "max": figures["gui_stall_ms"]["max"],
        "apart": figures["fault_every_s"]["max"],
        "restart": figures["slowest_restart_s"],
    }
    if figures["settled_s"] >= LEAST_SETTLED_S:
        slope = figures["rss_slope_mb_per_10min"]
        # an hour without a measurement proves nothing
        found["slope"] = math.inf if slope is None else slope
    return [name for name, value in found.items() if value is not None and value > LIMITS[name]]


def is_sound(figures: dict[str, Any]) -> bool:
    """Whether it ran to its end, kept to LIMITS, and left nothing damaged or open."""
    return bool(
        figures["complete"]
        and not figures["crashes"]
        and not figures["trouble"]
        and figures["faults_survived"] == figures["faults_injected"]
        and not figures["recordings"]["damaged"]
        and not figures["threads_left"]
        and not figures["files_left"]
        and not over_limits(figures)
    )


def lines(figures: dict[str, Any]) -> list[str]:
    """Lines to read at the end of a run, each with its limit if there is one."""
    stalls, apart_s = figures["gui_stall_ms"], figures["fault_every_s"]["max"]
    slope, settled_s = figures["rss_slope_mb_per_10min"], figures["settled_s"]
    threads, files, recordings = figures["threads"], figures["open_files"], figures["recordings"]
    survived, injected = figures["faults_survived"], figures["faults_injected"]
    found = [
        f"{figures['minutes']:.1f} minutes, {figures['actions']} actions, seed {figures['seed']}"
        + ("" if figures["complete"] else "; incomplete"),
        f"{survived} of {injected} faults survived, {figures['faults_noticed']} noticed, "
        f"{figures['crashes']} crashes",
        f"a fault at least every {_held(apart_s, 'apart', 's')}",
        f"{figures['restarts']} stages restarted, slowest after "
        f"{_held(figures['slowest_restart_s'], 'restart', 's')}",
        f"{figures['fps']:.1f} fps shown, {figures['dropped']} frames dropped",
        f"memory {_held(slope, 'slope', 'MB per 10 minutes')}"
        + (
            f" in the initial state, {_text(figures['rss_raw_slope_mb_per_10min'])} over all "
            "samples"
        )
        + ("" if settled_s >= LEAST_SETTLED_S else "; the run was too short to report"),
        f"GUI stalls: p99 {_held(stalls['p99'], 'p99', 'ms')}, max "
        f"{_held(stalls['max'], 'max', 'ms')}",
        f"threads {threads.get('settled')} to {threads.get('end')}, "
        f"open files {files.get('settled')} to {files.get('end')}",
        f"left behind: {figures['threads_left']} threads, {figures['files_left']} files",
        f"recordings: {recordings['whole']} whole, {recordings['empty']} ended before their first "
        f"frame, {recordings['damaged']} damaged",
    ]
    for name, fault in figures["faults"].items():
        recovery_s = fault["slowest_recovery_s"]
        took = "" if recovery_s is None else f", recovered within {recovery_s:.1f} s"
        found.append(f"  {name}: {fault['survived']} of {fault['injected']}{took}")
    return found + [f"! {trouble}" for trouble in figures["trouble"] + figures["crashed"]]


def _text(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f}"


def _held(value: float | None, limit: str, unit: str) -> str:
    if value is None:
        return "not measured"
    word = "within" if value <= LIMITS[limit] else "OVER"
    return f"{value:.1f} {unit} ({word} {LIMITS[limit]:g})"
