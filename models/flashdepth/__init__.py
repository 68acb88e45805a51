"""FlashDepth: streaming video depth (Chou et al. 2025), in plain PyTorch, nothing to compile."""

from models.flashdepth.config import FlashDepthConfig
from models.flashdepth.dense import Features
from models.flashdepth.mamba2 import TemporalState
from models.flashdepth.network import FlashDepth

__all__ = ["Features", "FlashDepth", "FlashDepthConfig", "TemporalState"]
