"""Contact sheets: pictures above what the network sees in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from models.frames import Float32, UInt8
from models.opencv import cv2

COLUMNS = 6
TILE = (256, 192)


def paint(disparity: Float32) -> UInt8:
    """(H, W) to (H, W, 3) uint8 RGB, the picture's own range from far (dark) to near (bright)."""
    known = np.isfinite(disparity)
    if not known.any():
        return np.zeros((*disparity.shape, 3), np.uint8)
    low, high = np.percentile(disparity[known], [1, 99])
    levels = np.clip((np.nan_to_num(disparity) - low) / max(high - low, 1e-6), 0.0, 1.0)
    painted = cv2.applyColorMap((levels * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)
    painted[~known] = 0
    return np.asarray(cv2.cvtColor(painted, cv2.COLOR_BGR2RGB), np.uint8)


def save_sheet(path: Path, pictures: Sequence[UInt8], predict: Callable[[UInt8], Float32]) -> None:
    """Write `pictures` and their predictions as one PNG, COLUMNS to a row."""
    rows = []
    for start in range(0, len(pictures), COLUMNS):
        part = pictures[start : start + COLUMNS]
        for tiles in (part, [paint(predict(picture)) for picture in part]):
            resized = [_tile(tile) for tile in tiles]
            resized += [np.zeros((TILE[1], TILE[0], 3), np.uint8)] * (COLUMNS - len(part))
            rows.append(np.hstack(resized))
    if rows:
        cv2.imwrite(str(path), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _tile(picture: UInt8) -> UInt8:
    """Prescaled into TILE with its aspect kept."""
    height, width = picture.shape[:2]
    scale = min(TILE[0] / width, TILE[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    tile = np.zeros((TILE[1], TILE[0], 3), np.uint8)
    top, left = (TILE[1] - size[1]) // 2, (TILE[0] - size[0]) // 2
    tile[top : top + size[1], left : left + size[0]] = small
    return tile
