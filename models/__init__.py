"""Networks, estimators, geometry and metrics. Knows nothing of Qt, VisPy or the app."""

import os

# OpenMP's idle threads spin by default. Beside a capture thread, a window and whatever else runs
# on a few cores, spinning threads keep the working ones from their core: on two busy cores a step
# of the bundled network takes ten times as long. A few microseconds of spinning (2000 rounds) are
# left, because a thread that sleeps at once costs a third of the speed of an idle machine.
# The runtime reads both when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "2000")
