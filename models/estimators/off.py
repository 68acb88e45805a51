"""A lane that shows nothing and costs nothing."""

from __future__ import annotations

from typing import NoReturn

from models.errors import UsageError
from models.estimator import EstimatorOptions
from models.names import OFF
from models.registry import ModelEntry


def entries(pool: object) -> tuple[ModelEntry, ...]:
    """The menu entry that turns a lane off."""
    del pool  # there is no network to share
    return (
        ModelEntry(
            name=OFF,
            title="Off",
            summary="Turns the lane off.",
            open=_refuse,
            missing=_nothing_missing,
            can_smooth=False,
        ),
    )


def _nothing_missing() -> None:
    return None


def _refuse(options: EstimatorOptions) -> NoReturn:
    del options
    raise UsageError("This lane is off; choose a model for it.")
