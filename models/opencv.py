"""OpenCV, imported without its side effects on Qt.

The wheel points Qt at its own plug-ins and fonts when it is imported; PyQt6 brings its own, so
the environment is put back as it was. Import it from here everywhere:
``from models.opencv import cv2``.
"""

from __future__ import annotations

import os

_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")

_SETTINGS = {
    "OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS": "0",  # or opening a camera takes half a minute
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "2",  # seconds; ten is long to stare at a dead camera
    "OPENCV_LOG_LEVEL": "ERROR",  # what fails is told in our own words
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
