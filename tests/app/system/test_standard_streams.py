"""Standard output that is closed, full, or read by nobody: silence or one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = Path(__file__).resolve().parents[3] / "main.py"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="shells of Windows differ")


def _shell(line: str, unbuffered: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"{sys.executable} {MAIN} {line}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONUNBUFFERED": "1" if unbuffered else ""},
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("unbuffered", [False, True])
@pytest.mark.parametrize("command", ["models list", "--help"])
def test_full_output_is_one_sentence(command: str, unbuffered: bool) -> None:
    done = _shell(f"{command} > /dev/full", unbuffered)
    assert done.returncode == 1
    assert done.stderr.startswith("Standard output can't be written (no space left")
    assert done.stderr.count("\n") == 1


def test_output_that_nobody_reads_is_silence() -> None:
    done = _shell("models list | true; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_change_nothing(closed: str) -> None:
    done = _shell(f"models list {closed}")
    assert done.returncode == 0
    assert done.stderr == ""
