"""MCAP with ROS 2 messages, for Foxglove and ROS (extra `mcap`).

Axes are those of a camera's optical frame (REP 103): x right, y down, z forward. `/tf_static` turns
it upright in the frame `world`, whose x is forward and z up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.convert.clip import Clip, time_ns
from app.convert.ros_messages import DEFINITIONS
from app.core.results import FrameResult, LaneResult
from app.export.depth_scale import DepthScale
from app.export.extras import library
from app.media.append_only import AppendOnlyFile
from models.frames import Float32, Frame, UInt8
from models.geometry import Intrinsics
from renderers.point_cloud import CloudOptions, cloud_points, intrinsics_in_force

NEEDS = ("mcap_ros2.writer", "mcap", "Writing MCAP")
FRAME_ID = "camera_optical_frame"
MOST_POINTS = 100_000
"""From larger pictures every second, third, … pixel becomes a point."""
_FLOAT32, _UINT32 = 7, 6  # datatypes of sensor_msgs/PointField
_CHUNK_BYTES = 4 << 20
_OPTICAL_TO_WORLD = {"x": -0.5, "y": 0.5, "z": -0.5, "w": 0.5}


class McapWriter:
    """Topics: /camera/image, /camera/camera_info, and by lane /lane_a/depth and /lane_a/points.

    Raises
    ------
    UserError
        If the library is not installed.
    OSError
        If the file cannot be written.
    """

    def __init__(self, path: Path, clip: Clip) -> None:
        self._clip = clip
        writer = library(*NEEDS)
        self._file = _Output(path)
        try:
            self._mcap = writer.Writer(self._file, chunk_size=_CHUNK_BYTES)
            self._schemas = {
                name: self._mcap.register_msgdef(name, text) for name, text in DEFINITIONS.items()
            }
            self._mcap.add_metadata("recording", {"source": clip.title, "frames": str(clip.frames)})
            self._send("/tf_static", "tf2_msgs/msg/TFMessage", _upright(clip.started_ns), 0)
        except BaseException:
            self._file.close()
            raise
        self._stated: dict[str, DepthScale] = {}

    def write(self, result: FrameResult) -> None:
        frame = result.frame
        at_ns = time_ns(frame)
        header = _header(self._clip.started_ns + at_ns)
        camera = intrinsics_in_force(CloudOptions(), frame.intrinsics, *frame.size)
        self._send("/camera/image", "sensor_msgs/msg/Image", _image(header, frame.rgb), at_ns)
        self._send(
            "/camera/camera_info", "sensor_msgs/msg/CameraInfo", _camera_info(header, camera), at_ns
        )
        for name, lane in result.lanes.items():
            scale = self._clip.scale(lane)
            self._state(name, lane, scale)
            depth = scale.depth(lane.depth.disparity)
            self._send(f"/lane_{name}/depth", "sensor_msgs/msg/Image", _image(header, depth), at_ns)
            self._send(
                f"/lane_{name}/points", "sensor_msgs/msg/PointCloud2",
                _points(header, frame, lane, scale), at_ns,
            )  # fmt: skip

    def close(self) -> None:
        try:
            self._mcap.finish()
        finally:
            self._file.close()

    def _send(self, topic: str, kind: str, message: dict[str, Any], at_ns: int) -> None:
        stamp = self._clip.started_ns + at_ns
        self._mcap.write_message(topic, self._schemas[kind], message, stamp, stamp)

    def _state(self, name: str, lane: LaneResult, scale: DepthScale) -> None:
        """Say in a metadata record what a lane's depth means, and again if that changes."""
        if self._stated.get(name) != scale:
            self._stated[name] = scale
            facts = {key: str(value) for key, value in scale.facts().items()}
            self._mcap.add_metadata(f"lane_{name}", {"model": lane.model, **facts})


class _Output:
    """A new file of whole records, as the library wants to write to it."""

    def __init__(self, path: Path) -> None:
        self._file = AppendOnlyFile(path, replace=True)

    def write(self, data: bytes | bytearray | memoryview) -> int:
        self._file.append(bytes(data))
        return len(data)

    def tell(self) -> int:
        return self._file.size_bytes

    def flush(self) -> None:
        pass

    def close(self) -> None:
        self._file.close()


def _header(stamp_ns: int) -> dict[str, Any]:
    seconds, rest = divmod(stamp_ns, 1_000_000_000)
    return {"stamp": {"sec": seconds, "nanosec": rest}, "frame_id": FRAME_ID}


def _upright(started_ns: int) -> dict[str, Any]:
    header = {**_header(started_ns), "frame_id": "world"}
    transform = {"translation": {"x": 0.0, "y": 0.0, "z": 0.0}, "rotation": _OPTICAL_TO_WORLD}
    return {"transforms": [{"header": header, "child_frame_id": FRAME_ID, "transform": transform}]}


def _image(header: dict[str, Any], picture: UInt8 | Float32) -> dict[str, Any]:
    """sensor_msgs/Image of (H, W, 3) uint8 RGB or (H, W) float32 depth."""
    height, width = picture.shape[:2]
    return {
        "header": header,
        "height": height,
        "width": width,
        "encoding": "rgb8" if picture.ndim == 3 else "32FC1",
        "is_bigendian": 0,
        "step": picture.strides[0],
        "data": picture.tobytes(),
    }


def _camera_info(header: dict[str, Any], camera: Intrinsics) -> dict[str, Any]:
    fx, fy, cx, cy = camera.fx, camera.fy, camera.cx, camera.cy
    return {
        "header": header,
        "height": camera.height,
        "width": camera.width,
        "distortion_model": "plumb_bob",
        "d": [0.0] * 5,
        "k": [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        "r": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        "p": [fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
        "binning_x": 0,
        "binning_y": 0,
        "roi": {"x_offset": 0, "y_offset": 0, "height": 0, "width": 0, "do_rectify": False},
    }


_POINT = np.dtype([("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("rgb", "<u4")])


def _points(
    header: dict[str, Any], frame: Frame, lane: LaneResult, scale: DepthScale
) -> dict[str, Any]:
    """sensor_msgs/PointCloud2 in the optical frame, coloured by the picture."""
    width, height = frame.size
    stride = max(1, int(np.ceil(np.sqrt(width * height / MOST_POINTS))))
    options = CloudOptions(stride=stride, calibration=scale.calibration)
    points, colours = cloud_points(frame.rgb, lane.depth.disparity, options, frame.intrinsics)
    packed = np.empty(len(points), _POINT)
    packed["x"], packed["y"], packed["z"] = points[:, 0], -points[:, 1], -points[:, 2]
    red, green, blue = colours.astype(np.uint32).T
    packed["rgb"] = red << 16 | green << 8 | blue
    return {
        "header": header,
        "height": 1,
        "width": len(packed),
        "fields": [
            {
                "name": name,
                "offset": _POINT.fields[name][1] if _POINT.fields else 0,
                "datatype": _UINT32 if name == "rgb" else _FLOAT32,
                "count": 1,
            }
            for name in _POINT.names or ()
        ],
        "is_bigendian": False,
        "point_step": _POINT.itemsize,
        "row_step": _POINT.itemsize * len(packed),
        "data": packed.tobytes(),
        "is_dense": True,
    }
