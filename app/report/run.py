"""Comparison of models over a clip, from opening the source to the files."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.core.results import LANES
from app.core.source import Source
from app.report.comparison import Comparison
from app.report.disk_buffer import TruthBuffer
from app.report.lanes import open_session, why_failed
from app.report.values import LANE_NAMES, CompareOptions, FailedLane, Progress, Report
from app.report.write import write_report
from app.sources.opening import open_source
from app.sources.parsing import is_live
from models.errors import UsageError, UserError
from models.estimator import Session
from models.progress import IsCancelled
from models.registry import OFF, find

_ENOUGH_FRAMES = 2
REFUSED_LIVE = (
    "A report needs a source that can be replayed; record the live source and compare "
    "the recording."
)


def _ignore(done: int, total: int | None, stage: str) -> None:
    del done, total, stage


def _never() -> bool:
    return False


def compare(
    input_spec: str,
    model_a: str,
    model_b: str,
    out_dir: Path,
    *,
    options: CompareOptions | None = None,
    progress: Progress = _ignore,
    cancelled: IsCancelled = _never,
) -> Report:
    """Run two models over the same frames, as `compare_models` does; one of them may be "off"."""
    on = {
        lane: model for lane, model in zip(LANES, (model_a, model_b), strict=True) if model != OFF
    }
    if not on:
        raise UsageError("Both lanes are off; choose a model for at least one of them.")
    return _compare_lanes(input_spec, on, out_dir, options, progress, cancelled)


def compare_models(
    input_spec: str,
    models: Sequence[str],
    out_dir: Path,
    *,
    options: CompareOptions | None = None,
    progress: Progress = _ignore,
    cancelled: IsCancelled = _never,
) -> Report:
    """Run models over the same frames and write report.html, metrics.json, metrics.csv.

    Nothing is written unless all of it is. The models are open together, so that frames are
    decoded once and lanes of one network share its weights and encoder; memory grows with the
    number of different networks, not with the clip.

    Parameters
    ----------
    input_spec
        A video file, a folder of pictures or a built-in scene; not a live source.
    models
        One to eight names as in the registry, which become the lanes "a", "b" and so on.
    out_dir
        Created if necessary; files of an earlier report in it are replaced.
    options
        None for the defaults.
    progress, cancelled
        Called on this thread, once per frame.

    Raises
    ------
    UserError
        If input, model or disk fail. The report of the frames before, if there are two, is
        written.
    Cancelled
        If the user cancels.
    """
    if not 1 <= len(models) <= len(LANE_NAMES):
        raise UsageError(f"A comparison takes at most {len(LANE_NAMES)} models.")
    if OFF in models:
        raise UsageError(f"There is nothing to compare in {OFF!r}; leave it out.")
    for model in models:
        find(model)  # an unknown name is told before any network is loaded
    lanes = dict(zip(LANE_NAMES, models, strict=False))
    return _compare_lanes(input_spec, lanes, out_dir, options, progress, cancelled)


def _compare_lanes(
    input_spec: str,
    models: Mapping[str, str],
    out_dir: Path,
    options: CompareOptions | None,
    progress: Progress,
    cancelled: IsCancelled,
) -> Report:
    options = options or CompareOptions()
    if is_live(input_spec):  # told before a device is opened, which may not even be there
        raise UsageError(REFUSED_LIVE)
    with contextlib.ExitStack() as stack:
        source = open_source(input_spec, options.source_size, with_flow=True)
        stack.callback(source.close)
        if source.info.live:
            raise UsageError(REFUSED_LIVE)
        _go_to(source, options.first_frame)
        sessions: dict[str, tuple[str, Session]] = {}
        failed: dict[str, FailedLane] = {}
        for lane, model in models.items():
            try:
                session = open_session(model, options.estimator)
            except UsageError:
                raise
            except Exception as error:
                if not options.drops_failed_lanes:
                    raise
                failed[lane] = FailedLane(model, why_failed(model, error, "to open"))
            else:
                stack.callback(session.close)
                sessions[lane] = (model, session)
        if not sessions:
            raise UserError(next(iter(failed.values())).reason)
        return compare_sessions(
            source, sessions, out_dir, options, progress, cancelled, failed=failed
        )


def _go_to(source: Source, first_frame: int) -> None:
    """Begin at that frame. Raises UsageError if the clip is too short."""
    if not first_frame:
        return
    count = source.info.frame_count
    if count is not None and first_frame >= count:
        raise UsageError(
            f"{source.info.title} has only {count} frames; begin before frame {count}."
        )
    source.seek(first_frame)


def compare_sessions(
    source: Source,
    sessions: dict[str, tuple[str, Session]],
    out_dir: Path,
    options: CompareOptions,
    progress: Progress = _ignore,
    cancelled: IsCancelled = _never,
    *,
    failed: Mapping[str, FailedLane] | None = None,
) -> Report:
    """Compare with an open source and open sessions: (model's name, session) by lane.

    `failed` are lanes that are missing because they could not be opened.
    """
    with contextlib.ExitStack() as unless_written:
        if not out_dir.exists():
            unless_written.callback(_remove_empty, out_dir)
        report = _compare_into(
            source, sessions, dict(failed or {}), out_dir, options, progress, cancelled
        )
        unless_written.pop_all()
        return report


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _compare_into(
    source: Source,
    sessions: dict[str, tuple[str, Session]],
    failed: dict[str, FailedLane],
    out_dir: Path,
    options: CompareOptions,
    progress: Progress,
    cancelled: IsCancelled,
) -> Report:
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        with TruthBuffer(out_dir, tuple(sessions), options.truth_budget_bytes) as buffer:
            comparison = Comparison(source, sessions, options, buffer, failed)
            failure = _why_broken_off(comparison, progress, cancelled)
            findings = comparison.findings(progress, cancelled)
        report = write_report(findings, out_dir)
    except OSError as error:
        raise UserError(
            f"Can't write the report to {out_dir} ({error.strerror or error}); choose another "
            "folder or free some space."
        ) from error
    if failure is not None:
        raise type(failure)(
            f"{failure} The report in {out_dir} covers the {len(findings.rows)} frames before it."
        ) from failure
    return report


def _why_broken_off(
    comparison: Comparison, progress: Progress, cancelled: IsCancelled
) -> UserError | None:
    """Run the first pass; returns what ended it early if there is enough for a report."""
    try:
        comparison.run(progress, cancelled)
    except UserError as error:
        if len(comparison.rows) < _ENOUGH_FRAMES:
            raise
        return error
    return None
