"""OpenCV, imported without its side effects on Qt.

On import the wheel points Qt to its own plug-ins and fonts; PyQt6 has its own, so the environment
is restored. Import it from here everywhere: ``from models.opencv import cv2``.
"""

from __future__ import annotations

import os

_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")

_SETTINGS = {
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",  # or opening a camera takes half a minute
    # seconds; the default of ten is long for a dead camera
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "2",
    "OPENCV_LOG_LEVEL": "ERROR",  # failures are reported by our own messages
}
for _name, _setting in _SETTINGS.items():  # read once, while OpenCV loads
    os.environ.setdefault(_name, _setting)

_before = {name: os.environ.get(name) for name in _QT_VARIABLES}

import cv2  # noqa: E402, TID251

for _name, _value in _before.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

__all__ = ["cv2"]
