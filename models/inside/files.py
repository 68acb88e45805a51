"""Intermediate results as files."""

from __future__ import annotations

import io

import numpy as np

from models.inside.probe import Inside


def as_npz(inside: Inside) -> bytes:
    """The arrays by name as an .npz file, uncompressed: they hardly shrink."""
    data = io.BytesIO()
    np.savez(data, allow_pickle=False, **inside.named())
    return data.getvalue()
