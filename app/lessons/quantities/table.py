"""The keys of the quantities that lessons can ask for.

A new quantity is a module of this room, its key with underscores as name, which defines `QUANTITY`,
and a line in `KEYS`.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.lessons.quantities.quantity import Quantity

KEYS = (
    "depth-error-ratio",
    "distance-in-the-middle",
    "object-error",
    "surface-error",
    "scale-between-lanes",
    "ruler-error",
    "difference-left",
    "colour-change",
    "flicker-ratio",
    "nearer-the-truth",
    "jump-at-a-reset",
    "boundary-f1",
    "points-removed",
    "more-drift",
    "ranking",
)


@cache
def find(key: str) -> Quantity:
    """Return the quantity of that key.

    Raises
    ------
    KeyError
        If there is none.
    """
    if key not in KEYS:
        raise KeyError(key)
    module = importlib.import_module(f"{__package__}.{key.replace('-', '_')}")
    quantity: Quantity = module.QUANTITY
    if quantity.key != key:
        raise ValueError(f"{module.__name__} defines the quantity {quantity.key}")
    return quantity
