"""The version, from the installed package or from pyproject.toml beside a bare checkout."""

from __future__ import annotations

import tomllib
from importlib import metadata
from pathlib import Path


def version() -> str:
    """Such as "0.1.0"."""
    try:
        return metadata.version("flashdepth-live")
    except metadata.PackageNotFoundError:
        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
