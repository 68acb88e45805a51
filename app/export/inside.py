"""Intermediate results of the network, one file of arrays per frame."""

from __future__ import annotations

from app.core.results import FrameResult
from app.export.exporter import Target
from app.system.whole_files import write_whole
from models.errors import UserError
from models.inside.files import as_npz
from models.inside.probe import EVERYTHING


class InsideExporter:
    """`inside/000000.npz`: float32 arrays by name, see docs/inside.md."""

    probe = EVERYTHING

    def __init__(self, target: Target) -> None:
        self._folder = target.subfolder("inside")

    def write(self, result: FrameResult) -> str:
        inside = result.lanes["a"].inside
        if inside is None or not inside.arrays:
            raise UserError(
                f"{result.lanes['a'].model} gives nothing of its inside; export another format, or "
                "choose one of the app's networks with --model."
            )
        name = f"{result.frame.index:06d}.npz"
        write_whole(self._folder / name, as_npz(inside))
        return f"inside/{name}"

    def close(self) -> None:
        """Do nothing: every file is complete."""
