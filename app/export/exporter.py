"""The protocol of an exporter, which writes one kind of output, frame after frame."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from app.core.results import FrameResult
from models.inside.probe import NOTHING, Probe


@dataclass(frozen=True, slots=True)
class Target:
    """Where exports go, and what a video of them is made from.

    Attributes
    ----------
    folder
        Folder of the exports.
    fps
        Frames per second of the source, for frames that do not say how long they last.
    stride
        Only every `stride`-th frame of the source is exported.
    """

    folder: Path
    fps: float
    stride: int = 1

    def subfolder(self, name: str) -> Path:
        """The folder `name` in the target, created if necessary."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path


class Exporter(Protocol):
    """Writes one kind of output, frame after frame."""

    def write(self, result: FrameResult) -> str:
        """Write lane A's result; returns the file's path in the target, with slashes.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        ...

    def close(self) -> None:
        """Finish the files."""
        ...


@runtime_checkable
class SavesInside(Protocol):
    """An exporter that needs intermediate results of the network."""

    probe: Probe


def probe_of(exporter: Exporter) -> Probe:
    """What the network must give for an exporter."""
    return exporter.probe if isinstance(exporter, SavesInside) else NOTHING
