"""When stages of the start are reached."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.system import startup

CLOCK_TICK_S = 0.02
ROOT = Path(__file__).parents[3]


def test_a_process_is_not_older_than_the_time_since_it_was_started() -> None:
    code = "from app.system.startup import age_s; print(age_s())"
    begun_s = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    waited_s = time.monotonic() - begun_s
    assert 0.0 <= float(told.stdout) <= waited_s + CLOCK_TICK_S


def test_a_stage_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="not a startup stage"):
        startup.reached("lunch")


def test_only_the_first_time_of_a_stage_counts() -> None:
    log = "startup: window after 1.50 s (1.00 s)\nstartup: window after 9.00 s (1.00 s)"
    assert startup.read(log) == {"window": 1.5}
