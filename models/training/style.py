"""Pictures of a batch exchange style while a network learns, so that it relies on it less.

Zhou et al., "Domain Generalization with MixStyle" (ICLR 2021): mean and spread of each channel of
an early feature map say how a picture looks (light, contrast, grain), hardly what is in it. Taking
both partly from another picture of the batch shows rendered scenes in the style of photographs.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from models.flashdepth.lite_encoder import LiteEncoder

BLOCKS = (0, 2)
"""Encoder blocks whose maps change: the last of strides 2 and 4."""
CONCENTRATION = 0.1
"""Of the Beta distribution of a picture's own share: mostly near 0 or 1."""
SMALLEST_SPREAD = 1e-4


def mixed_styles(maps: Tensor, own_share: Tensor, donors: Tensor) -> Tensor:
    """`maps` with means and spreads of their channels partly those of other maps.

    Parameters
    ----------
    maps
        (B, C, H, W).
    own_share
        (B,) in [0, 1]: 1 leaves a map as it is.
    donors
        (B,) int64: the map of the batch that gives the rest.
    """
    mean = maps.mean((2, 3), keepdim=True)
    spread = maps.std((2, 3), keepdim=True).clamp(min=SMALLEST_SPREAD)
    share = own_share[:, None, None, None]
    new_mean = share * mean + (1 - share) * mean[donors]
    new_spread = share * spread + (1 - share) * spread[donors]
    return (maps - mean) * (new_spread / spread) + new_mean


class StyleMixing:
    """Mixes styles in an encoder's early maps for some of the batches; draws from torch's state.

    Parameters
    ----------
    share
        Of the batches, in [0, 1]; 0 does nothing.
    """

    def __init__(self, encoder: LiteEncoder, share: float) -> None:
        self._share = share
        self._active = False
        if share > 0:
            for index in BLOCKS:
                encoder.blocks[index].register_forward_hook(self._mix)

    def __call__(self, answer: Callable[[], Tensor]) -> Tensor:
        """What `answer` returns, its encoder's maps mixed if it is this batch's turn."""
        self._active = self._share > 0 and float(torch.rand(())) < self._share
        try:
            return answer()
        finally:
            self._active = False

    def _mix(self, _block: object, _inputs: object, maps: Tensor) -> Tensor:
        if not self._active:
            return maps
        count = len(maps)
        beta = torch.distributions.Beta(CONCENTRATION, CONCENTRATION)
        return mixed_styles(maps, beta.sample((count,)), torch.randperm(count))
