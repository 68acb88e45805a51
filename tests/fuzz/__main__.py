"""`python -m tests.fuzz --minutes N`: fuzzes all parsers, each time with other numbers."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Repeat until the time is over; returns 1 at the first failure, whose input pytest shows."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    until_s = time.monotonic() + 60.0 * parser.parse_args().minutes
    environment = os.environ | {"FLASHDEPTH_FUZZ_EXAMPLES": "2000"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "--timeout=1800",
        str(Path(__file__).parent),
    ]
    rounds = 0
    while time.monotonic() < until_s:
        if code := subprocess.run(command, env=environment, check=False).returncode:
            return code
        rounds += 1
    print(f"{rounds} rounds without a finding")
    return 0


if __name__ == "__main__":
    sys.exit(main())
