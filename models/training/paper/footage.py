"""Frames with true inverse depth, as training sets have them on disk."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from models.errors import UsageError, UserError
from models.extras import missing_extra
from models.frames import Float32, UInt8
from models.training.samples import read_picture

_log = logging.getLogger(__name__)

_NEEDS = "This training set needs"
_LAST_NUMBER = re.compile(r"(\d+)(?!.*\d)")


class Footage(Protocol):
    """A shot: frames in the order of time, all with depth."""

    @property
    def name(self) -> str: ...

    def __len__(self) -> int: ...

    def read(self, index: int) -> tuple[UInt8, Float32]:
        """Frame `index`: (H, W, 3) uint8 RGB, and (H, W) float32 inverse depth.

        Inverse depth is in 1/m, 0 in the sky and NaN where unknown.
        """
        ...


@dataclass(frozen=True, slots=True)
class Recorded:
    """Footage of picture files, each with a file of depth.

    Attributes
    ----------
    inverse_depth
        From a file of depth and the frame's index in the shot, as `Footage.read` returns it.
    """

    name: str
    pictures: tuple[Path, ...]
    targets: tuple[Path, ...]
    inverse_depth: Callable[[Path, int], Float32]

    def __len__(self) -> int:
        return len(self.pictures)

    def read(self, index: int) -> tuple[UInt8, Float32]:
        rgb = read_picture(self.pictures[index])
        target = self.inverse_depth(self.targets[index], index)
        if target.shape != rgb.shape[:2]:
            raise UserError(
                f"{self.targets[index]} is {target.shape[1]}x{target.shape[0]} and its picture "
                f"{rgb.shape[1]}x{rgb.shape[0]}; download the two again."
            )
        return rgb, target


def paired(
    name: str,
    pictures: tuple[Path, str],
    targets: tuple[Path, str],
    inverse_depth: Callable[[Path, int], Float32],
) -> Iterator[Recorded]:
    """The shot whose pictures and depth have the same last numbers in their names.

    A shot that lacks files is left out with a line in the log: its clips would jump.

    Parameters
    ----------
    pictures, targets
        Folder and pattern of each.
    """
    seen, known = _by_number(*pictures), _by_number(*targets)
    if not seen or seen.keys() != known.keys():
        lacking = sorted(seen.keys() ^ known.keys())
        what = f"frame {lacking[0]} is incomplete" if lacking else "it has no frames"
        _log.warning("Left %s out: %s.", name, what)
        return
    numbers = sorted(seen)
    yield Recorded(
        name, tuple(seen[n] for n in numbers), tuple(known[n] for n in numbers), inverse_depth
    )


def _by_number(folder: Path, pattern: str) -> dict[int, Path]:
    found = {}
    for path in folder.glob(pattern):
        number = _LAST_NUMBER.search(path.name.removesuffix(path.suffix))
        if number is not None:
            found[int(number[1])] = path
    return found


def folders(root: Path, pattern: str) -> list[Path]:
    """Folders under `root` that match, in order. Raises UsageError if there are none."""
    found = sorted(path for path in root.glob(pattern) if path.is_dir())
    if not found:
        raise UsageError(f"{root} has no {pattern}; give the set's own folder as published.")
    return found


def inverted(depth_m: Float32, factor: float = 1.0) -> Float32:
    """`factor` / depth; infinitely far is 0, anything else that is not positive NaN."""
    out = np.full(depth_m.shape, np.nan, np.float32)
    np.divide(factor, depth_m, out=out, where=depth_m > 0)
    return out


def read_exr(path: Path) -> Float32:
    """The channel Y of an OpenEXR file, (H, W) float32."""
    try:
        import OpenEXR
    except ImportError as error:
        raise UserError(missing_extra(_NEEDS, "train", "OpenEXR")) from error
    try:
        with OpenEXR.File(str(path)) as file:
            channels = file.channels()
            channel = channels["Y"] if "Y" in channels else next(iter(channels.values()))
            return np.asarray(channel.pixels, np.float32)
    except (OSError, RuntimeError, ValueError, StopIteration) as error:
        raise UserError(f"Can't read {path} as OpenEXR ({error}); download it again.") from error


def read_hdf5(path: Path, name: str, every: int) -> Float32:
    """Every `every`-th row and column of a data set of an HDF5 file, (H, W) float32."""
    try:
        import h5py
    except ImportError as error:
        raise UserError(missing_extra(_NEEDS, "train", "h5py")) from error
    try:
        with h5py.File(path) as file:
            return np.asarray(file[name][::every, ::every], np.float32)
    except (OSError, KeyError) as error:
        raise UserError(f"Can't read {path} as HDF5 ({error}); download it again.") from error


def read_array(path: Path) -> Float32:
    """A .npy file as float32."""
    try:
        return np.asarray(np.load(path, allow_pickle=False), np.float32)
    except (OSError, ValueError) as error:
        raise UserError(f"Can't read {path} ({error}); download it again.") from error
