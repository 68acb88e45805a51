"""An estimator of your own as a lane: the app's command line with one more model, `floor`.

`own_estimator.py --b floor` opens the window with it in lane B; `own_estimator.py compare CLIP
--b floor --out DIR` measures it against the bundled network.
"""

import sys

import numpy as np

from app.cli import run
from models import registry
from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit


class FloorSession(BlockingSession):
    """Supposes that everything stands on a floor: the lower in the picture, the nearer."""

    def __init__(self, options: EstimatorOptions) -> None:
        self._frames = 0  # what a session remembers of its video is its own business

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """Rows of disparity from 0 (top) to 1 (bottom), at any size."""
        self._frames += 1
        rows = np.linspace(0.0, 1.0, 32, dtype=np.float32)[:, None]
        disparity = np.repeat(rows, 32, axis=1)
        return Prediction(disparity, Unit.RELATIVE, frame.index, frame.size)

    def reset(self) -> None:
        """The next frame is the first of a video."""
        self._frames = 0

    def close(self) -> None:
        """There is nothing to give back."""


def nothing_missing() -> None:
    """Say that nothing has to be installed."""


if __name__ == "__main__":
    summary = "Supposes that the lower in the picture is the nearer."
    registry.register(registry.ModelEntry("floor", "Floor", summary, FloorSession, nothing_missing))
    sys.exit(run(sys.argv[1:]))
