"""The presenter's caption: what is on screen and why, in two sentences. Pure functions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from app.settings.settings import Settings
from app.ui.states import states
from app.views import table as views
from models import registry

_OWN = "own-model"
"""Stands for a model whose title is the name of a file; no model is registered as that."""


_BY_HUE = frozenset({"spectral", "turbo"})
"""Colour maps whose ends differ in hue rather than in brightness."""


def caption(settings: Settings, source: str, instead: str = "") -> tuple[str, str]:
    """Return (title, detail) for the presenter's band.

    Parameters
    ----------
    source
        Title of the source that is shown.
    instead
        Why that is not the chosen source, or "".
    """
    a, b = _name(settings, "a"), _name(settings, "b")
    lanes = " · ".join(
        f"{letter}: {name}" for letter, name in (("A", a), ("B", b)) if name is not None
    )
    view = views.find(settings.view)
    why = how_to_read(settings)
    origin = f"{source}, {instead}." if source and instead else ""
    unusual = ", ".join(states(settings)).capitalize()
    return view.headline, " ".join(
        part
        for part in (why, f"{lanes}." if lanes else "", f"{unusual}." if unusual else "", origin)
        if part
    )


def how_to_read(settings: Settings) -> str:
    """Return a sentence or two on what the view's colours mean and what is compared."""
    return views.find(settings.view).caption or _lanes(settings)


def caption_for_strangers(settings: Settings) -> tuple[str, str]:
    """Return `caption` without any name of a file or a source, for those who may not know them."""
    known: dict[str, Any] = {
        lane: _OWN if _is_of_a_file(getattr(settings, lane)) else getattr(settings, lane)
        for lane in ("model_a", "model_b")
    }
    title, detail = caption(replace(settings, **known), "")
    return title, detail.replace(_OWN, "own model")


def _is_of_a_file(model: str) -> bool:
    """Whether the model's title is the name of a file or folder."""
    return model.startswith("onnx:") or (
        model.startswith("hf:") and not re.match(r"hf:\w[\w.-]*/\w", model)
    )


def _lanes(settings: Settings) -> str:
    if settings.colormap in _BY_HUE:
        near = "Red is near, blue is far"
    else:
        near = "Bright is near, dark is far"
    if settings.model_b == registry.OFF or settings.model_a == registry.OFF:
        return f"{near}; a network estimates this from the picture alone."
    base_a, base_b = (registry.without_memory(m) for m in (settings.model_a, settings.model_b))
    if settings.memory and base_a == base_b and settings.model_a != settings.model_b:
        return f"{near}. Both lanes run the same network; only one remembers earlier frames."
    return f"{near}; both lanes see the same frames."


def _name(settings: Settings, lane: str) -> str | None:
    model = settings.model_a if lane == "a" else settings.model_b
    if model == registry.OFF:
        return None
    return registry.title(model if settings.memory else registry.without_memory(model))
