"""Summary of a distribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Median and 95th percentile; None without values."""
    if not values:
        return {"p50": None, "p95": None}
    p50, p95 = np.percentile(np.asarray(values, np.float64), (50, 95))
    return {"p50": float(p50), "p95": float(p95)}
