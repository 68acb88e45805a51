"""Recorded scenes with measured depth: `rgb/`, `depth/` and, if known, `scene.json`.

depth/NAME.png : 16-bit grey, millimetres along the optical axis, 0 where unknown; NAME as in rgb/.
scene.json : {"K": 3x3 in pixels of the pictures, "depth_scale": units per metre,
    "poses_camera_to_world": one 4x4 per picture, each may be null}; all may be left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.media.stills import read_depth
from app.sources.picture_files import last_number
from app.sources.scene_description import SceneDescription, read_description
from models.frames import GroundTruth
from models.geometry import Intrinsics
from models.opencv import cv2


@dataclass(frozen=True, slots=True, eq=False)
class TruthFolder:
    """A recorded scene: its folder, and what `scene.json` says."""

    root: Path
    scene: SceneDescription

    @staticmethod
    def of_folder(root: Path) -> TruthFolder | None:
        """The scene in `root`, or None if it has no `rgb` and `depth` folders.

        Raises
        ------
        SourceError
            If its scene.json cannot be understood.
        """
        if not ((root / "rgb").is_dir() and (root / "depth").is_dir()):
            return None
        path = root / "scene.json"
        return TruthFolder(root, read_description(path) if path.exists() else SceneDescription())

    def intrinsics(self, size: tuple[int, int]) -> Intrinsics | None:
        """The camera of pictures of `size` (width, height)."""
        k = self.scene.camera
        if k is None:
            return None
        return Intrinsics(
            float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2]), size[0], size[1]
        )

    def pose_numbers(self, names: Sequence[str]) -> tuple[int, ...]:
        """Which pose belongs to each picture; names are without suffix.

        One pose per picture goes by order. With another number of poses, as when pictures were left
        out, the numbers in the names decide, counted from 0, or from 1 if the last is the count.
        """
        count = 0 if self.scene.poses is None else len(self.scene.poses)
        numbers = [last_number(name) for name in names]
        known = [number for number in numbers if number is not None]
        if len(names) == count or len(set(known)) < len(names):
            return tuple(range(len(names)))
        first = 1 if min(known) >= 1 and max(known) == count else 0
        return tuple(number - first for number in known)

    def of(self, name: str, pose: int, size: tuple[int, int]) -> GroundTruth | None:
        """Truth for the picture `name` (without suffix) with that pose; None without depth.

        Raises
        ------
        SourceError
            If there is depth that cannot be read.
        """
        path = self.root / "depth" / f"{name}.png"
        if not path.exists():
            return None
        stored = read_depth(path)
        if (stored.shape[1], stored.shape[0]) != size:
            # nearest: averaging two depths would invent a surface between them
            stored = cv2.resize(stored, size, interpolation=cv2.INTER_NEAREST)
        depth = stored.astype(np.float32)
        depth[~(depth > 0)] = np.nan
        poses = self.scene.poses
        known = poses is not None and 0 <= pose < len(poses) and np.isfinite(poses[pose]).all()
        return GroundTruth(
            disparity=np.float32(self.scene.units_per_metre) / depth,
            camera_to_world=poses[pose] if poses is not None and known else None,
        )
