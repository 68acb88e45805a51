"""What is counted while a soak runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sample:
    """The process at one moment: seconds since the start, MB resident, threads, open files."""

    at_s: float
    rss_mb: float
    threads: int
    files: int


@dataclass(slots=True)
class SoakCounts:
    """What happened. Counters and maxima are by the name of the fault.

    noticed : the window took notice. survived : noticed, and well again in time.
    trouble : what went wrong, a few words each. injected_s : when, seconds since the start.
    homes : (seconds, MB) resident in the one state that is comparable, about once a minute.
    toured_s : when the warm-up had been everywhere; None if it was broken off.
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
    homes: list[tuple[float, float]] = field(default_factory=list)
    toured_s: float | None = None
    stalls: list[tuple[float, str]] = field(default_factory=list)

    def slowest(self, times_s: dict[str, float], name: str, took_s: float) -> None:
        """Keep the longest time of the fault `name`."""
        times_s[name] = max(took_s, times_s.get(name, 0.0))
