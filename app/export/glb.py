"""Textured meshes in the binary format of glTF 2.0, one file per frame (extra `glb`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from app.core.results import FrameResult, LaneResult
from app.export.depth_scale import DepthScale, depth_scale
from app.export.exporter import Target
from app.export.extras import library
from app.system.whole_files import write_whole
from models.errors import UserError
from models.frames import Frame
from renderers.mesh import Mesh, frame_mesh

NEEDS = ("trimesh", "glb", "Writing GLB")
NEEDS_TOO = ("PIL.Image", "glb", "Writing GLB")


def write_frame(path: Path, frame: Frame, lane: LaneResult, scale: DepthScale) -> None:
    """Write the surfaces of a lane's result, cut at depth edges, with the picture on them.

    Axes are glTF's own: x right, y up, z towards the viewer. The material is unlit, since the light
    is in the picture already. The mesh's `extras` say unit and scale.

    Raises
    ------
    UserError
        If trimesh is not installed or nothing in the frame has a depth.
    OSError
        If the file cannot be written.
    """
    mesh = frame_mesh(lane.depth.disparity, scale.cloud, frame.intrinsics)
    if not len(mesh.faces):
        raise UserError(
            f"Frame {frame.index} has no surface to write, because nothing in it has a known "
            "depth; choose another frame or model."
        )
    write_whole(path, _glb(mesh, frame, {"model": lane.model, **scale.facts()}))


def _glb(mesh: Mesh, frame: Frame, facts: dict[str, str | float]) -> bytes:
    trimesh, image = library(*NEEDS), library(*NEEDS_TOO)
    texture = mesh.texture.astype(np.float64)
    texture[:, 1] = 1.0 - texture[:, 1]  # trimesh counts from the bottom
    material = trimesh.visual.material.PBRMaterial(
        name="picture",
        baseColorTexture=image.fromarray(frame.rgb),
        metallicFactor=0.0,
        roughnessFactor=1.0,
        doubleSided=True,
    )
    shape = trimesh.Trimesh(
        mesh.points,
        mesh.faces,
        vertex_normals=mesh.normals,
        visual=trimesh.visual.TextureVisuals(uv=texture, material=material),
        metadata=facts,
        process=False,
    )
    scene = trimesh.Scene()
    scene.add_geometry(shape, node_name="frame", geom_name="frame")
    data: bytes = scene.export(
        file_type="glb", include_normals=True, tree_postprocessor=_unlit, extension_webp=False
    )
    return data


def _unlit(tree: dict[str, Any]) -> None:
    """Have viewers show the picture's own colours, whatever their lamps."""
    tree.setdefault("extensionsUsed", []).append("KHR_materials_unlit")
    for material in tree["materials"]:
        material.setdefault("extensions", {})["KHR_materials_unlit"] = {}


class GlbExporter:
    """`glb/000000.glb`: a textured mesh. Metres only if the estimator gives metres."""

    def __init__(self, target: Target) -> None:
        library(*NEEDS)
        library(*NEEDS_TOO)
        self._folder = target.subfolder("glb")

    def write(self, result: FrameResult) -> str:
        lane = result.lanes["a"]
        name = f"{result.frame.index:06d}.glb"
        write_frame(self._folder / name, result.frame, lane, depth_scale(lane))
        return f"glb/{name}"

    def close(self) -> None:
        """Do nothing: every file is complete."""
