"""What long work reports of itself, and how it is cancelled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from models.errors import CheckpointError


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of an installation. `total_bytes` is None while unknown."""

    phase: Literal["download", "check", "convert"]
    done_bytes: int
    total_bytes: int | None


class DownloadCancelledError(CheckpointError):
    """The user cancelled a download."""


OnProgress = Callable[[Progress], None]
IsCancelled = Callable[[], bool]


def ignore_progress(progress: Progress) -> None:
    """Do nothing."""
    del progress


def never() -> bool:
    """Never cancel."""
    return False
