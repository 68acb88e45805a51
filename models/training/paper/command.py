"""Training of the paper's networks from the command line."""

from __future__ import annotations

from pathlib import Path

from models.training import loop
from models.training.paper.batches import Batches, ClipBatch
from models.training.paper.config import read_config
from models.training.paper.learner import PaperLearner
from models.training.paper.processes import joined
from models.training.paper.validation import ClipScores


def run(config_path: Path, out: Path | None, resume: bool) -> str:
    """Train as `config_path` says, into `out`; a line for people about the outcome."""
    config = read_config(config_path)
    folder = out or Path("runs") / config.name
    with joined() as processes:
        schedule = loop.Schedule(
            config.steps,
            config.log_every,
            config.save_every,
            config.validate_every,
            workers=config.workers,
            is_leader=processes.is_leader,
        )
        learner: loop.Learner[ClipBatch, ClipScores | None] = PaperLearner(config, processes)
        found = loop.train(learner, Batches(config, processes), schedule, folder, resume=resume)
    if not processes.is_leader:
        return ""
    if found is None:
        return f"{folder}: {config.steps} steps"
    alone, remembered = found.per_frame, found.memory
    return (
        f"{folder}: AbsRel {alone.absrel:.3f} per frame and {remembered.absrel:.3f} with memory, "
        f"flicker {alone.flicker:.4f} and {remembered.flicker:.4f}"
    )
