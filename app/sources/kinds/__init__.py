"""The kinds of sources, a file each, and the table of them. Nothing is opened on import."""

from __future__ import annotations

from app.sources.kinds.camera import CameraSpec
from app.sources.kinds.path import PathSpec
from app.sources.kinds.screen import ScreenSpec
from app.sources.kinds.synthetic import SyntheticSpec
from app.sources.kinds.url import UrlSpec
from app.sources.kinds.window import WindowSpec
from app.sources.spec import SourceSpec

KINDS: tuple[type[SourceSpec], ...] = (
    SyntheticSpec,
    PathSpec,
    UrlSpec,
    CameraSpec,
    ScreenSpec,
    WindowSpec,
)
"""One line per kind; help, error messages, the command line and the Source menu read it."""
