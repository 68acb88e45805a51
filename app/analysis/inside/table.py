"""All quantities by their keys.

A new one is a line in `titles.TITLES` and an entry of a module of this room, which this table
joins.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.analysis.inside import encoder, memory
from app.analysis.inside.quantity import Quantity

QUANTITIES: Mapping[str, Quantity] = {**encoder.QUANTITIES, **memory.QUANTITIES}
