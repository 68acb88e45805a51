"""OpenCV, imported without its side effects on Qt.

The wheel points Qt at its own plug-ins and fonts when it is imported; PyQt6 brings its own, so
the environment is put back as it was. Import it from here everywhere:
``from models.opencv import cv2``.
"""

from __future__ import annotations

import os

_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")

# Read once, while OpenCV loads: with it Media Foundation takes half a minute to open a camera.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")

_before = {name: os.environ.get(name) for name in _QT_VARIABLES}

import cv2  # noqa: E402

for _name, _value in _before.items():
    if _value is None:
        os.environ.pop(_name, None)
    else:
        os.environ[_name] = _value

__all__ = ["cv2"]
