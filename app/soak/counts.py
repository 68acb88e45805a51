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
    """Everything that was counted. Counters and longest times are by the name of the fault.

    Attributes
    ----------
    injected
        Faults injected.
    noticed
        Faults that the window noticed.
    survived
        Noticed faults from which it recovered in time.
    recovery_s, restart_s
        Longest seconds until the window was well again, and until a stage was replaced.
    injected_s
        Seconds since the start at which each fault was injected.
    trouble
        What went wrong, a few words each.
    actions
        By name.
    samples
        States of the process.
    baselines
        (seconds, MB) resident in the one comparable state, about once a minute.
    warmed_up_s
        Seconds since the start at which the warm-up was complete; None if it was cut short.
    stalls
        (milliseconds, action or fault) of each noticeable stall of the window.
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

    def keep_longest(self, times_s: dict[str, float], name: str, took_s: float) -> None:
        """Keep `took_s` in `times_s` if it is the longest of the fault `name`."""
        times_s[name] = max(took_s, times_s.get(name, 0.0))
