"""The numbers that make a variant. All are read from the authors' repository and weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PATCH = 14
"""Side of a patch in pixels; both sides of a network's input are multiples of it."""

EncoderName = Literal["vits", "vitb", "vitl"]


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """A DINOv2 vision transformer without registers (Oquab et al. 2023).

    width, depth, heads : channels, blocks, attention heads.
    taps : the four blocks whose outputs the decoder reads.
    """

    width: int
    depth: int
    heads: int
    taps: tuple[int, int, int, int]

    @staticmethod
    def named(name: EncoderName) -> EncoderConfig:
        """ViT-S, ViT-B or ViT-L with patches of 14. Raises ValueError for another name."""
        if name not in _ENCODERS:
            raise ValueError(f"an encoder is one of {', '.join(_ENCODERS)}, not {name!r}")
        return _ENCODERS[name]


@dataclass(frozen=True, slots=True)
class DecoderConfig:
    """A DPT head (Ranftl et al. 2021).

    width : channels of the feature pyramid.
    levels : channels of its four levels before they are brought to `width`, fine to coarse.
    """

    width: int
    levels: tuple[int, int, int, int]

    @staticmethod
    def named(name: EncoderName) -> DecoderConfig:
        """The head Depth Anything V2 puts on that encoder. Raises ValueError for another name."""
        if name not in _DECODERS:
            raise ValueError(f"an encoder is one of {', '.join(_DECODERS)}, not {name!r}")
        return _DECODERS[name]


_ENCODERS: dict[str, EncoderConfig] = {
    "vits": EncoderConfig(384, 12, 6, (2, 5, 8, 11)),
    "vitb": EncoderConfig(768, 12, 12, (2, 5, 8, 11)),
    "vitl": EncoderConfig(1024, 24, 16, (4, 11, 17, 23)),
}
_DECODERS: dict[str, DecoderConfig] = {
    "vits": DecoderConfig(64, (48, 96, 192, 384)),
    "vitb": DecoderConfig(128, (96, 192, 384, 768)),
    "vitl": DecoderConfig(256, (256, 512, 1024, 1024)),
}


@dataclass(frozen=True, slots=True)
class MemoryConfig:
    """The temporal module and where it sits.

    after_path : it corrects the pyramid's path 4 (coarsest) to 1 (finest). Its weights do not
        depend on the place, so a checkpoint cannot tell.
    expand, headdim, d_state, d_conv, layers : of its Mamba-2 layers.
    downsample : size of its pooled map as a fraction of that path's.
    """

    after_path: int
    expand: int
    headdim: int
    d_state: int = 256
    d_conv: int = 4
    layers: int = 4
    downsample: float = 0.1

    def __post_init__(self) -> None:
        if not 1 <= self.after_path <= 4:
            raise ValueError(f"the memory follows path 1, 2, 3 or 4, not {self.after_path}")


@dataclass(frozen=True, slots=True)
class FlashDepthConfig:
    """A FlashDepth network (Chou et al. 2025).

    encoder : of the stream at full resolution, with the decoder that Depth Anything V2 gives it.
    teacher : encoder of the hybrid's second stream at low resolution, or None.
    teacher_height : a frame higher than this is made this high for the teacher, its aspect kept;
        a multiple of 14; None leaves every frame as it is. As in the authors' code it looks at
        the height, not at the short side.
    fusion_layers : cross-attention blocks through which the teacher advises.
    """

    encoder: EncoderName
    memory: MemoryConfig
    teacher: EncoderName | None = None
    teacher_height: int | None = None
    fusion_layers: int = 4

    def __post_init__(self) -> None:
        EncoderConfig.named(self.encoder)
        if self.teacher is not None:
            EncoderConfig.named(self.teacher)
        lines = self.teacher_height
        if lines is not None and (lines < PATCH or lines % PATCH):
            raise ValueError(f"a teacher height is a multiple of {PATCH}, not {lines}")

    @staticmethod
    def small() -> FlashDepthConfig:
        """FlashDepth-S: ViT-S, memory on path 3. 25 million parameters."""
        return FlashDepthConfig("vits", MemoryConfig(after_path=3, expand=4, headdim=32))

    @staticmethod
    def large() -> FlashDepthConfig:
        """FlashDepth-L: ViT-L, memory on path 1. 340 million parameters."""
        return FlashDepthConfig("vitl", MemoryConfig(after_path=1, expand=2, headdim=64))

    @staticmethod
    def full(teacher_height: int = 490) -> FlashDepthConfig:
        """FlashDepth: S at full resolution, advised by ViT-L at 490 lines. 361 million."""
        memory = MemoryConfig(after_path=3, expand=4, headdim=32)
        return FlashDepthConfig("vits", memory, teacher="vitl", teacher_height=teacher_height)
