"""What pictures networks take: known before torch, which the menus do not need, is loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """Input format of a network.

    Attributes
    ----------
    mean, deviation
        Of red, green and blue, as fractions of full brightness; the network gets (colour - mean) /
        deviation.
    multiple
        Both sides are multiples of it, in pixels.
    is_nearest
        Sides become the nearest multiples, at least the short side, and pictures more elongated
        than 1.78 are reduced until their long side is that of a 16:9 picture; otherwise sides are
        increased to the next multiples.
    is_clipped
        Overshoots of the cubic kernel are cut to black and white.
    average_above
        Pictures reduced by more than this factor are averaged instead of sampled by a cubic kernel.
    """

    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    deviation: tuple[float, float, float] = (0.229, 0.224, 0.225)
    multiple: int = 14
    average_above: float = 2.0
    is_nearest: bool = False
    is_clipped: bool = True


IMAGENET_14 = PictureFormat()

VIDEO_DEPTH_ANYTHING = PictureFormat(average_above=float("inf"), is_nearest=True, is_clipped=False)
"""As the authors' script prepares pictures."""

CENTRED_32 = PictureFormat(
    mean=(127 / 255,) * 3,
    deviation=(128 / 255,) * 3,
    multiple=32,
    average_above=1.0,  # what a camera's noise leaves in a small picture would flicker
)
"""Format of EfficientNet-Lite0, the encoder of FlashDepth-lite."""
