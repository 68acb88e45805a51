"""The ground truth as a lane, shown like an estimate."""

from __future__ import annotations

from models.errors import UserError
from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction
from models.frames import Frame, Unit
from models.names import GROUND_TRUTH
from models.registry import ModelEntry


def entries(pool: object) -> tuple[ModelEntry, ...]:
    """The menu entry that shows the ground truth."""
    del pool  # there is no network to share
    return (
        ModelEntry(
            name=GROUND_TRUTH,
            title="Ground truth",
            summary="The source's exact disparity, where it is known.",
            open=GroundTruthSession,
            missing=_nothing_missing,
            can_smooth=False,
        ),
    )


def _nothing_missing() -> None:
    return None


class GroundTruthSession(BlockingSession):
    """Returns the disparity that the source delivers with its frames, in 1/m."""

    def __init__(self, options: EstimatorOptions) -> None:
        del options  # there are no options

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """The frame's own disparity.

        Raises
        ------
        UserError
            If the source has none.
        """
        del memo
        if frame.truth is None:
            raise UserError(
                "This source has no ground truth; choose a synthetic scene or another model."
            )
        return Prediction(frame.truth.disparity, Unit.INVERSE_METRE, frame.index, frame.size)

    def reset(self) -> None:
        """Do nothing: there is no memory."""

    def close(self) -> None:
        """Do nothing: nothing is held."""
