"""Networks, estimators, geometry and metrics. Knows nothing of Qt, VisPy or the app."""

import os

# OpenMP's idle threads spin by default. Beside a capture thread, a window and whatever else runs
# on a few cores, spinning threads keep the working ones from their core: on two busy cores a step
# of the bundled network takes ten times as long. The runtime reads this when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
