"""An evaluation from the folders that were named to the files that are written."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import filelock

from app.evaluation.estimates import IsStopped, Stopped
from app.evaluation.job import Job, frames_needed, with_key
from app.evaluation.layout import MOST_CLIPS
from app.evaluation.measure import evaluate
from app.evaluation.protocols.table import protocol
from app.evaluation.results import RESULTS, Line, Outcome, ResultStore
from app.evaluation.sessions import Sessions
from app.evaluation.table import data_set
from app.evaluation.values import Clip
from app.evaluation.write import WRITTEN, write_all
from app.report.values import Progress
from models import registry
from models.errors import UsageError, UserError
from models.estimator import EstimatorOptions
from models.installed import weights_path
from models.plain_text import single_line
from models.registry import Weights


@dataclass(frozen=True, slots=True)
class Request:
    """What to evaluate.

    Attributes
    ----------
    data
        Names of layouts, with their folders.
    models, protocol, options
        What to run, and how.
    plugins
        Files that registered some of the models.
    """

    data: Sequence[tuple[str, Path]]
    models: Sequence[str]
    protocol: str
    options: EstimatorOptions
    plugins: tuple[Path, ...] = ()


@dataclass(slots=True)
class Summary:
    """How an evaluation went.

    Attributes
    ----------
    jobs
        Number of clips times models.
    known
        Of these, had been measured before.
    failed
        Lines without numbers, of this run.
    stopped
        The user stopped it.
    """

    jobs: int
    known: int = 0
    failed: list[Line] = field(default_factory=list)
    stopped: bool = False


class Executor(Protocol):
    """Runs tasks, in this process or elsewhere."""

    def check(self) -> None:
        """Raise UsageError if it cannot run; called before anything is written."""
        ...

    def run(
        self, jobs: Sequence[Job], folder: Path, progress: Progress, is_stopped: IsStopped
    ) -> Iterator[Outcome]:
        """Outcomes as they come. Raises Stopped if the user stopped."""
        ...


class Serial:
    """One task after another in this process."""

    def check(self) -> None:
        """See Executor."""

    def run(
        self, jobs: Sequence[Job], folder: Path, progress: Progress, is_stopped: IsStopped
    ) -> Iterator[Outcome]:
        """See Executor."""
        total = sum(len(job.frames) + len(job.tae_frames) for job in jobs)
        done = 0

        def count() -> None:
            nonlocal done
            done += 1
            progress(min(done, total), total, "Evaluating")

        with Sessions() as sessions:
            for job in jobs:
                yield evaluate(job, sessions, folder, is_stopped, count)


def plan(request: Request) -> list[Job]:
    """All tasks, those of one model together; nothing is loaded or written.

    Raises
    ------
    UsageError
        If a layout, folder, model or protocol is unknown.
    UserError
        If a model is not installed.
    """
    clips = _clips(request)
    weights = {model: _weights_of(model) for model in request.models}
    digest = _digest(request.plugins)
    jobs = []
    for model in request.models:
        for data, clip, has_tae in clips:
            job = Job(
                data, request.protocol, clip, has_tae, model, request.options, request.plugins
            )
            own = "" if weights[model].sha256 else digest
            jobs.append(with_key(job, weights[model], own))
    return jobs


def _clips(request: Request) -> list[tuple[str, Clip, bool]]:
    """Data set, clip, and whether TAE has frames of its own there; checks folders and names."""
    found: list[tuple[str, Clip, bool]] = []
    for key, root in request.data:
        dataset = data_set(key)
        split = dataset.split_of(request.protocol)
        most = 0 if split.tae is None else split.tae.most_clips
        found += [
            (key, replace(frames_needed(clip, split), name=single_line(clip.name)), at < most)
            for at, clip in enumerate(dataset.clips_of(root, request.protocol))
        ]
    for (key, name), count in Counter((key, clip.name) for key, clip, _ in found).items():
        if count > 1:
            raise UsageError(
                f"{count} clips of {data_set(key).title} are called {name}; rename a folder."
            )
    if len(found) > MOST_CLIPS:
        raise UsageError(f"These are {len(found)} clips; evaluate {MOST_CLIPS} at most.")
    return found


def _weights_of(model: str) -> Weights:
    entry = registry.find(model)
    if entry.name == registry.OFF:
        raise UsageError(f"There is nothing to evaluate in {registry.OFF!r}; leave it out.")
    if reason := entry.missing():
        raise UserError(reason)
    weights = registry.weights(model)
    path = weights_path(registry.family(model))
    if not weights.sha256 and path.is_file():  # installed, but not by this app
        with path.open("rb") as file:
            return replace(weights, sha256=hashlib.file_digest(file, "sha256").hexdigest())
    return weights


def _digest(plugins: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in plugins:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def evaluate_all(
    request: Request, out: Path, executor: Executor, progress: Progress, is_stopped: IsStopped
) -> Summary:
    """Measure what is not measured yet, and write results, tables and page.

    Raises
    ------
    UsageError
        If a folder, a layout or a model cannot be used; before any work.
    UserError
        If the results cannot be written.
    """
    jobs = plan(request)
    executor.check()
    try:
        with _locked(out):
            return _evaluate(jobs, request, out, executor, progress, is_stopped)
    except OSError as error:
        raise UserError(
            f"Can't write the results to {out} ({error.strerror or error}); free some space and "
            "run the same command again, which goes on from here."
        ) from error


def _evaluate(
    jobs: Sequence[Job],
    request: Request,
    out: Path,
    executor: Executor,
    progress: Progress,
    is_stopped: IsStopped,
) -> Summary:
    store = ResultStore(out)
    todo = [job for job in jobs if not store.has(job.identity, job.key)]
    store.drop([job.identity for job in todo])
    summary = Summary(len(jobs), len(jobs) - len(todo))
    try:
        for outcome in executor.run(todo, out, progress, is_stopped):
            store.add(outcome)
            if outcome.line.error:
                summary.failed.append(outcome.line)
    except Stopped:
        summary.stopped = True
    finally:
        write_all(store, protocol(request.protocol))
    return summary


@contextlib.contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Make the folder and keep other evaluations out of it. Raises UsageError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        foreign = [name for name in WRITTEN if (out / name).exists()]
        if foreign and not (out / RESULTS).exists():
            raise UsageError(
                f"{out} has a {foreign[0]} that no evaluation wrote; choose another folder."
            )
        lock = filelock.FileLock(out / ".evaluate.lock", timeout=0)
        with lock:
            yield
    except filelock.Timeout as error:
        raise UsageError(f"Another evaluation writes to {out}; wait for it to finish.") from error
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{out} is not a folder; choose another one.") from error
