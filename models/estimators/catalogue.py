"""Registers every model, in the order of the menu. Imported by `models.registry` when asked."""

from __future__ import annotations

from typing import NoReturn

from models.errors import UsageError
from models.estimator import EstimatorOptions
from models.estimators import lite, paper
from models.estimators.neural import NetworkPool
from models.estimators.truth import GroundTruthSession
from models.registry import GROUND_TRUTH, OFF, ModelEntry, register


def _nothing_missing() -> None:
    return None


def _refuse_off(options: EstimatorOptions) -> NoReturn:
    del options
    raise UsageError("A lane that is off estimates nothing; choose a model for it.")


_TRUTH = ModelEntry(
    name=GROUND_TRUTH,
    title="Ground truth",
    summary="The exact disparity, where the source knows it.",
    open=GroundTruthSession,
    missing=_nothing_missing,
)
_OFF = ModelEntry(
    name=OFF,
    title="Off",
    summary="The lane shows nothing and costs nothing.",
    open=_refuse_off,
    missing=_nothing_missing,
)

_POOL = NetworkPool()

for _entry in (*lite.entries(_POOL), *paper.entries(_POOL), _TRUTH, _OFF):
    register(_entry)
