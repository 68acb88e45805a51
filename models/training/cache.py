"""Rendered scenes on disk: made when first needed, the same on every machine.

Scene `index` of a pool depends on its number alone, so a cache can be deleted, shared or filled by
several processes without changing what is trained on. Held-out scenes have numbers of their own.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.training import render
from models.training.clip import Clip


@dataclass(frozen=True, slots=True)
class SceneCache:
    """Rendered scenes in a folder.

    size : (width, height) of the frames.
    frames : rendered per scene.
    """

    folder: Path
    size: tuple[int, int]
    frames: int

    def path(self, index: int) -> Path:
        """Where scene `index` lies, or will lie."""
        width, height = self.size
        group = f"{width}x{height}x{self.frames}"
        return self.folder / group / f"{index // 1000:05d}" / f"{index:08d}.npz"

    def get(self, index: int) -> Clip:
        """Scene `index`, rendered now if it is not there yet."""
        path = self.path(index)
        if not path.exists():
            _write(path, render.render_clip(index, self.size, self.frames))
        return _read(path)


def _write(path: Path, clip: Clip) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {"rgb": clip.rgb, "disparity": clip.disparity.astype(np.float16)}
    if clip.flow is not None and clip.covisible is not None:
        arrays |= {"flow": clip.flow.astype(np.float16), "covisible": clip.covisible}
    # Several processes may render the same scene; each writes its own file and the rename is whole.
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as file:
        np.savez(file, **arrays)
    draft.replace(path)


def _read(path: Path) -> Clip:
    with np.load(path) as stored:
        flow = stored["flow"].astype(np.float32) if "flow" in stored else None
        covisible = stored.get("covisible")
        return Clip(stored["rgb"], stored["disparity"].astype(np.float32), flow, covisible)
