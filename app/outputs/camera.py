"""The virtual camera: what goes out appears as a camera in video calls and in OBS."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

from app.outputs.output import Outgoing, OutputOptions
from app.outputs.scene import Scene
from models.errors import UserError
from models.extras import missing_extra
from models.frames import UInt8
from models.plain_text import LINE, single_line
from renderers.letterbox import letterboxed

_NEEDED = {
    "linux": "install v4l2loopback-dkms, then run: sudo modprobe v4l2loopback exclusive_caps=1",
    "win32": "install OBS Studio and start its virtual camera once",
    "darwin": "install OBS Studio and start its virtual camera once",
}
_MISSING = missing_extra("The virtual camera needs", "camera-out", "pyvirtualcam")


class CameraOutput:
    """Sends the chosen content to a virtual camera, at a steady rate and in one size.

    Parameters
    ----------
    device
        Name of the device, such as /dev/video4; "" takes the first that is free.
    options
        Size and rate.
    """

    is_steady = True

    def __init__(self, device: str, options: OutputOptions) -> None:
        self.size = options.size
        self.fps = options.fps
        self._device = device
        self._camera: Any = None
        self._shown: UInt8 | None = None

    def open(self) -> str:
        """See Output."""
        try:
            import pyvirtualcam
        except ImportError as error:
            raise UserError(_MISSING) from error
        width, height = self.size
        try:
            self._camera = pyvirtualcam.Camera(
                width=width, height=height, fps=self.fps, device=self._device or None
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise UserError(self._why_not(str(error))) from error
        return single_line(str(self._camera.device), LINE)

    def wanted(self, scene: Scene) -> Collection[str]:
        """See Output."""
        return (scene.settings.output_content,)

    def send(self, outgoing: Outgoing) -> None:
        """See Output."""
        if outgoing.is_new or self._shown is None:
            self._shown = letterboxed(outgoing.rgb, self.size)
        try:
            self._camera.send(self._shown)
        except (RuntimeError, OSError) as error:
            raise UserError(
                "The virtual camera does not take pictures any more; start it again."
            ) from error

    def close(self) -> None:
        """See Output."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def _why_not(self, reason: str) -> str:
        needed = _NEEDED.get(sys.platform, _NEEDED["linux"])
        if self._device:
            return (
                f"The virtual camera {self._device} cannot be opened ({single_line(reason)}); "
                "choose another device, or leave the name out."
            )
        return f"There is no virtual camera on this machine; {needed}."
