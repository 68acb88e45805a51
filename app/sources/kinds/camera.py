"""`camera:NAME` and `camera:INDEX`: webcams and capture cards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from app.sources.spec import OpenRequest, SourceSpec
from models.errors import UsageError

if TYPE_CHECKING:
    from app.core.source import Source


@dataclass(frozen=True, slots=True)
class CameraSpec(SourceSpec):
    """A camera by its place in the list, or by (a part of) its name or its path."""

    key: int | str

    prefix = "camera"
    usages = ("camera:NAME", "camera:INDEX")
    suggestions: ClassVar = {"webcam": "camera:0", "cam": "camera:0"}

    @classmethod
    def of(cls, rest: str | None) -> CameraSpec:
        """See SourceSpec."""
        if not rest:
            raise UsageError(
                "Specify a camera, as in camera:0 or camera:NAME; the command `cameras` lists them."
            )
        return cls(int(rest) if re.fullmatch(r"\d{1,4}", rest) else rest)

    @property
    def title(self) -> str:
        """See SourceSpec."""
        return "" if isinstance(self.key, int) else PurePath(self.key).name or self.key

    @property
    def is_live(self) -> bool:
        """See SourceSpec."""
        return True

    def open(self, request: OpenRequest) -> Source:
        """See SourceSpec."""
        from app.sources.camera import open_camera
        from app.sources.camera_formats import CameraRequest

        wanted = CameraRequest.of(request.size, request.fps, request.pixel_format)
        return open_camera(self.key, wanted, awaited=request.awaited)
