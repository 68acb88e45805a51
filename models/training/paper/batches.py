"""Batches of clips, each a pure function of the configuration, the step and the process.

Step k draws from training set k modulo their number in every process, so sets have equal shares
whatever their sizes, and a batch never mixes them. Within a set each frame is visited once in an
order that is drawn for every pass; what does not fill a batch of all processes is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from models.errors import UsageError
from models.frames import Float32, UInt8
from models.opencv import cv2
from models.picture_format import IMAGENET_14
from models.training.augment import photograph, random_camera, wandering
from models.training.paper import clips
from models.training.paper.config import DataEntry, PaperConfig
from models.training.paper.footage import Footage
from models.training.paper.processes import ALONE, Processes
from models.training.paper.sets import named

ORDERS_KEPT = 8
MEAN = np.asarray(IMAGENET_14.mean, np.float32)
DEVIATION = np.asarray(IMAGENET_14.deviation, np.float32)


class ClipBatch(NamedTuple):
    """B clips of T frames.

    Attributes
    ----------
    frames
        (B, T, 3, H, W) float32, normalised by the ImageNet mean and deviation.
    inverse_depth
        (B, T, H, W) float32, 1/m, 0 in the sky, NaN where unknown.
    """

    frames: Tensor
    inverse_depth: Tensor


@dataclass(frozen=True, slots=True)
class Shots:
    """A training set's shots.

    Attributes
    ----------
    ends
        Number of frames up to the end of each shot.
    strides
        One is drawn for each clip.
    """

    shots: tuple[Footage, ...]
    ends: NDArray[np.int64]
    scale: float
    strides: tuple[int, ...]

    @staticmethod
    def of(entry: DataEntry) -> Shots:
        """Raises UsageError if there are none."""
        kind = named(entry.set)
        shots = tuple(kind.footage(entry))
        if not shots:
            raise UsageError(f"{entry.root} has no complete shot of {kind.title}; see the log.")
        ends = np.cumsum([len(shot) for shot in shots])
        return Shots(shots, ends, entry.scale or kind.scale, entry.strides or (kind.stride,))

    def __len__(self) -> int:
        return int(self.ends[-1])

    def find(self, index: int) -> tuple[Footage, int]:
        """The shot of frame `index` of the set, and the frame's number in it."""
        number = int(np.searchsorted(self.ends, index, side="right"))
        before = int(self.ends[number - 1]) if number else 0
        return self.shots[number], index - before


class Batches(Dataset[ClipBatch]):
    """`batches[step]` is what this process learns from at step number `step`."""

    def __init__(self, config: PaperConfig, processes: Processes = ALONE) -> None:
        self.config, self.processes = config, processes
        self.sets = tuple(Shots.of(entry) for entry in config.data)
        together = config.clips * processes.count
        for entry, shots in zip(config.data, self.sets, strict=True):
            if len(shots) < together:
                raise UsageError(
                    f"{entry.root} has {len(shots)} frames, fewer than a step's {together} clips; "
                    "use a smaller batch."
                )

    def __len__(self) -> int:
        return self.config.steps

    def __getitem__(self, step: int) -> ClipBatch:
        cv2.setNumThreads(1)
        first = self.processes.rank * self.config.clips
        made = [self._clip(step, first + slot) for slot in range(self.config.clips)]
        return ClipBatch(*(torch.from_numpy(np.stack(part)) for part in zip(*made, strict=True)))

    def _clip(self, step: int, slot: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(T, 3, H, W) and (T, H, W) of clip `slot` among those of all processes."""
        config = self.config
        turn, number = divmod(step, len(self.sets))
        shots = self.sets[number]
        together = config.clips * self.processes.count
        epoch, place = divmod(turn * together + slot, len(shots) // together * together)
        shot, entry = shots.find(int(_order(config.seed, number, epoch, len(shots))[place]))
        rng = np.random.default_rng((config.seed, step, slot))
        stride = shots.strides[int(rng.integers(len(shots.strides)))]
        numbers = clips.frame_numbers(entry, len(shot), stride, config.clip_length, rng)
        each = np.random.default_rng((config.seed, step, slot, 1))
        frames, targets = [], []
        cameras = None
        if config.camera:
            cameras = iter(wandering(random_camera(rng), len(numbers), rng))
        for frame in numbers:
            if config.crop != "random-each-frame":
                each = np.random.default_rng((config.seed, step, slot, 1))
            rgb, inverse_depth = shot.read(frame)
            if cameras is not None:
                rgb = photograph(rgb, next(cameras), rng)
            picture, target = self._fitted(rgb, inverse_depth, shots.scale, each)
            frames.append(picture)
            targets.append(target)
        return np.stack(frames), np.stack(targets)

    def _fitted(
        self, rgb: UInt8, inverse_depth: Float32, scale: float, rng: np.random.Generator
    ) -> tuple[Float32, Float32]:
        config = self.config
        size = rgb.shape[1], rgb.shape[0]
        steps = clips.resize_steps(size, scale, config.fit, config.size)
        left, top = clips.corner(steps[-1] if steps else size, config.size, config.crop, rng)
        part = slice(top, top + config.size[1]), slice(left, left + config.size[0])
        picture = clips.resized_picture(rgb, steps)[part]
        target = clips.resized_target(inverse_depth, steps, mask_apart=config.mask_apart)[part]
        normal = (picture - MEAN) / DEVIATION
        return normal.transpose(2, 0, 1), np.ascontiguousarray(target)


@lru_cache(maxsize=ORDERS_KEPT)
def _order(seed: int, number: int, epoch: int, frames: int) -> NDArray[np.int64]:
    """The order in which pass `epoch` visits a set's frames."""
    return np.random.default_rng((seed, number, epoch)).permutation(frames)
