from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.evaluation.results import Line, ResultStore
from app.evaluation.run import Request, Serial, Summary, evaluate_all
from models import registry
from models.estimator import EstimatorOptions
from models.plugins import load_file

PLUGIN = Path(__file__).with_name("grey_model.py")


@pytest.fixture
def grey(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Registers the models `grey` and `grey-memory` for one test."""
    registry.entries()
    monkeypatch.setattr(registry, "_ENTRIES", dict(registry._ENTRIES))
    load_file(PLUGIN)
    return PLUGIN


@pytest.fixture
def run(grey: Path, tmp_path: Path) -> Callable[..., tuple[Summary, dict[str, Line]]]:
    """Evaluates data sets with `grey`; returns the summary, and the lines by clip."""

    def evaluated(
        *data: tuple[str, Path],
        protocol: str = "flashdepth",
        models: tuple[str, ...] = ("grey",),
        out: Path = tmp_path / "out",
    ) -> tuple[Summary, dict[str, Line]]:
        request = Request(data, models, protocol, EstimatorOptions(device="cpu"), (grey,))
        summary = evaluate_all(request, out, Serial(), lambda *_: None, lambda: False)
        return summary, {line.clip: line for line in ResultStore(out).lines}

    return evaluated
