"""`python main.py train CONFIG`: trains the bundled model."""

from __future__ import annotations

from pathlib import Path

from models.training.config import read_config
from models.training.lite import train


def run(config_path: Path, out: Path | None = None, resume: bool = False) -> None:
    """Train as `config_path` says, into `out` (by default runs/ and the config's name).

    The folder gets checkpoint.pt, flashdepth-lite.safetensors (the averaged weights), curve.csv,
    validation.jsonl and sheets of predictions. Raises UsageError for a config that cannot be used.
    """
    config = read_config(config_path)
    folder = out or Path("runs") / config.name
    report = train(config, folder, resume=resume)
    if report is not None:
        print(
            f"{folder}: rendered AbsRel {report.rendered.absrel:.3f}, "
            f"delta1 {report.rendered.delta1:.3f}, real {report.real_ratio:.3f} of trivial"
        )
