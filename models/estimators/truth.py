"""The ground truth as a lane: what a source knows, shown like an estimate."""

from __future__ import annotations

from models.errors import UserError
from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit
from models.names import GROUND_TRUTH
from models.registry import ModelEntry


def entries(pool: object) -> tuple[ModelEntry, ...]:
    """The line of the menu that shows what is true."""
    del pool  # there is no network to share
    return (
        ModelEntry(
            name=GROUND_TRUTH,
            title="Ground truth",
            summary="The exact disparity, where the source knows it.",
            open=GroundTruthSession,
            missing=_nothing_missing,
            can_smooth=False,
        ),
    )


def _nothing_missing() -> None:
    return None


class GroundTruthSession(BlockingSession):
    """Hands on the disparity that the source delivers with its frames, in 1/m."""

    def __init__(self, options: EstimatorOptions) -> None:
        del options  # nothing to choose

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """The frame's own disparity. Raises UserError if the source has none."""
        del memo
        if frame.truth is None:
            raise UserError(
                "This source has no ground truth; choose a synthetic scene or another model."
            )
        return Prediction(frame.truth.disparity, Unit.INVERSE_METRE, frame.index, frame.size)

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""
