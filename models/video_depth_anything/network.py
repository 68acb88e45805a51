"""The network: Depth Anything V2 with four temporal modules in its decoder.

Two of them correct the coarse levels of the pyramid before they are narrowed, two the first two
paths, so everything from the level of half the patches on depends on memory. `encode` is the rest,
which lanes with and without memory share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, cast

from torch import Tensor, nn

from models.flashdepth.config import DecoderConfig, EncoderConfig, EncoderName
from models.flashdepth.dense import checked_grid
from models.flashdepth.dpt import DPTHead
from models.flashdepth.vit import VisionTransformer
from models.inside.probe import Intermediates, Part, wants
from models.inside.tensors import give_norm
from models.video_depth_anything.memory import Entry, VideoState
from models.video_depth_anything.temporal import TemporalModule


class VideoFeatures(NamedTuple):
    """What `encode` hands to `decode`: everything that does not depend on memory.

    levels : the two fine (b, d, h, w) levels of the pyramid.
    maps : the two coarse taps' (b, c, h, w) maps before their temporal modules.
    size : (b, height, width) of the frames, in pixels.
    """

    levels: tuple[Tensor, Tensor]
    maps: tuple[Tensor, Tensor]
    size: tuple[int, int, int]


class TemporalDPTHead(DPTHead):
    """A DPT head with `motion_modules`; the name is the weights'."""

    def __init__(self, channels: int, config: DecoderConfig) -> None:
        super().__init__(channels, config)
        widths = (config.levels[2], config.levels[3], config.width, config.width)
        self.motion_modules = nn.ModuleList(
            TemporalModule(width, number) for number, width in enumerate(widths)
        )

    def correct(
        self,
        number: int,
        maps: Tensor,
        state: VideoState | None,
        kept: list[Entry],
        into: Intermediates | None = None,
    ) -> Tensor:
        """(b, c, h, w) after temporal module `number`; appends what it remembers to `kept`."""
        corrected, remembered = cast(TemporalModule, self.motion_modules[number])(maps, state)
        kept.append(remembered)
        if wants(into, Part.CORRECTION):
            give_norm(Part.CORRECTION, corrected - maps, into)
        return cast(Tensor, corrected)


class VideoDepthAnything(nn.Module):
    """The streaming networks: "vits", "vitb" or "vitl".

    The relative and the metric ones differ in their weights alone: those give affine-invariant
    disparity, these depth in metres.

    Raises
    ------
    ValueError
        For another name.
    """

    def __init__(self, encoder: EncoderName) -> None:
        super().__init__()
        config = EncoderConfig.named(encoder)
        self.encoder: EncoderName = encoder
        self.pretrained = VisionTransformer(config)
        self.head = TemporalDPTHead(config.width, DecoderConfig.named(encoder))

    def forward(
        self, frames: Tensor, state: VideoState | None = None, *, temporal: bool = True
    ) -> tuple[Tensor, VideoState | None]:
        """The next frame of each of b videos.

        Parameters
        ----------
        frames
            (b, 3, H, W), normalised by the ImageNet mean and deviation; H and W multiples of 14.
        state
            What the last call returned, or None at the start of a video.
        temporal
            False treats the frame as the first of a video and returns `state` as it is.

        Returns
        -------
        tuple of Tensor and VideoState
            (b, H, W) output >= 0, and the state for the next frame.

        Raises
        ------
        ValueError
            For frames of another shape, or of another size than the state's.
        """
        return self.decode(self.encode(frames), state, temporal=temporal)

    @property
    def lacks(self) -> Mapping[Part, str]:
        """See Inspectable."""
        attends = "Video Depth Anything attends to its last frames and first frame"
        return {
            Part.HALF_LIFE: f"{attends}; nothing decays.",
            Part.SHARE: f"{attends}; there is no state whose part could be told apart.",
            Part.GATE: f"{attends}, without a gate.",
        }

    def encode(self, frames: Tensor, into: Intermediates | None = None) -> VideoFeatures:
        """All that does not depend on memory."""
        grid = checked_grid(frames)
        taps = self.pretrained(frames, into=into)
        fine, half, coarse, coarsest = (
            self.head.tap(index, features, grid) for index, features in enumerate(taps)
        )
        levels = self.head.narrowed(0, fine), self.head.narrowed(1, half)
        size = frames.shape[0], frames.shape[2], frames.shape[3]
        return VideoFeatures(levels, (coarse, coarsest), size)

    def decode(
        self,
        features: VideoFeatures,
        state: VideoState | None = None,
        *,
        temporal: bool = True,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, VideoState | None]:
        """(b, H, W) output, and the next state; without memory, `state` comes back untouched."""
        past = state if temporal else None
        if past is not None and past.size != features.size:
            raise ValueError(f"a video of {past.size} cannot go on with {features.size}")
        head, kept = self.head, list[Entry]()
        _, height, width = features.size
        coarse = head.correct(0, features.maps[0], past, kept, into)
        coarsest = head.correct(1, features.maps[1], past, kept, into)
        levels = (*features.levels, head.narrowed(2, coarse), head.narrowed(3, coarsest))
        path = head.first_path(levels[3], (coarse.shape[-2], coarse.shape[-1]), into)
        path = head.correct(2, path, past, kept, into)
        path = head.next_path(3, path, levels, into)
        path = head.correct(3, path, past, kept, into)
        for number in (2, 1):
            path = head.next_path(number, path, levels, into)
        output = head.disparity(path, height, width)
        if not temporal:
            return output, state
        entry = tuple(remembered for module in kept for remembered in module)
        if past is None:
            return output, VideoState(entry, (), features.size)
        return output, past.followed_by(entry)
