"""The protocol of an exporter, which writes one kind of output, frame after frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.results import FrameResult


@dataclass(frozen=True, slots=True)
class Target:
    """Folder of the exports, and frames per second of a video of them."""

    folder: Path
    fps: float

    def subfolder(self, name: str) -> Path:
        """The folder `name` in the target, created if necessary."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path


class Exporter(Protocol):
    """Writes one kind of output, frame after frame."""

    def write(self, result: FrameResult) -> None:
        """Write lane A's result."""
        ...

    def close(self) -> None:
        """Finish the files."""
        ...
