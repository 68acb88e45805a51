"""Mini data sets in each published layout, of rendered scenes, with what must be read from them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from models.opencv import cv2
from models.scenes import RenderedFrame, Renderer, random_scene

Array = np.ndarray
WIDTH, HEIGHT, FRAMES = 96, 72, 4
SKY_M = 1e10


@dataclass
class Expected:
    """What a clip must be read as: pictures (H, W, 3), depth in metres, poses, the camera.

    Those of ScanNet's TAE are frames of their own.
    """

    name: str
    pictures: list[Array] = field(default_factory=list)
    depth: list[Array] = field(default_factory=list)
    poses: list[Array] = field(default_factory=list)
    tae_pictures: list[Array] = field(default_factory=list)
    tae_depth: list[Array] = field(default_factory=list)
    camera: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


@functools.cache
def rendered(seed: int) -> tuple[RenderedFrame, ...]:
    renderer = Renderer(WIDTH, HEIGHT, 1)
    scene = random_scene(seed)
    return tuple(renderer.render(scene, at / 5) for at in range(FRAMES))


def camera_of(frame: RenderedFrame) -> tuple[float, float, float, float]:
    k = frame.intrinsics
    return k.fx, k.fy, k.cx, k.cy


def k_matrix(frame: RenderedFrame) -> Array:
    fx, fy, cx, cy = camera_of(frame)
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])


def write_picture(path: Path, rgb: Array) -> Array:
    """Write a picture; returns what a reader gets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(path.suffix.lower(), np.ascontiguousarray(rgb[..., ::-1]))
    assert done
    path.write_bytes(data.tobytes())
    return cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1]


def write_grey(path: Path, stored: Array) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    done, data = cv2.imencode(".png", stored)
    assert done
    path.write_bytes(data.tobytes())


def write_exr(path: Path, values: Array) -> None:
    """One channel of float32."""
    path.parent.mkdir(parents=True, exist_ok=True)
    context = av.CodecContext.create("exr", "w")
    context.width, context.height = values.shape[1], values.shape[0]
    context.pix_fmt, context.time_base = "grayf32le", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(values.astype(np.float32), format="grayf32le")
    packets = [*context.encode(frame), *context.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))


def _finite(depth: Array, far: float = 60.0) -> Array:
    """Rendered depth as a sensor has it: nothing in the sky, and none in a corner."""
    depth = np.where(np.isfinite(depth) & (depth < far), depth, np.nan).astype(np.float64)
    depth[:5, :7] = np.nan
    return depth


def _png(depth: Array, factor: float) -> tuple[Array, Array]:
    """What is stored, and what must be read."""
    stored = np.nan_to_num(np.round(depth * factor)).clip(0, 65535).astype(np.uint16)
    return stored, np.where(stored > 0, stored / factor, np.nan)


def sintel(root: Path) -> list[Expected]:
    found = []
    for seed, name in ((1, "alley_1"), (2, "bamboo_2")):
        clip = Expected(name, camera=camera_of(rendered(seed)[0]))
        for at, frame in enumerate(rendered(seed), 1):
            depth = frame.depth_m.astype(np.float32)
            stored = np.where(np.isfinite(depth), depth, SKY_M).astype("<f4")
            stored[0, 0] = np.nan
            stem = f"frame_{at:04}"
            path = root / f"training/depth/{name}/{stem}.dpt"
            path.parent.mkdir(parents=True, exist_ok=True)
            head = np.float32(202021.25).tobytes() + np.array([WIDTH, HEIGHT], "<i4").tobytes()
            path.write_bytes(head + stored.tobytes())
            cam = root / f"training/camdata_left/{name}/{stem}.cam"
            cam.parent.mkdir(parents=True, exist_ok=True)
            w2c = np.linalg.inv(frame.camera_to_world)[:3]
            cam.write_bytes(
                np.float32(202021.25).tobytes() + k_matrix(frame).tobytes() + w2c.tobytes()
            )
            picture = root / f"training/clean/{name}/{stem}.png"
            clip.pictures.append(write_picture(picture, frame.rgb))
            read = np.where(stored > 1e4, np.inf, stored.astype(np.float64))
            clip.depth.append(read)
            clip.poses.append(frame.camera_to_world)
        found.append(clip)
    return found


def eth3d(root: Path) -> list[Expected]:
    clip = Expected("courtyard")
    for at, frame in enumerate(rendered(1)):
        name = f"DSC_{at:04}.JPG"
        depth = _finite(frame.depth_m).astype("<f4")
        path = root / "courtyard/ground_truth_depth/dslr_images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(np.where(np.isnan(depth), np.inf, depth).astype("<f4").tobytes())
        clip.pictures.append(write_picture(root / "courtyard/images/dslr_images" / name, frame.rgb))
        clip.depth.append(depth.astype(np.float64))
    return [clip]


def waymo(root: Path) -> list[Expected]:
    clip = Expected("segment-1_2_3")
    front = root / "val/segment-1_2_3/FRONT"
    rng = np.random.default_rng(0)
    for at, frame in enumerate(rendered(2)):
        depth = _finite(frame.depth_m)
        rows, columns = np.nonzero(np.isfinite(depth) & (rng.random(depth.shape) < 0.2))
        metres = depth[rows, columns].astype(np.float32)
        points = np.stack([columns + 0.4, rows + 0.7, metres], axis=1).astype(np.float32)
        (front / "depth").mkdir(parents=True, exist_ok=True)
        np.save(front / f"depth/{at}.npy", points)
        sparse = np.full(depth.shape, np.nan)
        sparse[rows, columns] = metres
        clip.pictures.append(write_picture(front / f"rgb/original/{at}.jpg", frame.rgb))
        clip.depth.append(sparse)
    return [clip]


def unreal4k(root: Path) -> list[Expected]:
    clip = Expected("00000")
    for at, frame in enumerate(rendered(3)):
        scene = root / "00000"
        disparity = np.where(np.isfinite(frame.depth_m), 20.0 / frame.depth_m, 0.0)
        disparity = disparity.astype(np.float32)
        disparity[3, 4] = -1.0
        for side in (0, 1):
            pose = frame.camera_to_world.copy()
            pose[:3, 3] += 0.1 * side * pose[:3, 0]
            text = [k_matrix(frame).ravel(), np.linalg.inv(pose)[:3].ravel()]
            (scene / f"Extrinsics{side}").mkdir(parents=True, exist_ok=True)
            lines = "\n".join(" ".join(repr(float(n)) for n in row) for row in text)
            (scene / f"Extrinsics{side}/{at:05}.txt").write_text(lines)
        (scene / "Disp0").mkdir(parents=True, exist_ok=True)
        np.save(scene / f"Disp0/{at:05}.npy", disparity)
        clear = np.dstack([frame.rgb[..., ::-1], np.zeros(frame.rgb.shape[:2], np.uint8)])
        (scene / "Image0").mkdir(exist_ok=True)
        (scene / f"Image0/{at:05}.png").write_bytes(cv2.imencode(".png", clear)[1].tobytes())
        clip.pictures.append(frame.rgb)
        with np.errstate(divide="ignore"):
            clip.depth.append(np.where(disparity < 0, np.nan, 1.0 / disparity.astype(np.float64)))
    return [clip]


def urbansyn(root: Path) -> list[Expected]:
    clip = Expected("0")
    for at, frame in enumerate(rendered(2)):
        sky = ~np.isfinite(frame.depth_m)
        stored = np.where(sky, 0.01, frame.depth_m / 1e5).astype(np.float32)
        write_exr(root / f"depth/depth_{at:04}.exr", stored)
        write_grey(root / f"ss/ss_{at:04}.png", np.where(sky, 10, 3).astype(np.uint8))
        clip.pictures.append(write_picture(root / f"rgb/rgb_{at:04}.png", frame.rgb))
        clip.depth.append(np.where(sky, np.inf, (stored * np.float32(1e5)).astype(np.float64)))
    return [clip]


def kitti(root: Path) -> list[Expected]:
    drive = "2011_09_26_drive_0002_sync"
    clip = Expected(drive)
    for at, frame in enumerate(rendered(1)):
        name = f"{at + 5:010}.png"
        stored, read = _png(_finite(frame.depth_m), 256)
        write_grey(root / f"val/{drive}/proj_depth/groundtruth/image_02/{name}", stored)
        picture = root / f"2011_09_26/{drive}/image_02/data/{name}"
        clip.pictures.append(write_picture(picture, frame.rgb))
        clip.depth.append(read)
    write_picture(root / f"2011_09_26/{drive}/image_02/data/{0:010}.png", rendered(1)[0].rgb)
    return [clip]


def _long(seed: int, count: int) -> list[RenderedFrame]:
    """As many frames as a protocol skips, and then some; to and fro."""
    return [rendered(seed)[at % FRAMES] for at in range(count)]


def bonn(root: Path) -> list[Expected]:
    name = "rgbd_bonn_balloon2"
    clip = Expected(name)
    for at, frame in enumerate(_long(2, 34)):
        stored, read = _png(_finite(frame.depth_m, 13.0), 5000)
        write_grey(root / f"{name}/depth/{1000 + at / 30:.5f}.png", stored)
        rgb = write_picture(root / f"{name}/rgb/{1000.004 + at / 30:.5f}.png", frame.rgb)
        if at >= 30:
            clip.pictures.append(rgb)
            clip.depth.append(read)
    (root / "rgbd_bonn_crowd9/rgb").mkdir(parents=True)  # not of the published split
    return [clip]


def scannet(root: Path) -> list[Expected]:
    name = "scene0707_00"
    clip = Expected(name, camera=camera_of(rendered(3)[0]))
    for at, frame in enumerate(_long(3, 14)):
        stored, read = _png(_finite(frame.depth_m), 1000)
        write_grey(root / f"{name}/depth/{at}.png", stored)
        rgb = write_picture(root / f"{name}/color/{at}.jpg", frame.rgb)
        (root / name / "pose").mkdir(exist_ok=True)
        np.savetxt(root / f"{name}/pose/{at}.txt", frame.camera_to_world)
        if at % 3 == 0:
            clip.pictures.append(rgb)
            clip.depth.append(read)
        if at >= 10:
            clip.tae_pictures.append(rgb)
            clip.tae_depth.append(read)
            clip.poses.append(frame.camera_to_world)
    (root / name / "intrinsic").mkdir()
    k = np.eye(4)
    k[:3, :3] = k_matrix(rendered(3)[0])
    np.savetxt(root / name / "intrinsic/intrinsic_depth.txt", k)
    return [clip]


def nyu(root: Path) -> list[Expected]:
    clip = Expected("kitchen_0003")
    for at, frame in enumerate(rendered(3)):
        stored, read = _png(_finite(frame.depth_m, 10.9), 6000)
        write_grey(root / f"kitchen_0003/depth/{at}.png", stored)
        clip.pictures.append(write_picture(root / f"kitchen_0003/rgb/{at}.jpg", frame.rgb))
        clip.depth.append(read)
    return [clip]


def _quaternion(rotation: Array) -> Array:
    """x y z w, for a rotation by less than half a turn about its axis."""
    w = 0.5 * np.sqrt(max(1e-12, 1 + np.trace(rotation)))
    r = rotation
    return np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], 4 * w * w]) / (4 * w)


def tum(root: Path) -> list[Expected]:
    name = "rgbd_dataset_freiburg3_walking_xyz"
    clip = Expected(name, camera=(535.4, 539.2, 320.1, 247.6))
    rows = ["# timestamp tx ty tz qx qy qz qw"]
    for at, frame in enumerate(_long(1, 10)):
        time_s = 1311.0 + at / 30
        stored, read = _png(_finite(frame.depth_m, 13.0), 5000)
        write_grey(root / f"{name}/depth/{time_s + 0.006:.6f}.png", stored)
        rgb = write_picture(root / f"{name}/rgb/{time_s:.6f}.png", frame.rgb)
        pose = frame.camera_to_world
        numbers = [time_s + 0.001, *pose[:3, 3], *_quaternion(pose[:3, :3])]
        rows.append(" ".join(f"{number:.9f}" for number in numbers))
        if at % 3 == 0:
            clip.pictures.append(rgb)
            clip.depth.append(read)
            clip.poses.append(pose)
    (root / name / "groundtruth.txt").write_text("\n".join(rows))
    return [clip]


def rgbd(root: Path) -> list[Expected]:
    clip = Expected(root.name, camera=camera_of(rendered(2)[0]))
    for at, frame in enumerate(rendered(2)):
        stored, read = _png(_finite(frame.depth_m, 65.0), 1000)
        stored[6, 8], read[6, 8] = 65535, 65.535
        write_grey(root / f"depth/{at:06}.png", stored)
        clip.pictures.append(write_picture(root / f"rgb/{at:06}.jpg", frame.rgb))
        clip.depth.append(read)
        clip.poses.append(frame.camera_to_world)
    told = {
        "depth_scale": 1000,
        "K": k_matrix(rendered(2)[0]).tolist(),
        "poses_camera_to_world": [pose.tolist() for pose in clip.poses],
    }
    (root / "scene.json").write_text(json.dumps(told))
    return [clip]


BUILDERS: dict[str, Callable[[Path], list[Expected]]] = {
    one.__name__: one
    for one in (
        sintel, eth3d, waymo, unreal4k, urbansyn, kitti, bonn, scannet, nyu, tum, rgbd,
    )
}  # fmt: skip
