"""Scenes of our own renderer, rendered when first needed: what runs on any machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from models.errors import UsageError
from models.frames import Float32, UInt8
from models.training.cache import SceneCache
from models.training.clip import Clip
from models.training.paper.config import DataEntry
from models.training.paper.footage import Footage
from models.training.paper.sets.spec import TrainingSet


@dataclass(frozen=True, slots=True)
class Rendered:
    """One scene of a pool."""

    cache: SceneCache
    index: int

    @property
    def name(self) -> str:
        return f"scene {self.index}"

    def __len__(self) -> int:
        return self.cache.frames

    def read(self, index: int) -> tuple[UInt8, Float32]:
        clip = _clip(self.cache, self.index)
        return clip.rgb[index], clip.disparity[index]


@lru_cache(maxsize=8)
def _clip(cache: SceneCache, index: int) -> Clip:
    return cache.get(index)


def _footage(entry: DataEntry) -> Iterator[Footage]:
    if min(entry.scenes, entry.frames, *entry.size) < 1:
        raise UsageError("The set rendered needs scenes, frames and size; add them.")
    cache = SceneCache(Path(entry.root), entry.size, entry.frames)
    for index in range(entry.scenes):
        yield Rendered(cache, index)


RENDERED = TrainingSet("rendered", "Rendered scenes", _footage, stride=1)
