"""FlashDepth-lite: the FlashDepth design at a size that runs live on two CPU cores.

A convolutional pyramid (EfficientNet-Lite0) takes the place of the vision transformer. The rest
follows FlashDepth-S (Chou et al. 2025): DPT-style fusion from coarse to fine, and the Mamba-2
temporal module after the second fusion step ("path 3"), where a linear layer that starts at zero
makes an untrained memory change nothing. What differs, and why:

- a second, short memory sits on the finest path: the map of the frame before, let through by a
  learned gate. Pooled tokens keep the scale of a video steady but cannot quiet the noise of single
  pixels, which is most of what flickers in a small network; the gate does, and closes where things
  move;

- the coarsest map also gets a global average, because a small network's own view of the whole
  picture is narrow and "is this indoors?" decides the range of disparity;
- the head works at half resolution on the fused map and the encoder's finest features, and
  rearranges four channels into full-resolution pixels: crisp edges without full-resolution layers;
- disparity is cut off at zero only outside of training, where a cut would leave pixels without a
  gradient.

There are two designs, told apart by their sizes (LiteConfig). The second does the work at strides
8 and 4 with depthwise filters (lite_light), ends the encoder a block earlier and has one Mamba-2
layer: a third of the arithmetic, in under half of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from models.flashdepth.convolution import convolve
from models.flashdepth.lite_blocks import Fusion, Head, Hold
from models.flashdepth.lite_encoder import BLOCKS, LiteEncoder
from models.flashdepth.lite_light import HalfHold, LightFusion
from models.flashdepth.mamba2 import TemporalModule, TemporalState
from models.inside.probe import Intermediates, Part, wants
from models.inside.tensors import give_norm
from models.picture_format import CENTRED_32

PICTURE = CENTRED_32
"""How this network wants its pictures."""


@dataclass(frozen=True, slots=True)
class LiteConfig:
    """The sizes that weights depend on; the defaults are those of flashdepth-lite 1.

    width : channels of the fusion decoder down to stride 8.
    fine_width : channels at stride 4; None for `width`.
    head_width : channels of the half-resolution head.
    hold_width : channels in which the short memory's gate looks; None for `head_width`.
    encoder_blocks : blocks of the encoder, from its finest on.
    light : fusion steps 0 and 1, the gate and the enlarging of the long memory as in lite_light.
    temporal_layers, temporal_expand, temporal_headdim, temporal_state : of the Mamba-2 module.
    temporal_downsample : size of the pooled map as a fraction of path 3 (stride 8).
    """

    width: int = 64
    fine_width: int | None = None
    head_width: int = 32
    hold_width: int | None = None
    encoder_blocks: int = BLOCKS
    light: bool = False
    temporal_layers: int = 4
    temporal_expand: int = 2
    temporal_headdim: int = 32
    temporal_state: int = 64
    temporal_downsample: float = 0.25

    @property
    def version(self) -> int:
        """Which design of flashdepth-lite: 1, or the light one, 2."""
        return 2 if self.light else 1

    @staticmethod
    def second() -> LiteConfig:
        """flashdepth-lite 2: under half of the arithmetic, in half of the time."""
        return LiteConfig(
            fine_width=32,
            head_width=16,
            hold_width=32,
            encoder_blocks=BLOCKS - 1,
            light=True,
            temporal_layers=1,
        )


class LiteState(NamedTuple):
    """What the network remembers of a video: a value.

    memory : of the Mamba-2 layers, independent of the picture's size.
    held : (b, width, h/4, w/4), the finest path of the frame before.
    """

    memory: TemporalState
    held: Tensor


class LiteFeatures(NamedTuple):
    """All of a frame that does not depend on the past.

    half : (b, head_width, h/2, w/2), what the head adds. quarter, eighth : (b, width, h/4, w/4)
    and (b, width, h/8, w/8), what the finer fusion steps add. path : (b, width, h/8, w/8), path 3.
    """

    half: Tensor
    quarter: Tensor
    eighth: Tensor
    path: Tensor


class FlashDepthLite(nn.Module):
    """Pictures of a video to disparity, one after another, with memory in between.

    A pure function: the memory is a value that goes in and comes out.
    """

    def __init__(self, config: LiteConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or LiteConfig()
        width = config.width
        self.encoder = LiteEncoder(config.encoder_blocks)
        fine = config.fine_width or width
        reach = 1 if config.light else 3  # of the kernels at stride 4
        widths, reaches = (fine, width, width, width), (reach, 3, 3, 3)
        self.project = nn.ModuleList(
            nn.Conv2d(inputs, outputs, side, padding=side // 2, bias=False)
            for inputs, outputs, side in zip(self.encoder.widths[1:], widths, reaches, strict=True)
        )
        self.overview = nn.Linear(self.encoder.widths[-1], width)
        steps: list[nn.Module] = [Fusion(width, first=level == 3) for level in range(4)]
        if config.light:
            steps[:2] = LightFusion(fine, None), LightFusion(width, fine)
        self.fuse = nn.ModuleList(steps)
        self.temporal = TemporalModule(
            width,
            layers=config.temporal_layers,
            expand=config.temporal_expand,
            headdim=config.temporal_headdim,
            d_state=config.temporal_state,
            downsample=config.temporal_downsample,
            enlarge_last=config.light,
        )
        hold = HalfHold if config.light else Hold
        self.hold = hold(fine, config.hold_width or config.head_width)
        self.head = Head(fine, config.head_width, reach)

    def forward(
        self, frames: Tensor, state: LiteState | None = None
    ) -> tuple[Tensor, LiteState | None]:
        """One frame of each video: (B, 3, H, W) -> disparity (B, H, W) and the memory after it."""
        return self.decode(self.encode(frames), state)

    def for_inference(self, dtype: torch.dtype) -> FlashDepthLite:
        """This network, made ready to run: convolutions in `dtype`, memory and output float32."""
        self.eval().requires_grad_(False)
        self.to(dtype=dtype)
        self.encoder.widen()
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.temporal.float()
        self.head.out.float()
        return self

    @property
    def lacks(self) -> Mapping[Part, str]:
        """See Inspectable."""
        return {Part.ATTENTION: "FlashDepth-lite's encoder is convolutional: it has no attention."}

    def encode(self, frames: Tensor, into: Intermediates | None = None) -> LiteFeatures:
        """The part before the memory, which lanes can share. Its tokens are those at stride 16.

        frames : (B, 3, H, W), colour values less PIXEL_MEAN over PIXEL_SCALE; sides multiples
        of 32. Raises ValueError for other sides.
        """
        height, width = frames.shape[-2:]
        if height % PICTURE.multiple or width % PICTURE.multiple:
            raise ValueError(f"sides must be multiples of {PICTURE.multiple}, not {width}x{height}")
        half, quarter, eighth, sixteenth, coarsest = self.encoder(frames)
        if into is not None and wants(into, Part.TOKENS):
            into.add(Part.TOKENS, sixteenth.permute(0, 2, 3, 1))
        overview = self.overview(coarsest.mean((2, 3)))[..., None, None]
        path = convolve(cast(nn.Conv2d, self.project[3]), coarsest) + overview
        path = self.fuse[3](path, None, sixteenth.shape[-2:])
        give_norm(Part.PYRAMID, path, into)
        path = self.fuse[2](path, self._addition(2, sixteenth), eighth.shape[-2:])
        give_norm(Part.PYRAMID, path, into)
        finer = self._addition(0, quarter), self._addition(1, eighth)
        return LiteFeatures(self.head.addition(half), *finer, path)

    def decode(
        self,
        features: LiteFeatures,
        state: LiteState | None,
        temporal: bool = True,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, LiteState | None]:
        """Features of the next frame to disparity (B, H, W), relative; >= 0 outside of training.

        Returns the memory after the frame; with temporal=False, `state` unchanged.
        """
        if temporal:
            disparity, state = self.decode_clip(features, state, 1, into)
            return disparity.squeeze(1), state
        return self._finish(self._fine(features.path, features, into), features), state

    def decode_clip(
        self,
        features: LiteFeatures,
        state: LiteState | None,
        length: int,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, LiteState]:
        """`length` successive frames at once: all but the memory runs as one batch.

        features : of (B * length) frames, the frames of a clip side by side.
        Returns disparity (B, length, H, W) and the memory after the last frame.
        """
        memory = None if state is None else state.memory
        steadied = []
        for path in _one_by_one(features.path, length):
            remembered, memory = self._remember(path, memory, into)
            steadied.append(remembered)
        held = None if state is None else state.held
        settled = []
        fine = self._fine(_side_by_side(steadied), features, into)
        for path in _one_by_one(fine, length):
            held = path if held is None else self.hold(path, held, into)
            settled.append(held)
        disparity = self._finish(_side_by_side(settled), features)
        state = LiteState(cast(TemporalState, memory), cast(Tensor, held))
        return disparity.unflatten(0, (-1, length)), state

    def _addition(self, step: int, skip: Tensor) -> Tensor:
        """What fusion step 0, 1 or 2 adds of the encoder's map."""
        fusion = cast(Fusion | LightFusion, self.fuse[step])
        return fusion.addition(convolve(cast(nn.Conv2d, self.project[step]), skip))

    def _remember(
        self, path: Tensor, memory: TemporalState | None, into: Intermediates | None
    ) -> tuple[Tensor, TemporalState]:
        # A few hundred tokens: float32 costs next to nothing and errors do not add up over a video.
        with torch.autocast(path.device.type, enabled=False):
            steadied, memory = self.temporal(path.float(), memory, into)
        return steadied.to(path.dtype), memory

    def _fine(self, path: Tensor, features: LiteFeatures, into: Intermediates | None) -> Tensor:
        """Path 1: everything fused, at stride 4."""
        size = (features.quarter.shape[-2], features.quarter.shape[-1])
        path = self.fuse[1](path, features.eighth, size)
        give_norm(Part.PYRAMID, path, into)
        path = self.fuse[0](path, features.quarter, size)
        give_norm(Part.PYRAMID, path, into)
        return path

    def _finish(self, path: Tensor, features: LiteFeatures) -> Tensor:
        disparity = self.head(path, features.half).float()
        return cast(Tensor, disparity if self.training else disparity.clamp(min=0.0))


def _one_by_one(maps: Tensor, length: int) -> tuple[Tensor, ...]:
    """(B * T, C, h, w) maps of clips of `length` T as T maps (B, C, h, w).

    A map of one frame stays as it is: a view of it would no longer pass for channels-last.
    """
    return (maps,) if length == 1 else maps.unflatten(0, (-1, length)).unbind(1)


def _side_by_side(maps: list[Tensor]) -> Tensor:
    """T maps (B, C, h, w) as one (B * T, C, h, w), the frames of a clip side by side."""
    if len(maps) == 1:
        return maps[0]
    return torch.stack(maps, 1).flatten(0, 1).contiguous(memory_format=torch.channels_last)
