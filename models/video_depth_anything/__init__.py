"""Video Depth Anything in its streaming mode (Chen et al. 2025): Depth Anything V2 with a memory.

The published networks are the authors'; this implementation follows their public repository's
streaming class and gives the same output, frame by frame.
"""

from models.video_depth_anything.memory import VideoState
from models.video_depth_anything.network import VideoDepthAnything

__all__ = ["VideoDepthAnything", "VideoState"]
