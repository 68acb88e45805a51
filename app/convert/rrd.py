"""Rerun recordings (extra `rerun`): pictures, depth of both lanes, the camera, and flicker.

World and camera have the same axes: x right, y down, z forward. All is on the time line `time`,
and once more by the frame's number on `frame`.
"""

from __future__ import annotations

import errno
import math
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from app.convert.clip import Clip, time_ns
from app.core.results import LANES, FrameResult, LaneResult
from app.export.depth_scale import DepthScale
from app.export.extras import library
from models import registry
from models.frames import UInt8
from models.geometry import Intrinsics
from models.opencv import cv2
from renderers.point_cloud import CloudOptions, intrinsics_in_force

NEEDS = ("rerun", "rerun", "Writing a Rerun recording")
CAMERA, PICTURE = "world/camera", "world/camera/picture"
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, 0x111111)  # 4:4:4
_FLUSH_S = 60.0
_PROBE_BYTES = 1 << 18
_HALF_MAX = float(np.finfo(np.float16).max)
_CURVES = ("flicker", "scale", "shift")
"""Numbers of `app.core.results` by lane and frame, each drawn as a curve."""
_COLOURS = ((86, 180, 233), (230, 159, 0))


class RrdWriter:
    """Writes a recording with the blueprint that shows it.

    Raises
    ------
    UserError
        If the library is not installed.
    OSError
        If the file cannot be written.
    """

    def __init__(self, path: Path, clip: Clip) -> None:
        self._rr = _rerun()
        self._clip = clip
        self._path = path
        self._camera: Intrinsics | None = None
        self._stated: dict[str, DepthScale] = {}
        _probe(path)  # the library waits for ever where its first bytes cannot be written
        self._stream = self._rr.RecordingStream("flashdepth_live")
        self._stream.set_log_time_enabled(False)
        self._stream.set_log_tick_enabled(False)
        self._guarded(self._begin)

    def write(self, result: FrameResult) -> None:
        self._guarded(lambda: self._log(result))

    def close(self) -> None:
        try:
            self._stream.flush(timeout_sec=_FLUSH_S)
            self._stream.disconnect()
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a file without its table of contents is a warning
                library("rerun.chunk", *NEEDS[1:]).RrdReader(str(self._path)).store()
        except (RuntimeError, ValueError, Warning) as error:
            self._stream.disconnect()
            raise self._why(error) from error

    def _begin(self) -> None:
        rr, stream = self._rr, self._stream
        stream.save(self._path)
        stream.send_recording_name(self._clip.title)
        if self._clip.started_ns:
            stream.send_recording_start_time_nanos(self._clip.started_ns)
        stream.send_blueprint(_blueprint(tuple(self._clip.models)))
        stream.log("world", rr.ViewCoordinates.RDF, static=True)
        for name, colour in zip(LANES, _COLOURS, strict=True):
            if name in self._clip.models:
                title = f"{name.upper()}: {registry.title(self._clip.models[name])}"
                for kind in _CURVES:
                    line = rr.SeriesLines(names=title, colors=[colour])
                    stream.log(f"{kind}/{name}", line, static=True)

    def _log(self, result: FrameResult) -> None:
        rr, stream, frame = self._rr, self._stream, result.frame
        stream.set_time("time", duration=np.timedelta64(time_ns(frame), "ns"))
        stream.set_time("frame", sequence=frame.index)
        camera = intrinsics_in_force(CloudOptions(), frame.intrinsics, *frame.size)
        if camera != self._camera:
            self._camera = camera
            stream.log(CAMERA, _pinhole(rr, camera))
        picture = rr.EncodedImage(contents=_jpeg(frame.rgb), media_type="image/jpeg")
        stream.log(PICTURE, picture)
        for name, lane in result.lanes.items():
            self._log_lane(name, lane)
        flicker = result.analysis.flicker if result.analysis else None
        for name, steadiness in flicker.lanes.items() if flicker else ():
            for kind in _CURVES:
                value = getattr(steadiness, kind)
                if math.isfinite(value):
                    stream.log(f"{kind}/{name}", rr.Scalars(value))

    def _log_lane(self, name: str, lane: LaneResult) -> None:
        rr, where, scale = self._rr, f"{CAMERA}/depth_{name}", self._clip.scale(lane)
        depth = scale.depth(lane.depth.disparity)
        with np.errstate(invalid="ignore"):
            depth = np.where(depth <= _HALF_MAX, depth, 0.0)  # 0 is unknown
        far, near = (scale.calibration.at(end) for end in self._clip.disparity_range(lane))
        shown = (near, far) if 0.0 < near < far < _HALF_MAX else None
        half = rr.DepthImage(
            depth.astype(np.float16), meter=1.0, colormap="turbo", depth_range=shown
        )
        self._stream.log(where, half)
        if self._stated.get(name) != scale:
            self._stated[name] = scale
            self._stream.log(where, rr.AnyValues(model=lane.model, **scale.facts()))

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do `work` and wait until all is in the file.

        Raises
        ------
        OSError
            If the file cannot be written, which the library says without its reason.
        """
        try:
            work()
            self._stream.flush(timeout_sec=_FLUSH_S)
        except RuntimeError as error:
            raise self._why(error) from error

    def _why(self, error: Exception) -> OSError:
        """The system's reason for a failed write, which the library does not tell."""
        try:
            _probe(self._path.with_name(f"{self._path.name}.probe"))
        except OSError as reason:
            return reason
        return OSError(errno.EIO, str(error))


def _rerun() -> Any:
    """The library; what it says on standard error by itself is left out."""
    os.environ.setdefault("RUST_LOG", "off")
    return library(*NEEDS)


def _probe(path: Path) -> None:
    """Check that some bytes can be written to `path`, which does not stay.

    Raises
    ------
    OSError
        With the reason, if not.
    """
    try:
        path.write_bytes(bytes(_PROBE_BYTES))
    finally:
        path.unlink(missing_ok=True)


def _pinhole(rr: Any, camera: Intrinsics) -> Any:
    matrix = [[camera.fx, 0.0, camera.cx], [0.0, camera.fy, camera.cy], [0.0, 0.0, 1.0]]
    return rr.Pinhole(
        image_from_camera=matrix,
        resolution=[camera.width, camera.height],
        camera_xyz=rr.ViewCoordinates.RDF,
    )


def _jpeg(rgb: UInt8) -> bytes:
    ok, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), _JPEG)
    if not ok:
        raise OSError(errno.EIO, "the picture cannot be encoded")
    return bytes(data.tobytes())


def _blueprint(lanes: tuple[str, ...]) -> Any:
    """Pictures above, clouds below them, curves at the bottom."""
    rrb = library("rerun.blueprint", *NEEDS[1:])
    maps = [
        rrb.Spatial2DView(
            origin=CAMERA, contents=[f"{CAMERA}/depth_{name}"], name=f"Depth {name.upper()}"
        )
        for name in lanes
    ]
    clouds = [
        rrb.Spatial3DView(
            origin="world",
            contents=["world", CAMERA, PICTURE, f"{CAMERA}/depth_{name}"],
            name=f"Cloud {name.upper()}",
            eye_controls=rrb.EyeControls3D(
                position=(0.8, -0.8, -1.5), look_target=(0.0, 0.0, 4.0), eye_up=(0.0, -1.0, 0.0)
            ),
        )
        for name in lanes
    ]
    curves = [rrb.TimeSeriesView(origin=kind, name=kind.capitalize()) for kind in _CURVES]
    picture = rrb.Spatial2DView(origin=CAMERA, contents=[PICTURE], name="Picture")
    rows = [rrb.Horizontal(picture, *maps), rrb.Horizontal(*clouds), rrb.Horizontal(*curves)]
    return rrb.Blueprint(
        rrb.Vertical(*rows, row_shares=[3, 3, 2]),
        rrb.TimePanel(timeline="time", state="collapsed"),
        rrb.SelectionPanel(state="collapsed"),
        rrb.BlueprintPanel(state="collapsed"),
    )
