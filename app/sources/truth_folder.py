"""Recorded scenes with measured depth: `rgb/`, `depth/` and, if known, `scene.json`.

depth/NAME.png : 16-bit grey, millimetres along the optical axis, 0 where unknown; NAME as in rgb/.
scene.json : {"K": 3x3 in pixels of the pictures, "depth_scale": units per metre,
    "poses_camera_to_world": one 4x4 per picture in natural order, or null}; all may be left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.media.open import read_bytes
from models.errors import SourceError
from models.frames import GroundTruth
from models.geometry import Intrinsics
from models.opencv import cv2

_MILLIMETRES_PER_METRE = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class TruthFolder:
    """Metadata of a recorded scene.

    Attributes
    ----------
    root
        The folder.
    camera
        (3, 3) pinhole matrix in pixels of the pictures, or None.
    poses
        (N, 4, 4) camera to world, metres, or None.
    units_per_metre
        Value of one metre in the depth files.
    """

    root: Path
    camera: NDArray[np.float64] | None = None
    poses: NDArray[np.float64] | None = None
    units_per_metre: float = _MILLIMETRES_PER_METRE

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
        if not path.is_file():
            return TruthFolder(root)
        try:
            scene = json.loads(path.read_text(encoding="utf-8"))
            camera, poses = scene.get("K"), scene.get("poses_camera_to_world")
            return TruthFolder(
                root,
                None if camera is None else np.array(camera, np.float64).reshape(3, 3),
                None if poses is None else np.array(poses, np.float64).reshape(-1, 4, 4),
                float(scene.get("depth_scale", _MILLIMETRES_PER_METRE)),
            )
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise SourceError(
                f"Can't read the scene description {path} ({error}); correct or remove it."
            ) from error

    def intrinsics(self, size: tuple[int, int]) -> Intrinsics | None:
        """The camera of pictures of `size` (width, height)."""
        if self.camera is None:
            return None
        k = self.camera
        return Intrinsics(
            float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2]), size[0], size[1]
        )

    def of(self, name: str, index: int, size: tuple[int, int]) -> GroundTruth | None:
        """Truth for the picture `name` (without suffix), the `index`-th; None without depth."""
        path = self.root / "depth" / f"{name}.png"
        if not path.is_file():
            return None
        stored = cv2.imdecode(read_bytes(path), cv2.IMREAD_UNCHANGED)
        if stored is None or stored.ndim != 2:
            return None
        if (stored.shape[1], stored.shape[0]) != size:
            # nearest: averaging two depths would invent a surface between them
            stored = cv2.resize(stored, size, interpolation=cv2.INTER_NEAREST)
        depth = stored.astype(np.float32)
        depth[depth == 0] = np.nan
        pose = self.poses[index] if self.poses is not None and index < len(self.poses) else None
        return GroundTruth(disparity=np.float32(self.units_per_metre) / depth, camera_to_world=pose)
