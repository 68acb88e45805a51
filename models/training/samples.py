"""Batches, each a pure function of the configuration and the number of the step.

So a run can be taken up again in the middle and sees what it would have seen.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from models.errors import UsageError
from models.frames import Float32, UInt8
from models.opencv import cv2
from models.training.augment import photograph, random_camera, wandering
from models.training.cache import SceneCache
from models.training.clip import Clip
from models.training.config import RealData, TrainConfig

SMALLEST_CROP = 0.6
"""Share of the frame's shorter fit that a crop has at least."""
LARGEST_STRETCH = 1.15
"""A crop's aspect differs from the network's by up to this factor."""
TAUGHT = "taught"
"""Beside `rgb`, the folder of what networks said about its pictures."""


class Batch(NamedTuple):
    """B clips of T frames.

    frames : (B, T, H, W, 3) uint8.
    disparity : (B, T, H, W) float32, 1/m, NaN where unknown.
    flow : (B, T, H, W, 2) float32, and covisible : (B, T, H, W) bool; None for stills.
    """

    frames: Tensor
    disparity: Tensor
    flow: Tensor | None
    covisible: Tensor | None


class Batches(Dataset[Batch]):
    """`batches[step]` is what step number `step` of a run trains on."""

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        data = config.data
        self._cache = SceneCache(Path(data.cache), data.render_size, data.frames)
        self._real = tuple(real_frames(entry) for entry in data.real)

    def __len__(self) -> int:
        return self.config.steps

    def __getitem__(self, step: int) -> Batch:
        cv2.setNumThreads(1)
        clips = [self._clip(step, slot) for slot in range(self.config.batch)]
        flow = covisible = None
        if self.config.clip_length > 1:
            flow = torch.from_numpy(np.stack([c.flow for c in clips if c.flow is not None]))
            covisible = torch.from_numpy(
                np.stack([c.covisible for c in clips if c.covisible is not None])
            )
        return Batch(
            torch.from_numpy(np.stack([clip.rgb for clip in clips])),
            torch.from_numpy(np.stack([clip.disparity for clip in clips])),
            flow,
            covisible,
        )

    def _clip(self, step: int, slot: int) -> Clip:
        config, data = self.config, self.config.data
        rng = np.random.default_rng((config.seed, step, slot))
        if self._real and rng.random() < data.real_share:
            folder = self._real[int(rng.integers(len(self._real)))]
            clip = read_real(folder[int(rng.integers(len(folder)))])
        else:
            clip = self._cache.get(int(rng.integers(data.pool(step))))
        first = int(rng.integers(clip.length - config.clip_length + 1))
        clip = crop(excerpt(clip, first, config.clip_length), config.size, rng)
        cameras = wandering(random_camera(rng), clip.length, rng)
        if rng.random() < 0.1:  # some pictures stay as they are
            return clip
        taken = [photograph(f, c, rng) for f, c in zip(clip.rgb, cameras, strict=True)]
        return replace(clip, rgb=np.stack(taken))


def excerpt(clip: Clip, first: int, length: int) -> Clip:
    """`length` frames from number `first` on; a single frame loses its flow."""
    part = slice(first, first + length)
    if length == 1 or clip.flow is None or clip.covisible is None:
        return Clip(clip.rgb[part], clip.disparity[part])
    return Clip(clip.rgb[part], clip.disparity[part], clip.flow[part], clip.covisible[part])


def crop(clip: Clip, size: tuple[int, int], rng: np.random.Generator) -> Clip:
    """A random part of all frames, scaled to `size` (width, height), mirrored half of the time."""
    height, width = clip.rgb.shape[1:3]
    aspect = size[0] / size[1] * LARGEST_STRETCH ** rng.uniform(-1.0, 1.0)
    share = rng.uniform(SMALLEST_CROP, 1.0)
    across = min(width, height * aspect) * share
    down = across / aspect
    left, top = rng.uniform(0, width - across), rng.uniform(0, height - down)
    box = (left, top, across, down)
    return cut(clip, box, size, mirrored=bool(rng.random() < 0.5))


def cut(
    clip: Clip, box: tuple[float, float, float, float], size: tuple[int, int], *, mirrored: bool
) -> Clip:
    """The part `box` (left, top, width, height in pixels) of all frames at `size`.

    Colours are averaged; disparity, flow and visibility are taken from the nearest pixel, so that
    no value is made up between a near and a far surface.
    """
    left, top, across, down = box
    x = left + (np.arange(size[0]) + 0.5) * (across / size[0])
    y = top + (np.arange(size[1]) + 0.5) * (down / size[1])
    if mirrored:
        x = x[::-1]
    height, width = clip.rgb.shape[1:3]
    columns = np.clip(x.astype(np.int64), 0, width - 1)
    rows = np.clip(y.astype(np.int64), 0, height - 1)
    rgb = np.stack([_resample(frame, x, y, across / size[0]) for frame in clip.rgb])
    disparity = np.ascontiguousarray(clip.disparity[:, rows[:, None], columns])
    if clip.flow is None or clip.covisible is None:
        return Clip(rgb, disparity)
    scale = np.array([size[0] / across * (-1 if mirrored else 1), size[1] / down], np.float32)
    flow = np.ascontiguousarray(clip.flow[:, rows[:, None], columns] * scale)
    return Clip(
        rgb, disparity, flow, np.ascontiguousarray(clip.covisible[:, rows[:, None], columns])
    )


def _resample(
    frame: NDArray[np.uint8], x: NDArray[np.floating], y: NDArray[np.floating], step: float
) -> NDArray[np.uint8]:
    """Bilinear samples at pixel positions x and y (a pixel's centre is at .5), without aliasing."""
    if step > 1.25:
        frame = cv2.GaussianBlur(frame, (0, 0), 0.4 * step)
    map_x = np.broadcast_to((x - 0.5).astype(np.float32), (len(y), len(x)))
    map_y = np.broadcast_to((y - 0.5).astype(np.float32)[:, None], (len(y), len(x)))
    sampled = cv2.remap(frame, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(sampled, np.uint8)


@lru_cache(maxsize=512)
def read_real(picture: Path) -> Clip:
    """A frame with measured depth: `rgb/N.jpg` and `depth/N.png` (millimetres, 0 unknown).

    In a folder without `depth` the disparity is what networks said, `taught/N.npy`, up to a scale
    (see `models.training.teach`); without that folder too, nothing of it is known.
    """
    rgb = read_picture(picture)
    folder = picture.parent.parent
    if (folder / "depth").exists():
        return Clip(rgb[None], _measured(folder, picture, rgb.shape[:2])[None])
    if (folder / TAUGHT).exists():
        taught = np.load(folder / TAUGHT / f"{picture.stem}.npy")
        return Clip(rgb[None], np.asarray(taught, np.float32)[None])
    return Clip(rgb[None], np.full((1, *rgb.shape[:2]), np.nan, np.float32))


def read_picture(path: Path) -> UInt8:
    """(H, W, 3) uint8 RGB. Raises UsageError if it cannot be read."""
    rgb = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if rgb is None:
        raise UsageError(f"{path} cannot be read as a picture; mend the folder.")
    return np.asarray(rgb, np.uint8)


def _measured(folder: Path, picture: Path, shape: tuple[int, ...]) -> Float32:
    """Disparity in 1/m of `picture`, at its `shape` (height, width), NaN where unknown."""
    path = folder / "depth" / f"{picture.stem}.png"
    millimetres = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if millimetres is None:
        raise UsageError(f"{picture} has no readable depth; mend the folder.")
    depth_m: Float32 = millimetres.astype(np.float32) / 1000.0
    if depth_m.shape != shape:
        size = (shape[1], shape[0])
        depth_m = np.asarray(cv2.resize(depth_m, size, interpolation=cv2.INTER_NEAREST_EXACT))
    disparity = np.full(depth_m.shape, np.nan, np.float32)
    np.divide(1.0, depth_m, out=disparity, where=depth_m > 0)
    return disparity


def real_frames(entry: RealData) -> tuple[Path, ...]:
    """The pictures of a folder that a run uses. Raises UsageError if there are none."""
    found = sorted((Path(entry.folder) / "rgb").glob("*.jpg"))
    used = tuple(path for path in found if entry.first <= int(path.stem) <= entry.last)
    if not used:
        raise UsageError(f"{entry.folder} holds no frames to use; put the real data there.")
    return used
