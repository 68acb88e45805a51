"""The folder of a new recording: whether it can be written, and its free space."""

from __future__ import annotations

import errno
import re
import shutil
from pathlib import Path

import av.error

from app.recording.format import MANIFEST
from models.errors import UsageError, UserError

_OURS = re.compile(
    r"manifest\.json(\.\d+\.tmp)?|index\.jsonl|disparity\.bin|(source|composite)(-\d{3})?\.mp4"
    r"|inside-\d{6,}-[ab]\.npz"
)
_FULL = (errno.ENOSPC, errno.EDQUOT)


def prepare(folder: Path, headroom_bytes: int) -> None:
    """Make `folder`.

    Raises
    ------
    UsageError
        If it holds a recording or the disk is nearly full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(is_ours(path) for path in folder.iterdir()):
        raise UsageError(f"{folder} already holds a recording; choose another folder.")
    free = shutil.disk_usage(folder).free
    if free < headroom_bytes:
        raise UsageError(
            f"The disk of {folder} has only {free >> 20} MB free; free some space or choose "
            "another folder."
        )


def clear(folder: Path) -> None:
    """Delete the files of an earlier recording in `folder` and nothing else.

    Raises
    ------
    OSError
        If one cannot be deleted.
    """
    for path in sorted(folder.iterdir(), key=_manifest_first):
        if is_ours(path):
            path.unlink()


def is_ours(path: Path) -> bool:
    """Whether `path` has the name of one of a recording's files."""
    return _OURS.fullmatch(path.name) is not None


def size_bytes(folder: Path) -> int:
    """Size of the recording in `folder` on disk; 0 if the folder has gone."""
    try:
        return sum(path.lstat().st_size for path in folder.iterdir() if is_ours(path))
    except OSError:
        return 0


def free_bytes(folder: Path) -> int | None:
    """Free space on the disk of `folder`, or None if the folder has gone."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def check_headroom(folder: Path, headroom_bytes: int, frames: int) -> None:
    """Check that at least `headroom_bytes` are free on the disk.

    Raises
    ------
    UserError
        When less is free.
    OSError
        If `folder` has gone.
    """
    if shutil.disk_usage(folder).free < headroom_bytes:
        raise UserError(
            f"Recording stopped because the disk has less than {headroom_bytes >> 20} MB free; "
            f"{frames} frames are in {folder}, free some space to record again."
        )


def cannot_record(error: OSError, folder: Path) -> UsageError:
    """The error for a folder in which recording cannot begin."""
    return UsageError(f"Can't record into {folder}: {_reason(error)}; choose another folder.")


def why_stopped(error: OSError | av.error.FFmpegError, frames: int, folder: Path) -> str:
    """The sentence for a write that failed after `frames` frames."""
    if error.errno in _FULL:
        return (
            f"Recording stopped because the disk is full; {frames} frames are in {folder}, free "
            "some space to record again."
        )
    return (
        f"Recording stopped because {folder} can no longer be written ({_reason(error)}); "
        f"{frames} frames are saved, choose another folder to record again."
    )


def _reason(error: OSError | av.error.FFmpegError) -> str:
    return (error.strerror or str(error)).lower()


def _manifest_first(path: Path) -> tuple[bool, str]:
    return path.name != MANIFEST, path.name
