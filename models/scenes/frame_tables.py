"""Tables of the surfaces that change from frame to frame, for the shader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scenes.scene import Float64, Scene
from models.scenes.surfaces import SurfaceTables

Float32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FrameTables:
    """Tables that change from frame to frame, one column per surface, in camera axes.

    Attributes
    ----------
    normal, offset
        (3, S) and (S,) of flat surfaces, towards the camera; normal . p for points p on them.
    u, v
        (4, S) affine in camera coordinates.
    inverse
        (12, K) camera to own frame of curved surfaces.
    bend
        (2, K) their form along the axis.
    """

    normal: Float32
    offset: Float32
    u: Float32
    v: Float32
    inverse: Float32
    bend: Float32

    @staticmethod
    def of(scene: Scene, tables: SurfaceTables, body_to_camera: Float64) -> FrameTables:
        """Convert the tables of a scene to camera axes."""
        planars, quadrics = scene.planars, scene.quadrics
        count, curved = len(planars.body), len(quadrics.body)
        flat = slice(1, count + 1)
        pose = np.ascontiguousarray(body_to_camera.transpose(1, 2, 0)).take(planars.body, 2)
        shift = pose[:3, 3]

        def turn(vectors: Float64) -> Float64:
            """(3, P) in camera axes, of (P, 3) in those of their bodies."""
            x, y, z = vectors.T
            turned: Float64 = pose[:3, 0] * x + pose[:3, 1] * y + pose[:3, 2] * z
            return turned

        normal = np.zeros((3, 1 + count + curved), np.float32)
        normal[:, flat] = towards = turn(tables.normal)
        plane = np.zeros(1 + count + curved, np.float32)
        plane[flat] = (towards * (turn(planars.corners[:, 0]) + shift)).sum(axis=0)
        normal[:, plane > 0] *= -1
        coordinates = []
        for body_uv in (tables.u, tables.v):
            uv = np.zeros((4, 1 + count + curved), np.float32)
            uv[:3, flat] = gradient = turn(body_uv[:, :3])
            uv[3, flat] = (body_uv[:, 3] - (gradient * shift).sum(axis=0)) % 1.0
            coordinates.append(uv)
        inverse = np.linalg.inv(body_to_camera[quadrics.body] @ quadrics.frame)[:, :3]
        bend = np.stack([quadrics.form[:, 2, 2], quadrics.form[:, 2, 3]])
        return FrameTables(
            normal,
            -np.abs(plane),
            coordinates[0],
            coordinates[1],
            inverse.reshape(curved, 12).T.astype(np.float32),
            bend.astype(np.float32),
        )
