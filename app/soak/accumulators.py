"""What is counted while a soak runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """State of the process.

    Attributes
    ----------
    at_s
        Seconds since the start.
    rss_mb
        Resident memory.
    threads, files
        How many there are, open files included.
    """

    at_s: float
    rss_mb: float
    threads: int
    files: int


@dataclass(slots=True)
class SoakCounts:
    """Everything that was counted. Counters and maxima are by the name of the fault.

    Attributes
    ----------
    injected
        Faults injected.
    noticed
        Faults that the window noticed.
    survived
        Noticed faults from which it recovered in time.
    recovery_s, restart_s
        Longest times.
    injected_s
        Seconds since the start, by injection.
    trouble
        What went wrong, a few words each.
    actions
        By name.
    samples
        States of the process.
    baselines
        (seconds, MB) resident in the one comparable state, about once a minute.
    warmed_up_s
        End of the warm-up; None if it was broken off.
    """

    injected: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    recovery_s: dict[str, float] = field(default_factory=dict)
    restart_s: dict[str, float] = field(default_factory=dict)
    injected_s: list[float] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    actions: Counter[str] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    baselines: list[tuple[float, float]] = field(default_factory=list)
    warmed_up_s: float | None = None
    stalls: list[tuple[float, str]] = field(default_factory=list)

    def slowest(self, times_s: dict[str, float], name: str, took_s: float) -> None:
        """Keep the longest time of the fault `name`."""
        times_s[name] = max(took_s, times_s.get(name, 0.0))
