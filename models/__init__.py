"""Networks, estimators, geometry and metrics. Imports neither Qt, VisPy nor the app."""

import os
import sys

# OpenMP's idle threads spin by default. Beside a capture thread and a window on a few cores,
# spinning threads take the cores of working ones: on two busy cores a step of the bundled network
# takes ten times as long. A few microseconds of spinning (2000 rounds) remain, because a thread
# that sleeps at once costs a third of the speed of an idle machine. The runtime reads both when
# torch is loaded; `models.devices.openmp` does what is left to do if it was loaded before.
LOADED_AFTER_TORCH = "torch" in sys.modules and "OMP_WAIT_POLICY" not in os.environ
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "2000")
