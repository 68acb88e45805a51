"""Kills a recording twenty times at random moments; prints what each kill cost.

python tests/bench/bench_kill.py [KILLS] [WIDTH HEIGHT]
"""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.support.killing import record_and_kill

_WAYS = ((30.0, ()), (30.0, ("composite",)), (5.0, ()), (60.0, ()))


def main() -> int:
    """Returns 1 if any recording lost more than its last second."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    size = (int(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 3 else (640, 480)
    chance = random.Random()
    worst_s = 0.0
    for turn in range(kills):
        fps, more = _WAYS[turn % len(_WAYS)]
        after_s = chance.uniform(0.2, 6.0)
        with tempfile.TemporaryDirectory() as folder:
            left = record_and_kill(Path(folder) / "r", after_s, fps, size, *more)
        worst_s = max(worst_s, left.lost_s)
        print(
            f"{turn + 1:2d}  killed after {after_s:4.2f} s at {fps:2.0f} fps {' '.join(more):9s}  "
            f"{left.replayed:3d} of {left.handed_over:3d} frames replay, "
            f"lost the last {left.lost_s:4.2f} s  {' '.join(left.problems)}",
            flush=True,
        )
    print(f"worst: {worst_s:.2f} s of {kills} kills")
    return int(worst_s > 1.0)


if __name__ == "__main__":
    sys.exit(main())
