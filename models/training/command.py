"""`python main.py train CONFIG`: trains the bundled network, or one of the paper's."""

from __future__ import annotations

from pathlib import Path

from models.errors import UsageError
from models.training.config import read_config, read_table
from models.training.lite import train


def run(config_path: Path, out: Path | None = None, resume: bool = False) -> None:
    """Train as `config_path` says, into `out` (by default runs/ and the config's name).

    The folder gets checkpoint.pt, the weights as the app loads them, curve.csv, validation.jsonl
    and, of the bundled network, sheets of predictions.

    Raises
    ------
    UsageError
        For a config that cannot be used.
    """
    kind = read_table(config_path).get("kind", "lite")
    if kind not in _KINDS:
        raise UsageError(f"kind in {config_path} must be one of {', '.join(_KINDS)}; change it.")
    told = _KINDS[kind](config_path, out, resume)
    if told:
        print(told)


def _lite(config_path: Path, out: Path | None, resume: bool) -> str:
    config = read_config(config_path)
    folder = out or Path("runs") / config.name
    report = train(config, folder, resume=resume)
    if report is None:
        return ""
    return (
        f"{folder}: rendered AbsRel {report.rendered.absrel:.3f}, "
        f"delta1 {report.rendered.delta1:.3f}, real {report.real_ratio:.3f} of trivial"
    )


def _paper(config_path: Path, out: Path | None, resume: bool) -> str:
    from models.training.paper import command

    return command.run(config_path, out, resume)


_KINDS = {"lite": _lite, "paper": _paper}
