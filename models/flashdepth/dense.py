"""What all networks here share: a vision transformer under a DPT head, and the way through them."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from models.flashdepth.config import PATCH, DecoderConfig, EncoderConfig, EncoderName
from models.flashdepth.dpt import DPTHead
from models.flashdepth.vit import VisionTransformer
from models.inside.probe import Intermediates


class Features(NamedTuple):
    """What `encode` hands to `decode`: everything that does not depend on memory.

    path : (b, d, h, w) features where memory comes in.
    levels : the (b, d, h, w) levels that are still to be added, fine to coarse.
    height, width : of the picture, in pixels.
    """

    path: Tensor
    levels: tuple[Tensor, ...]
    height: int
    width: int


class DensePredictor(nn.Module):
    """Encoder (`pretrained`) and decoder (`depth_head`); the names are the weights'."""

    def __init__(self, encoder: EncoderName) -> None:
        super().__init__()
        config = EncoderConfig.named(encoder)
        self.pretrained = VisionTransformer(config)
        self.depth_head = DPTHead(config.width, DecoderConfig.named(encoder))

    def pyramid(self, frames: Tensor, into: Intermediates | None = None) -> tuple[Tensor, ...]:
        """(b, 3, H, W) pictures to the four (b, d, h, w) levels, fine to coarse."""
        grid = checked_grid(frames)
        return tuple(
            self.depth_head.level(index, features, grid)
            for index, features in enumerate(self.pretrained(frames, into=into))
        )

    def coarsest_path(self, frames: Tensor) -> Tensor:
        """(b, 3, H, W) to path 4 (b, d, ph, pw), with no more than that takes."""
        grid = checked_grid(frames)
        (features,) = self.pretrained(frames, (3,))
        return self.depth_head.first_path(self.depth_head.level(3, features, grid), grid)


def checked_grid(frames: Tensor) -> tuple[int, int]:
    """(ph, pw) patches of (b, 3, H, W) frames. Raises ValueError for another shape."""
    if frames.ndim != 4 or frames.shape[1] != 3:
        raise ValueError(f"frames are (batch, 3, height, width), not {tuple(frames.shape)}")
    height, width = frames.shape[-2:]
    if height % PATCH or width % PATCH or not height or not width:
        raise ValueError(f"both sides of a frame are multiples of {PATCH}, not {width}x{height}")
    return height // PATCH, width // PATCH
