"""The inspector's rows, made from the settings' metadata."""

from __future__ import annotations

from app.settings.rules import Between, OneOf, OnOff
from app.settings.setting import Setting
from app.settings.settings import SETTINGS, Settings
from widgets.inspector.row_spec import RowSpec

_KINDS = {OnOff: "toggle", OneOf: "choice", Between: "number"}


def row_specs() -> dict[str, RowSpec]:
    """Return the rows of all settings that the inspector shows, by key."""
    defaults = Settings()
    return {
        key: _spec(key, known, isinstance(getattr(defaults, key), int))
        for key, known in SETTINGS.items()
        if not known.not_shown
    }


def _spec(key: str, known: Setting, is_whole: bool) -> RowSpec:
    rule = known.rule
    return RowSpec(
        key=key,
        kind=known.control or _KINDS[type(rule)],
        label=known.label,
        tip=known.tip,
        bounds=known.bounds,
        is_whole=is_whole,
        step=known.step,
        decimals=known.decimals,
        unit=known.unit,
        per_shown=known.per_shown,
        zero=rule.zero if isinstance(rule, Between) else "",
        slider=known.slider,
        choices=known.menu,
        placeholder=known.placeholder,
    )
