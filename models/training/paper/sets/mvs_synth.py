"""MVS-Synth (Huang et al. 2018): a game's streets, 1920x1080."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from models.frames import Float32
from models.training.paper.config import DataEntry
from models.training.paper.footage import Footage, folders, inverted, paired, read_exr
from models.training.paper.sets.spec import TrainingSet

HELD_OUT = ("0118", "0119")
UNIT = 10.0
"""Raw values in a metre: the guess of FlashDepth's authors; the unit is not documented."""


def _footage(entry: DataEntry) -> Iterator[Footage]:
    for scene in folders(Path(entry.root), "[0-9]" * 4):
        if scene.name not in HELD_OUT:
            pictures, targets = (scene / "images", "*.png"), (scene / "depths", "*.exr")
            yield from paired(scene.name, pictures, targets, _inverse_depth)


def _inverse_depth(path: Path, index: int) -> Float32:
    del index
    return inverted(read_exr(path), UNIT)


MVS_SYNTH = TrainingSet("mvs-synth", "MVS-Synth", _footage, scale=0.5, stride=1)
