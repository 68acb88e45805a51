"""The training sets, in the order in which the released code visits them."""

from __future__ import annotations

from models.errors import UsageError
from models.training.paper.sets.dynamic_replica import DYNAMIC_REPLICA
from models.training.paper.sets.mvs_synth import MVS_SYNTH
from models.training.paper.sets.point_odyssey import POINT_ODYSSEY
from models.training.paper.sets.rendered import RENDERED
from models.training.paper.sets.spec import TrainingSet
from models.training.paper.sets.spring import SPRING
from models.training.paper.sets.tartanair import TARTANAIR

SETS = (MVS_SYNTH, DYNAMIC_REPLICA, TARTANAIR, POINT_ODYSSEY, SPRING, RENDERED)


def named(key: str) -> TrainingSet:
    """The set of that key. Raises UsageError for another."""
    for entry in SETS:
        if entry.key == key:
            return entry
    known = ", ".join(entry.key for entry in SETS)
    raise UsageError(f"There is no training set {key!r}; choose from {known}.")
