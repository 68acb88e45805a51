"""The training loop that every network shares: in one process or several, resumable to the bit."""

from __future__ import annotations

import csv
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from models.errors import UsageError, UserError

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.csv"

B = TypeVar("B")
B_contra = TypeVar("B_contra", contravariant=True)
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Learner(Protocol[B_contra, R_co]):
    """A network in training; B is what one step learns from, R what a validation finds.

    Attributes
    ----------
    step
        Number of optimiser steps taken.
    columns
        Names of the numbers that `learn` returns; the first is the loss.
    settings
        All that decides the outcome, as text. A checkpoint of other settings is not resumed.
    """

    step: int
    columns: tuple[str, ...]
    settings: str

    def learn(self, batch: B_contra) -> Sequence[Tensor]:
        """Take one optimiser step; a number per column."""
        ...

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps beside `step`: tensors, numbers and text."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `state` returned."""
        ...

    def export(self, folder: Path) -> None:
        """Write the weights as the app loads them."""
        ...

    def validate(self, folder: Path) -> R_co:
        """Measure the network, and write what was found into `folder`."""
        ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a run logs, saves, validates and ends; all in steps.

    Attributes
    ----------
    workers
        Processes that prepare batches; with 0 the training process does.
    is_leader
        Whether this process writes files and validates; one of several does.
    """

    steps: int
    log_every: int
    save_every: int
    validate_every: int
    workers: int = 0
    is_leader: bool = True


def train(
    learner: Learner[B, R],
    batches: Dataset[B],
    schedule: Schedule,
    folder: Path,
    *,
    resume: bool,
) -> R | None:
    """Train to the end of the schedule. Returns what the last validation found.

    Parameters
    ----------
    batches
        `batches[step]` is what step number `step` learns from.
    resume
        Whether to continue from the checkpoint in `folder`, if there is one.

    Raises
    ------
    UsageError
        If `folder` holds another run.
    UserError
        If it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / CHECKPOINT
    if path.exists() and not resume:
        raise UsageError(f"{folder} holds a run already; use --resume or another folder.")
    if path.exists():
        _restore(learner, path)
    found = None
    with ExitStack() as stack:
        ready = stack.enter_context(closing(_prepared(batches, learner.step, schedule)))
        curve = None
        if schedule.is_leader:
            curve = stack.enter_context(Curve(folder / CURVE, learner.columns, learner.step))
        for batch in ready:
            numbers = learner.learn(batch)
            if curve is None:
                continue
            curve.add(learner.step, numbers, schedule.log_every)
            last = learner.step == schedule.steps
            if last or learner.step % schedule.save_every == 0:
                _save(learner, path)
            if last or learner.step % schedule.validate_every == 0:
                found = learner.validate(folder)
    return found


def _save(learner: Learner[Any, Any], path: Path) -> None:
    """Write checkpoint and weights; a crash leaves the old ones whole."""
    kept = learner.state() | {
        "settings": learner.settings,
        "step": learner.step,
        "random": torch.get_rng_state(),
    }
    draft = path.with_suffix(path.suffix + ".draft")
    try:
        torch.save(kept, draft)
        draft.replace(path)
        learner.export(path.parent)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError
        draft.unlink(missing_ok=True)
        raise UserError(
            f"Can't write the checkpoint to {path.parent} ({error}); free some disk space and "
            "continue with --resume."
        ) from error


def _restore(learner: Learner[Any, Any], path: Path) -> None:
    kept = torch.load(path, weights_only=True, map_location="cpu")
    if kept["settings"] != learner.settings:
        raise UsageError(
            f"{path.parent} holds a run with another configuration; choose another folder."
        )
    learner.restore(kept)
    learner.step = kept["step"]
    torch.set_rng_state(kept["random"])


def _prepared(batches: Dataset[B], first: int, schedule: Schedule) -> Generator[B, None, None]:
    loader: DataLoader[B] = DataLoader(
        batches,
        batch_size=None,
        sampler=range(first, schedule.steps),
        num_workers=schedule.workers,
        prefetch_factor=6 if schedule.workers else None,
        # Workers draw from their own generators; this one keeps the global one untouched.
        generator=torch.Generator(),
    )
    yield from loader


class Curve:
    """The numbers of each step as CSV, averaged over the steps between two lines."""

    def __init__(self, path: Path, columns: Sequence[str], step: int) -> None:
        self._fields = ("step", *columns, "seconds_per_step")
        kept = []
        if step and path.exists():  # lines after the checkpoint will be written again
            with path.open(newline="", encoding="utf-8") as file:
                kept = [row for row in csv.DictReader(file) if int(row["step"]) <= step]
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, self._fields, extrasaction="ignore")
        self._writer.writeheader()
        self._writer.writerows(kept)
        self._rows: list[list[float]] = []
        self._since = time.perf_counter()

    def __enter__(self) -> Curve:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, step: int, numbers: Sequence[Tensor], every: int) -> None:
        """Take note of one step; every `every` steps a line is written."""
        self._rows.append([float(number.detach()) for number in numbers])
        if step % every:
            return
        means = [sum(column) / len(self._rows) for column in zip(*self._rows, strict=True)]
        taken = (time.perf_counter() - self._since) / len(self._rows)
        row = [step, *(f"{mean:.5f}" for mean in means), f"{taken:.3f}"]
        self._writer.writerow(dict(zip(self._fields, row, strict=True)))
        self._file.flush()
        self._rows, self._since = [], time.perf_counter()
