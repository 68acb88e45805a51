"""OpenEXR pictures, one file per frame, for compositing (extra `exr`)."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from app.core.results import FrameResult, LaneResult
from app.export.depth_scale import DepthScale, depth_scale
from app.export.exporter import Target
from app.export.extras import library
from app.system.whole_files import write_whole
from models.frames import Float32, Frame, UInt8
from renderers.point_cloud import intrinsics_in_force

NEEDS = ("OpenEXR", "exr", "Writing EXR")
DEPTH, DISPARITY, KNOWN = "Z", "disparity.Z", "mask.a"
"""Names of channels besides R, G and B. Nuke shows the first as depth, the last as its mask."""


def write_frame(path: Path, frame: Frame, lane: LaneResult, scale: DepthScale) -> None:
    """Write picture, depth and disparity of a lane's result, 32 bits each.

    R, G and B are linear light. Disparity and depth are 0 where they are unknown or infinite,
    since NaN would spread in every filter; `mask.a` is 1 where disparity is known. The header says
    unit and scale.

    Raises
    ------
    UserError
        If OpenEXR is not installed.
    OSError
        If the file cannot be written.
    """
    exr = library(*NEEDS)
    disparity = lane.depth.disparity
    depth = scale.depth(disparity)
    height, width = disparity.shape
    camera = intrinsics_in_force(scale.cloud, frame.intrinsics, width, height)
    light = linear_light(frame.rgb)
    channels = {
        **{name: np.ascontiguousarray(light[..., at]) for at, name in enumerate("RGB")},
        DEPTH: np.nan_to_num(depth, nan=0.0),
        DISPARITY: np.nan_to_num(disparity, nan=0.0, posinf=0.0, neginf=0.0),
        KNOWN: np.isfinite(disparity).astype(np.float32),
    }
    header = {
        "compression": exr.ZIP_COMPRESSION,
        "type": exr.scanlineimage,
        "comments": "Z is depth, disparity.Z disparity (larger is nearer), mask.a 1 where known",
        "model": lane.model,
        "disparityUnit": lane.depth.unit.value,
        **{f"depth{key.capitalize()}": value for key, value in scale.facts().items()},
        **{key: getattr(camera, key) for key in ("fx", "fy", "cx", "cy")},
        "time": frame.time_s,
    }
    data = io.BytesIO()
    exr.File(header, channels, num_threads=0).write(data)
    write_whole(path, data.getvalue())


def linear_light(rgb: UInt8) -> Float32:
    """(H, W, 3) uint8 sRGB to (H, W, 3) float32 linear light, 0 to 1 (IEC 61966-2-1)."""
    coded = np.arange(256) / 255.0
    table = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    light: Float32 = table.astype(np.float32)[rgb]
    return light


class ExrExporter:
    """`exr/000000.exr`: picture, depth and disparity. Metres only if the estimator gives metres."""

    def __init__(self, target: Target) -> None:
        library(*NEEDS)
        self._folder = target.subfolder("exr")

    def write(self, result: FrameResult) -> str:
        lane = result.lanes["a"]
        name = f"{result.frame.index:06d}.exr"
        write_frame(self._folder / name, result.frame, lane, depth_scale(lane))
        return f"exr/{name}"

    def close(self) -> None:
        """Do nothing: every file is complete."""
