"""Cost of looking inside the networks: each quantity in both lanes, in turns."""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
import time
from collections.abc import Sequence

from app.analysis.inside.request import InsideRequest
from app.analysis.inside.table import QUANTITIES
from app.analysis.request import AnalysisRequest
from app.benchmark.preloaded import ToAndFro
from app.engine.pipeline import Pipeline, PipelineConfig
from models.frames import Frame

INSIDE = "inside"
"""Key of the view."""
ROUNDS = 9
_WARM_UP = 3


def inside_figures(
    frames: Sequence[Frame], config: PipelineConfig, rounds: int = ROUNDS
) -> dict[str, float]:
    """Processor time that each quantity adds to a frame, `inside_tokens_ms` and so on; medians.

    Networks, analysis and all, with the quantity in both lanes. `inside_share` is what the
    costliest of them adds, as a share of the frame without. Quantities that need a pause, or that
    no network has, are left out.
    """
    with contextlib.ExitStack() as stack:
        lanes = {"none": _Steps(frames, dataclasses.replace(config, analysis=AnalysisRequest()))}
        for key in QUANTITIES:
            request = AnalysisRequest(inside=InsideRequest(key, key))
            lanes[key] = _Steps(frames, dataclasses.replace(config, analysis=request))
        for steps in lanes.values():
            stack.callback(steps.pipeline.close)
            for _ in range(_WARM_UP):
                steps.step_ms()
        plain = lanes.pop("none")
        shown = {key: steps for key, steps in lanes.items() if steps.has_any}
        added: dict[str, list[float]] = {key: [] for key in shown}
        without: list[float] = []
        for _ in range(rounds):
            for key, steps in shown.items():  # in pairs, so that a busy machine slows both
                without.append(plain.step_ms())
                added[key].append(steps.step_ms() - without[-1])
    medians = {f"inside_{key}_ms": statistics.median(found) for key, found in added.items()}
    share = max(medians.values(), default=0.0) / statistics.median(without or [1.0])
    return medians | {"inside_share": share}


class _Steps:
    """A pipeline of its own, so that each contender has its memory."""

    def __init__(self, frames: Sequence[Frame], config: PipelineConfig) -> None:
        options = dataclasses.replace(config.options, compiles_beside=False)
        self.pipeline = Pipeline()
        self.pipeline.configure(dataclasses.replace(config, options=options))
        self.has_any = config.analysis.inside is None
        self._order = ToAndFro(frames)

    def step_ms(self) -> float:
        """Processor time of the next frame, of all threads."""
        started = time.process_time()
        result = self.pipeline.step(self._order.next())
        spent = 1000.0 * (time.process_time() - started)
        self.has_any |= result.analysis is not None and bool(result.analysis.inside)
        return spent
