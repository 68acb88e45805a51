"""FlashDepth: video depth from a stream, one frame at a time (Chou et al. 2025).

    frames ─ encode ─▶ Features ─ decode(state) ─▶ disparity, next state

`encode` is everything that does not depend on memory, so lanes that show the same network with and
without memory share it; `decode` is the rest. State is a value that goes in and comes out; nothing
is hidden in the modules.

Where this differs from the authors' code, results agree to rounding: the hybrid's decoder runs once
instead of partly twice, the teacher's unread level 3 is left out, and the scan of a frame is made
of matrix products (see `mamba2`).
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from models.flashdepth.config import PATCH, DecoderConfig, FlashDepthConfig
from models.flashdepth.dense import DensePredictor, Features
from models.flashdepth.dpt import resize
from models.flashdepth.fusion import Fusion
from models.flashdepth.mamba2 import TemporalModule, TemporalState
from models.inside.probe import Intermediates, Part


class FlashDepth(DensePredictor):
    """FlashDepth-S, -L or the hybrid, by configuration."""

    def __init__(self, config: FlashDepthConfig) -> None:
        super().__init__(config.encoder)
        self.config = config
        memory = config.memory
        width = DecoderConfig.named(config.encoder).width
        self.mamba = TemporalModule(
            width,
            layers=memory.layers,
            expand=memory.expand,
            headdim=memory.headdim,
            d_state=memory.d_state,
            d_conv=memory.d_conv,
            downsample=memory.downsample,
        )
        if config.teacher is not None:
            self.teacher_model = DensePredictor(config.teacher)
            teacher_width = DecoderConfig.named(config.teacher).width
            self.hybrid_fusion = Fusion(width, teacher_width, config.fusion_layers)

    def forward(
        self, frames: Tensor, state: TemporalState | None = None, *, temporal: bool = True
    ) -> tuple[Tensor, TemporalState | None]:
        """The next frame of each of b videos.

        frames : (b, 3, H, W), normalised by the ImageNet mean and deviation; H and W multiples of
            14, and at least 70 for the memory to see more than one cell. ValueError otherwise.
        state : what the last call returned, or None at the start of a video.
        Returns (b, H, W) disparity >= 0 (100 / metres in training, in practice affine-invariant)
        and the state for the next frame.
        """
        return self.decode(self.encode(frames), state, temporal=temporal)

    @property
    def lacks(self) -> Mapping[Part, str]:
        """See Inspectable."""
        return {Part.GATE: "FlashDepth has one memory, without a gate; flashdepth-lite has both."}

    def encode(self, frames: Tensor, into: Intermediates | None = None) -> Features:
        """All that does not depend on memory; intermediates are the student's."""
        advice = self.advice(frames) if self.config.teacher is not None else None
        return self.join(self.pyramid(frames, into), advice, frames, into)

    def advice(self, frames: Tensor) -> Tensor:
        """The hybrid's second stream: the teacher's path 4 (b, t, h, w), at its own low resolution.

        It shares nothing with `pyramid`, so the two may run at the same time (on two CUDA streams)
        before `join`.
        """
        height, width = frames.shape[-2:]
        lines = self.config.teacher_height
        if lines is not None and height > lines:
            # Truncated in floating point exactly as the weights were trained with.
            frames = resize(frames, lines, max(1, int((lines / height) * width) // PATCH) * PATCH)
        return self.teacher_model.coarsest_path(frames)

    def join(
        self,
        levels: tuple[Tensor, ...],
        advice: Tensor | None,
        frames: Tensor,
        into: Intermediates | None = None,
    ) -> Features:
        """The pyramid of `frames`, and the teacher's advice if there is one, up to the memory."""
        height, width = frames.shape[-2:]
        path = self.depth_head.first_path(levels[3], (height // PATCH, width // PATCH), into)
        if advice is not None:
            path = self.hybrid_fusion(path, advice)
        last = self.config.memory.after_path
        for number in range(3, last - 1, -1):
            path = self.depth_head.next_path(number, path, levels, into)
        return Features(path, levels[: last - 1], height, width)

    def decode(
        self,
        features: Features,
        state: TemporalState | None = None,
        *,
        temporal: bool = True,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, TemporalState | None]:
        """Disparity (b, H, W) and the next state; without memory, `state` comes back untouched."""
        path = features.path
        if temporal:
            path, state = self.mamba(path, state, into)
        for number in range(self.config.memory.after_path - 1, 0, -1):
            path = self.depth_head.next_path(number, path, features.levels, into)
        return self.depth_head.disparity(path, features.height, features.width), state
