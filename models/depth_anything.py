"""Depth Anything V2 (Yang et al. 2024): the per-frame baseline from which FlashDepth is derived."""

from __future__ import annotations

from torch import Tensor

from models.flashdepth.config import PATCH, EncoderName
from models.flashdepth.dense import DensePredictor, Features


class DepthAnythingV2(DensePredictor):
    """The relative-depth networks: "vits", "vitb" or "vitl".

    Raises
    ------
    ValueError
        For another name.
    """

    def __init__(self, encoder: EncoderName) -> None:
        super().__init__(encoder)
        self.encoder: EncoderName = encoder

    def forward(self, frames: Tensor) -> Tensor:
        """(b, 3, H, W) normalised, sides multiples of 14, to (b, H, W) affine-invariant disparity.

        Disparity is >= 0 and larger is nearer.

        Raises
        ------
        ValueError
            For frames of another shape.
        """
        disparity, _ = self.decode(self.encode(frames))
        return disparity

    def encode(self, frames: Tensor) -> Features:
        """(b, 3, H, W) frames to the features before the last convolutions; there is no memory."""
        height, width = frames.shape[-2:]
        levels = self.pyramid(frames)
        path = self.depth_head.first_path(levels[3], (height // PATCH, width // PATCH))
        for number in (3, 2, 1):
            path = self.depth_head.next_path(number, path, levels)
        return Features(path, (), height, width)

    def decode(
        self, features: Features, state: None = None, *, temporal: bool = False
    ) -> tuple[Tensor, None]:
        """Disparity (b, H, W); `state` and `temporal` have no effect, as there is no memory."""
        del temporal
        return self.depth_head.disparity(features.path, features.height, features.width), state
