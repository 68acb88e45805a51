"""What an exporter is: it writes one kind of output, frame after frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.core.results import FrameResult


@dataclass(frozen=True, slots=True)
class Target:
    """Where exports go and at which rate, in frames per second, a video of them plays."""

    folder: Path
    fps: float

    def subfolder(self, name: str) -> Path:
        """The folder `name` in the target, made if need be."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path


class Exporter(Protocol):
    """Writes one kind of output, frame after frame."""

    def write(self, result: FrameResult) -> None:
        """Write what lane A saw."""
        ...

    def close(self) -> None:
        """Finish the files."""
        ...
