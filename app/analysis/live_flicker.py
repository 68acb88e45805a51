"""Flicker of what is shown: of every frame, or of a sample, also after a pause or a step back."""

from __future__ import annotations

from collections.abc import Collection

from app.analysis.flicker import FlickerMeter
from app.analysis.history import History, HistoryEntry
from app.analysis.request import AnalysisRequest
from app.analysis.steadiness import FEWEST_PAIRS
from app.core.flicker_values import FlickerResult

_WINDOWS_BACK = 3  # older frames weigh less than a hundredth
_SAMPLE_EVERY = 3


class LiveFlicker:
    """Measures frames of a history whose newest one is shown. Single-threaded."""

    def __init__(self) -> None:
        self._meter = FlickerMeter(true_flow=False)
        self._known: FlickerResult | None = None
        self._shot_frames = 0

    def forget(self, lane: str) -> None:
        """Remove the state of a lane that now has another model."""
        self._meter.forget(lane)
        self._known = None

    def reset(self) -> None:
        """Forget everything: another source, or a failure."""
        self._meter.reset()
        self._known = None

    def outdate(self) -> None:
        """The newest frame has other results than those that were measured."""
        self._known = None

    def measure(
        self, history: History, lanes: Collection[str], request: AnalysisRequest, *, again: bool
    ) -> FlickerResult | None:
        """The result for the newest frame, or the one before where a sample is enough.

        Parameters
        ----------
        history
            Its newest entry is the frame.
        lanes
            Names of the lanes that the frame has.
        request
            What is wanted; None is returned where it wants no flicker.
        again
            The frame was analysed before.
        """
        if not request.flicker_window:
            return None
        entries, known = list(history), self._known
        newest, measured = entries[-1], _place(known)
        if self._wants_more(request):
            known = None
        elif known is not None and known.lanes.keys() == set(lanes):
            is_known = measured == _place(newest)
            if is_known or (request.is_sampled and not again and self._is_left_out(known, newest)):
                return known
        before = entries[-2] if len(entries) > 1 else None
        self._known = self._added(request, known, before, newest)
        if self._known is None:  # a view came on, it wants more or the source went back
            most = _WINDOWS_BACK * request.flicker_window + 1
            self._known = self._meter.replay(history.measurable(self._meter, most))
        return self._known

    def _wants_more(self, request: AnalysisRequest) -> bool:
        """Whether the meter has to go back for what is wanted from now on."""
        meter = self._meter
        is_more = request.flicker_window != meter.window_frames
        is_more |= request.heat > meter.wants_heat or request.drift > meter.wants_drift
        meter.window_frames = request.flicker_window
        meter.wants_heat, meter.wants_drift = request.heat, request.drift
        return is_more

    def _is_left_out(self, known: FlickerResult, newest: HistoryEntry) -> bool:
        """Whether the last result stays; never in the first frames of a shot, nor at a break."""
        is_broken = newest.cut or bool(newest.fresh) or known.segment != newest.segment
        self._shot_frames = 0 if is_broken else self._shot_frames + 1
        return self._shot_frames > FEWEST_PAIRS and self._shot_frames % _SAMPLE_EVERY != 0

    def _added(
        self,
        request: AnalysisRequest,
        known: FlickerResult | None,
        before: HistoryEntry | None,
        newest: HistoryEntry,
    ) -> FlickerResult | None:
        """The result of the two newest frames; None where more frames are needed for it."""
        reduced = newest.measurable(self._meter)
        if reduced is None or known is None or before is None:
            return None
        if _place(known) == _place(before):
            return self._meter.add(reduced)
        previous = before.measurable(self._meter)
        is_later = known.segment == newest.segment and known.frame_index < before.index
        if not request.is_sampled or previous is None or not is_later:
            return None
        return self._meter.add_pair(previous, reduced)


def _place(of: FlickerResult | HistoryEntry | None) -> tuple[int, int] | None:
    if of is None:
        return None
    return of.segment, of.frame_index if isinstance(of, FlickerResult) else of.index
