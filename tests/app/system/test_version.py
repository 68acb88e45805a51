"""The version is that of the installed package, or of pyproject.toml in a bare checkout."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from app.system.version import version


def test_a_bare_checkout_reads_its_version_from_pyproject(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed(_name: str) -> str:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", not_installed)
    project = Path(__file__).resolve().parents[3] / "pyproject.toml"
    declared = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
    assert version() == declared
