"""A plug-in: any torch module as a lane, with `--plugin examples/torch_plugin.py --b brightness`.

The network here is a blur that takes what is bright for near; put your own in its place.
"""

import numpy as np
import torch
from torch import nn

from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit


class BrightnessSession(BlockingSession):
    """One lane over one video; this network has no memory."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """(H, W, 3) uint8 RGB in, (h, w) float32 disparity out: larger is nearer, at least 0."""
        picture = torch.from_numpy(frame.rgb).permute(2, 0, 1)[None].float() / 255

        def compute() -> np.ndarray:  # once per frame, if both lanes show this model
            with torch.inference_mode():
                return self._network(picture)[0, 0].numpy()

        disparity = memo.once(("brightness", id(self._network)), compute)
        return Prediction(disparity, Unit.RELATIVE, frame.index, frame.size)

    def reset(self) -> None:
        """The next frame is the first of a video: a network with memory forgets it here."""

    def close(self) -> None:
        """Release what the session holds."""


class Brightness:
    """What the menu and the command line know."""

    name = "brightness"
    title = "Brightness"
    summary = "Takes what is bright for near."

    def open(self, options: EstimatorOptions) -> BrightnessSession:
        """Make a session; `options` says device, input size and precision."""
        del options
        network = nn.Sequential(nn.AvgPool2d(8), nn.Conv2d(3, 1, 1, bias=False))
        nn.init.constant_(network[1].weight, 1 / 3)
        return BrightnessSession(network.eval())
