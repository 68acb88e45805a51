"""The output folder of a command."""

from __future__ import annotations

import errno
from pathlib import Path

from models.errors import UsageError, UserError


def prepare_folder(out: Path, force: bool) -> None:
    """Make `out`, or check that it may be written.

    Raises
    ------
    UsageError
        If it may not.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        if any(out.iterdir()) and not force:
            raise UsageError(f"{out} is not empty; choose another folder or add --force.")
        probe = out / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UsageError(
            f"Can't write to {out}: {_reason(error)}; choose another folder."
        ) from error


def as_user_error(error: OSError, out: Path, frames: int) -> UserError:
    """The error for a write that failed after `frames` complete frames."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return UserError(
            f"The disk is full; {frames} frames are complete in {out}, free some space and run "
            "again with --force."
        )
    return UserError(
        f"Writing to {out} failed after {frames} frames: {_reason(error)}; check the disk and "
        "run again with --force."
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
