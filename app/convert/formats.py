"""The table of formats that a recording converts to. Imports none of them, so help is fast.

A new format is a module of this room, or of `app.export` for one of a single frame, and a line in
`FORMATS`. The command line, the window and the documentation's checks follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """What a recording converts to.

    Attributes
    ----------
    title
        What a file dialog calls it.
    writer
        "module:name" of a `ClipWriter`'s class, which takes a path and a `Clip`; or of a function
        that writes one frame, `FrameWriter`.
    is_clip
        Whether it holds the whole recording or one frame of it.
    needs_flicker
        Whether it shows how steady the lanes are, which takes optical flow for each frame.
    """

    title: str
    writer: str
    is_clip: bool
    needs_flicker: bool = False


FORMATS: Mapping[str, Format] = {
    "rrd": Format("Rerun recording", "app.convert.rrd:RrdWriter", True, needs_flicker=True),
    "mcap": Format("ROS 2 messages in MCAP", "app.convert.ros:McapWriter", True),
    "mp4": Format("Video of picture and lanes", "app.convert.mp4:Mp4Writer", True),
    "glb": Format("Textured mesh of a frame", "app.export.glb:write_frame", False),
    "exr": Format("EXR picture of a frame", "app.export.exr:write_frame", False),
    "ply": Format("Point cloud of a frame", "app.export.ply:write_frame", False),
}
"""By name, which is the files' suffix and what `--to` takes."""
