"""Opening a source for the capture loop: any failure becomes one sentence, and a log entry."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.core.source import Source
from app.engine.commands import CaptureRequest, Refusal
from app.engine.trial import Trial
from models.errors import SourceError, UserError
from models.frames import Frame

log = logging.getLogger(__name__)

OpenSource = Callable[[str, tuple[int, int] | None], Source]
"""Opens a source by its specification, asking it for a (width, height); raises UserError."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A source that was opened, and the frame that was read of it already, if any."""

    request: CaptureRequest
    source: Source
    first: Frame | None = None


class SourceOpener:
    """Opens one source at a time; a live one beside another counts from its first picture on.

    Attributes
    ----------
    is_opening
        Whether `open` runs. Any thread may look at it.
    """

    def __init__(self, open_source: OpenSource) -> None:
        self._open_source = open_source
        self._trial: Trial | None = None
        self.is_opening = False

    def open(
        self, request: CaptureRequest, beside: bool, is_outdated: Callable[[], bool]
    ) -> Opened | Refusal | None:
        """Open a source; none may be on trial.

        Parameters
        ----------
        beside
            Another source goes on playing meanwhile.
        is_outdated
            Asked once before the source is opened; if True, it is not.

        Returns
        -------
        Opened, Refusal or None
            None if it is outdated, or on trial: `poll` returns the outcome then.
        """
        self.is_opening = True
        try:
            opened = None if is_outdated() else self._open_or_explain(request)
        finally:
            self.is_opening = False
        if opened is None:
            return None
        if isinstance(opened, str):
            return Refusal(request, opened)
        if beside and opened.info.live:
            self._trial = Trial(request, opened)
            return None
        return Opened(request, opened)

    def poll(self) -> Opened | Refusal | None:
        """Return the outcome of the source on trial; None without one, or as long as it waits."""
        trial = self._trial
        outcome = None if trial is None else trial.poll()
        if trial is None or outcome is None:
            return None
        if isinstance(outcome, str):
            self.cancel()
            log_failure(f"cannot open {trial.request.spec}", SourceError(outcome))
            return Refusal(trial.request, outcome)
        self._trial = None
        return Opened(trial.request, trial.source, outcome)

    @property
    def sentence(self) -> str:
        """What the source on trial says is wrong, or ""."""
        return self._trial.sentence if self._trial is not None else ""

    def cancel(self) -> None:
        """Close the source on trial, if any."""
        trial, self._trial = self._trial, None
        if trial is not None:
            trial.source.close()

    def abandon(self) -> None:
        """Close the source on trial without waiting. Any thread may call it."""
        trial = self._trial
        if trial is not None:
            close_beside(trial.source)

    def _open_or_explain(self, request: CaptureRequest) -> Source | str:
        """The open source, or the sentence that says why there is none."""
        try:
            return self._open_source(request.spec, request.size)
        except UserError as error:
            log_failure(f"cannot open {request.spec}", error)
            return str(error)
        except Exception:  # an unexpected error would repeat itself in a loop that replaces it
            log.exception("opening %s failed", request.spec)
            return (
                "Opening this source failed unexpectedly; see the log for details, or choose "
                "another source."
            )


def close_beside(source: Source) -> None:
    """Close a source on a thread of its own, as closing may hang just as reading does."""
    threading.Thread(target=source.close, name="closing", daemon=True).start()


def log_failure(what: str, error: UserError) -> None:
    """Log one line; the traceback only with --debug."""
    log.warning("%s: %s", what, error, exc_info=log.isEnabledFor(logging.DEBUG))
