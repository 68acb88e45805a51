"""Files and folders: what no other kind claims."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from app.sources.spec import OpenRequest, SourceSpec
from models.errors import SourceError

if TYPE_CHECKING:
    from app.core.source import Source

_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class PathSpec(SourceSpec):
    """A video, a picture, a folder, a pattern of pictures, a recording or a pipe."""

    path: str

    usages = ("a file or folder",)
    may_open_at_start = True
    chooser = "file"

    @classmethod
    def parse(cls, text: str) -> PathSpec | None:
        """See SourceSpec. Paths are what `file://` names; a bare one is any text left over."""
        if not text.lower().startswith("file://"):
            return None
        # "#" and "?" are part of a name, whether encoded or not
        host, slash, path = unquote(text[7:], errors="surrogateescape").partition("/")
        if host.lower() not in ("", "localhost"):
            return cls(f"//{host}{slash}{path}")
        return cls(path if re.match(r"[A-Za-z]:", path) else f"/{path}")

    @property
    def title(self) -> str:
        """See SourceSpec."""
        return PurePath(self.path).name or self.path

    def open(self, request: OpenRequest) -> Source:
        """See SourceSpec."""
        from app.media.stills import header_of
        from app.sources.animation import AnimationSource
        from app.sources.images import ImagesSource
        from app.sources.picture_files import find_pictures, is_pattern, is_picture_name
        from app.sources.stream import is_pipe, open_pipe
        from app.sources.video import VideoSource

        del request
        location, path = self.path, _path_of(self.path)
        if path.is_dir():
            return _open_folder(path)
        if is_pipe(path):
            return open_pipe(path)
        if not path.exists() and is_pattern(location):
            return ImagesSource(location, path.name, find_pictures(str(path)))
        if not path.exists():
            meant = f"camera:{location}" if location.isdigit() else ""
            hint = f"did you mean {meant}?" if meant else "check the path."
            raise SourceError(f"Can't open {location}: there is no such file; {hint}")
        if not is_picture_name(path):
            return VideoSource(path)
        header = header_of(path)
        if header is None or not header.is_animated:
            return ImagesSource(location, path.name, [path])
        return AnimationSource(path, header) if header.kind == "webp" else VideoSource(path)


def _path_of(text: str) -> Path:
    """The path that `text` names, with ~ replaced; there need not be a file.

    Raises
    ------
    SourceError
        If no file can have that name.
    """
    try:
        path = Path(text).expanduser()
        path.stat()
    except FileNotFoundError:
        return path
    except NotADirectoryError:
        return path
    except (OSError, RuntimeError, ValueError) as error:
        shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
        why = (getattr(error, "strerror", None) or str(error)).strip(".").lower()
        raise SourceError(f"Can't open {shown!r}: {why}; check the path.") from error
    return path


def _open_folder(path: Path) -> Source:
    from app.recording.format import is_recording
    from app.sources.images import ImagesSource
    from app.sources.picture_files import find_pictures
    from app.sources.recording import RecordingSource
    from app.sources.truth_folder import TruthFolder

    if is_recording(path):
        return RecordingSource(path)
    truth = TruthFolder.of_folder(path)
    pictures = find_pictures(str(path / "rgb" if truth else path))
    return ImagesSource(str(path), path.resolve().name, pictures, truth)
