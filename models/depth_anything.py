"""Depth Anything V2 (Yang et al. 2024): the per-frame baseline from which FlashDepth is derived."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from models.flashdepth.config import PATCH, EncoderName
from models.flashdepth.dense import DensePredictor, Features
from models.inside.probe import REMEMBERED, Intermediates, Part


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

    @property
    def lacks(self) -> Mapping[Part, str]:
        """See Inspectable."""
        return dict.fromkeys(REMEMBERED, "Depth Anything V2 has no memory.")

    def encode(self, frames: Tensor, into: Intermediates | None = None) -> Features:
        """(b, 3, H, W) frames to the features before the last convolutions; there is no memory."""
        height, width = frames.shape[-2:]
        levels = self.pyramid(frames, into)
        path = self.depth_head.first_path(levels[3], (height // PATCH, width // PATCH), into)
        for number in (3, 2, 1):
            path = self.depth_head.next_path(number, path, levels, into)
        return Features(path, (), height, width)

    def decode(
        self,
        features: Features,
        state: None = None,
        *,
        temporal: bool = False,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, None]:
        """Disparity (b, H, W); `state` and `temporal` have no effect, as there is no memory."""
        del temporal, into
        return self.depth_head.disparity(features.path, features.height, features.width), state
