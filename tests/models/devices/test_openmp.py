"""OpenMP's idle threads sleep, whichever of torch and this package was loaded first."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_IDLE_MS = """
import time
{imports}
from models.devices.device import set_cpu_threads
set_cpu_threads({threads})
numbers, spent_s = torch.ones(1 << 20), 0.0
for _ in range(25):
    numbers.add_(1.0)  # on two threads, of which one has nothing to do from here on
    before_s = time.process_time()
    time.sleep(0.02)
    spent_s += time.process_time() - before_s
print(1000.0 * spent_s / 25)
"""


def idle_ms(imports: str, **environment: str) -> float:
    """Processor time that a pause of 20 ms after parallel work takes."""
    inherited = {key: value for key, value in os.environ.items() if "OMP" not in key}
    program = _IDLE_MS.format(imports=imports, threads=2)
    done = subprocess.run(
        [sys.executable, "-c", program], env=inherited | environment,
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return float(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="torch brings GNU's OpenMP on Linux alone")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has no idle threads")
def test_idle_threads_sleep_whichever_was_loaded_first() -> None:
    spinning = idle_ms("import torch", OMP_WAIT_POLICY="ACTIVE", GOMP_SPINCOUNT="300000")
    if spinning < 0.5:
        pytest.skip("OpenMP's threads never spin here")
    assert idle_ms("import models, torch") < spinning / 4
    assert idle_ms("import torch, models") < spinning / 4
