"""16-bit pictures, one file per frame, and a table of their scales."""

from __future__ import annotations

import numpy as np

from app.core.results import FrameResult
from app.export.exporter import Target
from app.export.tables import GrowingTable
from app.system.whole_files import write_whole
from models.errors import UserError
from models.opencv import cv2


class Png16Exporter:
    """`png16/000000.png`: uint16, disparity = offset + scale * value, both in `scale.csv`.

    0 means unknown; values 1–65535 span the frame's own range.
    """

    def __init__(self, target: Target) -> None:
        self._folder = target.subfolder("png16")
        self._table = GrowingTable(self._folder / "scale.csv", ("frame", "offset", "scale"))

    def write(self, result: FrameResult) -> str:
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
        name = f"{result.frame.index:06d}.png"
        write_whole(self._folder / name, data.tobytes())
        self._table.add((result.frame.index, repr(low - scale), repr(scale)))
        return f"png16/{name}"

    def close(self) -> None:
        self._table.close()
