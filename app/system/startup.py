"""Progress of the app's start; `bench` reads it from the log."""

from __future__ import annotations

import logging
import re
import time

import psutil

log = logging.getLogger(__name__)

STAGES = ("imports", "window", "first_picture", "models", "first_depth")
"""The window's modules are loaded, it is on screen, so is the source's first picture, models
are ready, depth is on screen in every pane."""

_LINE = re.compile(r"startup: ([a-z_]+) after ([0-9.]+) s")


def reached(stage: str) -> None:
    """Log that a stage is reached.

    Raises
    ------
    ValueError
        For a stage that is not in STAGES.
    """
    if stage not in STAGES:
        raise ValueError(f"{stage!r} is not a startup stage; they are {', '.join(STAGES)}")
    log.info(
        "startup: %s after %.2f s (%.2f s of processor time)", stage, age_s(), time.process_time()
    )


def age_s() -> float:
    """Seconds since this process began."""
    began_s = psutil.Process().create_time()
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return time.time() - began_s
    # Linux tells it since the boot, whose own time psutil knows to the second.
    return time.clock_gettime(time.CLOCK_BOOTTIME) - (began_s - psutil.boot_time())


def read(text: str) -> dict[str, float]:
    """Seconds from the start of the process to each stage's first occurrence, read from a log."""
    found: dict[str, float] = {}
    for stage, seconds in _LINE.findall(text):
        found.setdefault(stage, float(seconds))
    return found
