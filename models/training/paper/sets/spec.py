"""What a training set is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.training.paper.config import DataEntry
from models.training.paper.footage import Footage


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A data set that the paper's networks learn from.

    Attributes
    ----------
    key, title
        In configurations, and for people.
    footage
        Its shots, in a fixed order; none that are kept for validation. Raises UsageError if the
        folder is not laid out as published.
    scale
        Factor by which stage 1 reduces its frames before it fits them to the crop.
    stride
        Step between frames of a clip.
    """

    key: str
    title: str
    footage: Callable[[DataEntry], Iterator[Footage]]
    scale: float = 1.0
    stride: int = 2
