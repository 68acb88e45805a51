"""16-bit pictures, one file per frame, and a table of their scales."""

from __future__ import annotations

import csv

import numpy as np

from app.core.results import FrameResult
from app.export.exporter import Target
from models.errors import UserError
from models.opencv import cv2


class Png16Exporter:
    """`png16/000000.png`: uint16, disparity = offset + scale * value, both in `scale.csv`.

    0 means unknown; values 1–65535 span the frame's own range.
    """

    def __init__(self, target: Target) -> None:
        self._folder = target.subfolder("png16")
        self._file = (self._folder / "scale.csv").open("w", newline="", encoding="utf-8")
        self._table = csv.writer(self._file)
        self._table.writerow(["frame", "offset", "scale"])

    def write(self, result: FrameResult) -> None:
        disparity = result.lanes["a"].depth.disparity
        known = np.isfinite(disparity)
        low, high = (
            (float(disparity[known].min()), float(disparity[known].max()))
            if known.any()
            else (0.0, 0.0)
        )
        scale = (high - low) / 65534 or 1.0
        values = np.where(known, np.rint((disparity - low) / scale) + 1, 0).astype(np.uint16)
        ok, data = cv2.imencode(".png", values)
        if not ok:
            raise UserError(
                f"Frame {result.frame.index} could not be written as a 16-bit PNG; check the disk."
            )
        (self._folder / f"{result.frame.index:06d}.png").write_bytes(data.tobytes())
        self._table.writerow([result.frame.index, repr(low - scale), repr(scale)])

    def close(self) -> None:
        self._file.close()
