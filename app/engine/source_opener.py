"""Opening a source for the capture loop: any failure becomes one sentence, and a log entry."""

from __future__ import annotations

import logging
from collections.abc import Callable

from app.core.source import Source
from app.engine.commands import CaptureRequest
from models.errors import UserError

log = logging.getLogger(__name__)

OpenSource = Callable[[str, tuple[int, int] | None], Source]
"""Opens a source by its specification, asking it for a (width, height); raises UserError."""


def open_or_explain(open_source: OpenSource, request: CaptureRequest) -> Source | str:
    """The open source, or the sentence that says why there is none."""
    try:
        return open_source(request.spec, request.size)
    except UserError as error:
        log_failure(f"cannot open {request.spec}", error)
        return str(error)
    except Exception:  # an unexpected error would repeat itself in a loop that replaces this one
        log.exception("opening %s failed", request.spec)
        return (
            "Opening this source failed unexpectedly; see the log for details, or choose another "
            "source."
        )


def log_failure(what: str, error: UserError) -> None:
    """Log one line; the traceback only with --debug."""
    log.warning("%s: %s", what, error, exc_info=log.isEnabledFor(logging.DEBUG))
