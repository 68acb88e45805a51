"""Material for a soak: a camera, a clip, a damaged clip, a folder to write into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.media.video_writer import VideoWriter
from app.soak.camera import SoakCamera, picture

_CLIP_SIZE = (320, 180)
_CLIP_FRAMES = 50
_INTACT_BYTES = 48
"""Length of the undamaged head of the damaged clip: enough to be taken for a video."""


@dataclass(frozen=True, slots=True)
class Fixtures:
    """Material for a soak; everything is in `folder`, which the soak owns."""

    folder: Path
    camera: SoakCamera
    clip: Path
    damaged_clip: Path

    def sources(self) -> list[str]:
        """Sources for visitors."""
        return ["synthetic", str(self.clip), self.camera.url]

    def new_recording(self) -> Path:
        """Return a folder for the next recording."""
        taken = len(list(self.folder.glob("recording*")))
        return self.folder / f"recording{taken}"


@contextmanager
def make_fixtures(folder: Path) -> Iterator[Fixtures]:
    """Set up in `folder`; the camera is closed at the end."""
    clip, damaged = folder / "clip.mp4", folder / "damaged.mp4"
    with VideoWriter(clip, _CLIP_SIZE) as writer:
        for number in range(_CLIP_FRAMES):
            writer.write(picture(number, _CLIP_SIZE), number / 25)
    data = bytearray(clip.read_bytes())
    for at in range(_INTACT_BYTES, len(data), 7):
        data[at] ^= 0x5A
    damaged.write_bytes(data)
    with SoakCamera() as camera:
        yield Fixtures(folder, camera, clip, damaged)
