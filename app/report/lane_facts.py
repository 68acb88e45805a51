"""What a reader must know of a lane to repeat its numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from models import registry
from models.errors import UserError
from models.estimator import EstimatorOptions, Running, Session, running_of
from models.frames import Unit
from models.registry import Weights

GIVES = {Unit.RELATIVE: "relative disparity", Unit.INVERSE_METRE: "inverse metres"}
TO_TRUTH = "to the ground truth by scale and shift, least squares in disparity over the clip"
TO_ITSELF = "by its own median and spread over the clip"


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """How a lane ran.

    Attributes
    ----------
    input_size
        Short side in pixels that was asked for or is the model's own; None if it takes any.
    running
        None if the session does not tell.
    weights
        Which ones.
    """

    input_size: int | None = None
    running: Running | None = None
    weights: Weights = field(default_factory=Weights)


def facts_of(model: str, session: Session, options: EstimatorOptions) -> LaneFacts:
    """What is known of an open session of the model of that name; reads its weights."""
    try:
        own, weights = registry.find(model).input_size, registry.weights(model)
    except (UserError, OSError):
        own, weights = None, Weights()
    return LaneFacts(options.input_size or own, running_of(session), weights)


def facts_json(
    facts: LaneFacts,
    *,
    unit: Unit | None,
    network_size: tuple[int, int] | None,
    is_measured: bool,
) -> dict[str, Any]:
    """The facts for metrics.json; what is not known is None.

    Parameters
    ----------
    unit
        What the lane gave.
    network_size
        (width, height) of the network's input.
    is_measured
        The lane was compared with ground truth.
    """
    running, weights = facts.running, facts.weights
    return {
        "gives": None if unit is None else GIVES[unit],
        "input_size": facts.input_size if network_size is not None else None,
        "network_size": None if network_size is None else list(network_size),
        "aligned": TO_TRUTH if is_measured else TO_ITSELF,
        "device": None if running is None else running.device,
        "precision": None if running is None else running.precision,
        "weights": {
            "id": weights.id or None,
            "revision": weights.revision or None,
            "sha256": weights.sha256 or None,
        },
    }
