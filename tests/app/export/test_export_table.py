"""Export formats: what is registered is offered, and what is offered exists."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

import app.export
from app.cli import run
from app.export.exporter import Target
from app.export.table import EXPORTERS, open_exporter


def _exporters() -> set[str]:
    """Every class of app.export that writes results, as "module:Class"."""
    found = set()
    for listed in pkgutil.iter_modules(app.export.__path__, "app.export."):
        module = importlib.import_module(listed.name)
        for name, value in inspect.getmembers(module, inspect.isclass):
            is_here = value.__module__ == listed.name
            is_protocol = getattr(value, "_is_protocol", False)
            if is_here and not is_protocol and hasattr(value, "write") and hasattr(value, "close"):
                found.add(f"{listed.name}:{name}")
    return found


def test_every_exporter_is_registered_and_every_registered_one_exists() -> None:
    assert _exporters() == set(EXPORTERS.values())


def test_every_registered_exporter_is_offered(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run(["process", "--help"])
    assert ",".join(EXPORTERS) in "".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("name", EXPORTERS)
def test_what_is_offered_opens_and_closes_without_a_frame(name: str, tmp_path: Path) -> None:
    exporter = open_exporter(name, Target(tmp_path, 25.0))
    exporter.close()
    assert callable(exporter.write)
