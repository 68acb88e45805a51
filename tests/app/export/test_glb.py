"""GLB meshes, read by trimesh, and by the format's own rules where trimesh turns things over."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image

from app.export import glb
from app.export.depth_scale import depth_scale
from models.errors import UserError
from models.frames import DepthMap, Unit
from renderers.mesh import frame_mesh
from tests.support.recordings import make_result

SIZE = (48, 32)


def write(path: Path) -> Any:
    result = make_result(2, size=SIZE)
    lane = result.lanes["a"]
    glb.write_frame(path, result.frame, lane, depth_scale(lane))
    return result


def parts(path: Path) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk of a GLB file."""
    data = path.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    binary_size, kind = struct.unpack_from("<I4s", data, 20 + size)
    assert kind == b"BIN\0"
    begin = 28 + size
    return json.loads(data[20 : 20 + size]), data[begin : begin + binary_size]


def values(tree: dict[str, Any], binary: bytes, accessor: int) -> np.ndarray:
    about = tree["accessors"][accessor]
    view = tree["bufferViews"][about["bufferView"]]
    begin = view.get("byteOffset", 0) + about.get("byteOffset", 0)
    width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}[about["type"]]
    dtype = {5125: "<u4", 5126: "<f4"}[about["componentType"]]
    flat = np.frombuffer(binary, dtype, about["count"] * width, begin)
    return flat.reshape(-1, width)


def test_geometry_and_faces_come_back(tmp_path: Path) -> None:
    result = write(tmp_path / "a.glb")
    lane = result.lanes["a"]
    mesh = frame_mesh(lane.depth.disparity, depth_scale(lane).cloud)
    (read,) = trimesh.load_scene(tmp_path / "a.glb", process=False).geometry.values()
    np.testing.assert_allclose(read.vertices, mesh.points, rtol=1e-6)
    np.testing.assert_array_equal(read.faces, mesh.faces)
    np.testing.assert_allclose(read.vertex_normals, mesh.normals, atol=1e-5)


def test_the_picture_stands_upright_on_the_mesh(tmp_path: Path) -> None:
    rgb = write(tmp_path / "a.glb").frame.rgb
    tree, binary = parts(tmp_path / "a.glb")
    primitive = tree["meshes"][0]["primitives"][0]
    point = values(tree, binary, primitive["attributes"]["POSITION"])
    place = values(tree, binary, primitive["attributes"]["TEXCOORD_0"])
    # In glTF (0, 0) is the top left of the picture, y is up and the viewer looks along -z.
    ray = point[:, :2] / -point[:, 2:]
    assert np.corrcoef(place[:, 0], ray[:, 0])[0, 1] > 0.9999
    assert np.corrcoef(place[:, 1], ray[:, 1])[0, 1] < -0.9999
    view = tree["bufferViews"][tree["images"][0]["bufferView"]]
    begin = view.get("byteOffset", 0)
    picture = Image.open(io.BytesIO(binary[begin : begin + view["byteLength"]]))
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), rgb)


def test_the_file_says_unit_and_scale_and_is_unlit(tmp_path: Path) -> None:
    write(tmp_path / "a.glb")
    tree, _ = parts(tmp_path / "a.glb")
    extras = tree["meshes"][0]["extras"]
    assert extras["unit"] == "arbitrary (relative disparity)"
    assert extras["formula"] == "depth = 1 / (offset + gain * disparity), along the optical axis"
    assert "KHR_materials_unlit" in tree["materials"][0]["extensions"]
    assert "KHR_materials_unlit" in tree["extensionsUsed"]


def test_a_frame_without_depth_is_a_sentence(tmp_path: Path) -> None:
    result = make_result(2, size=SIZE)
    lane = result.lanes["a"]
    unknown = DepthMap(np.full(SIZE[::-1], np.nan, np.float32), Unit.RELATIVE, 2)
    object.__setattr__(lane, "depth", unknown)
    with pytest.raises(UserError, match="no surface"):
        glb.write_frame(tmp_path / "a.glb", result.frame, lane, depth_scale(lane))
    assert not list(tmp_path.iterdir())
