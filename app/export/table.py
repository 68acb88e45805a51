"""The table of export formats. Imports none of them, so that `process --help` is fast."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from app.export.exporter import Exporter, Target

EXPORTERS: Mapping[str, str] = {
    "npy": "app.export.npy:NpyExporter",
    "png16": "app.export.png16:Png16Exporter",
    "mp4": "app.export.mp4:Mp4Exporter",
    "ply": "app.export.ply:PlyExporter",
    "exr": "app.export.exr:ExrExporter",
    "glb": "app.export.glb:GlbExporter",
    "inside": "app.export.inside:InsideExporter",
}
"""Name for `--export` to the class that writes it, which takes a Target."""


def open_exporter(name: str, target: Target) -> Exporter:
    """A new exporter of the format that EXPORTERS calls `name`."""
    return cast("Exporter", pkgutil.resolve_name(EXPORTERS[name])(target))
