"""Training scenes by number."""

from __future__ import annotations

from models.training.cache import Clip


def render_clip(index: int, size: tuple[int, int], frames: int) -> Clip:
    """Scene `index` as `frames` frames of `size` (width, height)."""
    raise NotImplementedError
