"""Binary and text formats of data sets. Every size is checked before anything is allocated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from app.evaluation.values import Float64
from app.media.open import open_bytes
from app.media.stills import check_size
from models.errors import SourceError

_SINTEL_TAG = 202021.25
_MOST_TEXT_BYTES = 64 << 20
_MOST_NPY_BYTES = 4 << 30
_MOST_HEADER_BYTES = 4096

Float32 = NDArray[np.float32]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def unreadable(path: Path, error: OSError) -> SourceError:
    """The error for a file that cannot be opened."""
    return SourceError(f"Can't open {_name(path)} ({error.strerror or error}).")


def read_dpt(path: Path) -> Float32:
    """(H, W) metres of a `.dpt` file of Sintel: tag, width, height, float32.

    Raises
    ------
    SourceError
        If it is none.
    """
    try:
        with open_bytes(path) as file:
            start = file.read(12)
            if len(start) < 12 or np.frombuffer(start, "<f4", 1)[0] != np.float32(_SINTEL_TAG):
                raise SourceError(f"{_name(path)} is not a .dpt file of Sintel.")
            width, height = (int(n) for n in np.frombuffer(start, "<i4", 2, 4))
            return _floats(file, path, width, height)
    except OSError as error:
        raise unreadable(path, error) from error


def read_raw(path: Path, size: tuple[int, int]) -> Float32:
    """(H, W) little-endian float32 without a header, of that (width, height).

    Raises
    ------
    SourceError
        If it has another number of bytes.
    """
    try:
        with open_bytes(path) as file:
            return _floats(file, path, *size)
    except OSError as error:
        raise unreadable(path, error) from error


def _floats(file: BinaryIO, path: Path, width: int, height: int) -> Float32:
    """All of the rest of a file, which must be exactly width * height float32."""
    if width < 1 or height < 1:
        raise SourceError(f"{_name(path)} says it is {width}x{height}; it is damaged.")
    check_size(_name(path), width, height)
    start = file.tell()
    length = file.seek(0, 2) - start
    if length != 4 * width * height:
        raise SourceError(
            f"{_name(path)} has {length} bytes of depth where {width}x{height} pixels need "
            f"{4 * width * height}; it is damaged or of another picture."
        )
    file.seek(start)
    return np.fromfile(file, "<f4", width * height).reshape(height, width)


def read_npy(path: Path, shape: Sequence[int | None]) -> NDArray[np.generic]:
    """An array of plain numbers in NumPy's format; nothing in the file is run.

    Parameters
    ----------
    shape
        The expected one, None for any length.

    Raises
    ------
    SourceError
        If it is something else.
    """
    try:
        with open_bytes(path) as file:
            try:
                found, is_fortran, kind = _npy_header(file)
            except Exception as error:  # of the several kinds that NumPy's parser raises
                raise SourceError(f"{_name(path)} is not a readable .npy file.") from error
            fits = len(found) == len(shape) and all(
                wanted in (None, length) for wanted, length in zip(shape, found, strict=True)
            )
            length = math.prod(found) * kind.itemsize
            start = file.tell()
            if not fits or kind.kind not in "fiu" or length > _MOST_NPY_BYTES:
                raise SourceError(
                    f"{_name(path)} holds {kind} of shape {found}, not the numbers expected there."
                )
            if file.seek(0, 2) - start != length:
                raise SourceError(f"{_name(path)} is damaged: its size is not what it says.")
            file.seek(start)
            values = np.fromfile(file, kind, math.prod(found))
    except OSError as error:
        raise unreadable(path, error) from error
    return values.reshape(found[::-1]).T if is_fortran else values.reshape(found)


def _npy_header(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"version {version}")
    return cast(
        "tuple[tuple[int, ...], bool, np.dtype[np.generic]]",
        read(file, max_header_size=_MOST_HEADER_BYTES),
    )


def read_bytes(path: Path, most: int) -> bytes:
    """All bytes of a small file.

    Raises
    ------
    SourceError
        If it cannot be read or has more than `most` bytes.
    """
    try:
        with open_bytes(path) as file:
            data = file.read(most + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > most:
        raise SourceError(f"{_name(path)} is longer than such a file may be.")
    return data


def read_cam(path: Path) -> tuple[Float64, Float64]:
    """(3, 3) K and (4, 4) world to camera of a `.cam` file of Sintel. Raises SourceError."""
    data = read_bytes(path, 4 + 8 * 21)
    tag = np.float32(_SINTEL_TAG)
    if len(data) != 4 + 8 * 21 or np.frombuffer(data, "<f4", 1)[0] != tag:
        raise SourceError(f"{_name(path)} is not a .cam file of Sintel.")
    numbers = _finite(np.frombuffer(data, "<f8", 21, 4).astype(np.float64), path)
    return numbers[:9].reshape(3, 3), as_pose(numbers[9:].reshape(3, 4))


def read_rows(path: Path, columns: int) -> Float64:
    """(N, columns) numbers of a text file with spaces or commas; lines with # are left out.

    Raises
    ------
    SourceError
        If a line has fewer numbers or something else.
    """
    text = read_bytes(path, _MOST_TEXT_BYTES).decode("utf-8", "replace")
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.replace(",", " ").split()
        if not words or words[0].startswith("#"):
            continue
        try:
            rows.append([float(word) for word in words[:columns]])
        except ValueError as error:
            raise SourceError(f"{_name(path)}: line {number} is not numbers.") from error
        if len(rows[-1]) < columns:
            raise SourceError(f"{_name(path)}: line {number} has fewer than {columns} numbers.")
    return np.array(rows, np.float64).reshape(-1, columns)


def read_numbers(path: Path, count: int) -> Float64:
    """(count,) numbers of a text file, however they stand on lines. Raises SourceError."""
    text = read_bytes(path, 1 << 16).decode("utf-8", "replace")
    try:
        numbers = np.array([float(word) for word in text.replace(",", " ").split()])
    except ValueError as error:
        raise SourceError(f"{_name(path)} is not a file of numbers.") from error
    if numbers.size < count:
        raise SourceError(f"{_name(path)} has {numbers.size} numbers instead of {count}.")
    return numbers[:count]


def as_pose(rows: Float64) -> Float64:
    """(3, 4) rotation and translation as (4, 4)."""
    pose = np.eye(4)
    pose[:3] = rows
    return pose


def inverse_pose(pose: Float64, path: Path) -> Float64:
    """The inverse of a (4, 4) pose. Raises SourceError if it has none."""
    try:
        return np.linalg.inv(_finite(pose, path)).astype(np.float64)
    except np.linalg.LinAlgError as error:
        raise SourceError(f"{_name(path)} holds no pose.") from error


def _finite(numbers: Float64, path: Path) -> Float64:
    if not np.isfinite(numbers).all():
        raise SourceError(f"{_name(path)} holds numbers that are not finite.")
    return numbers
