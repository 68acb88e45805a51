"""Data sets with a folder per clip, in which pictures and depth have a folder each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from app.evaluation.layout import check_folder, chosen, files, subfolders, unlike
from app.evaluation.values import Clip, ClipFrame


@dataclass(frozen=True, slots=True)
class ClipFolders:
    """Where such a data set has its files.

    Attributes
    ----------
    title
        Of the data set, for errors.
    clip
        A clip's folder as errors name it, such as "SCENE".
    pictures, depth
        A picture and its depth below a clip's folder, such as "rgb/0.jpg".
    published
        Names of the clips to take where any of them is there; all are taken otherwise.
    candidates : callable
        From the data set's folder to those that may be clips.
    frames : callable or None
        From a clip's folder to its pictures with their depth; None pairs those of the same name.
    """

    title: str
    clip: str
    pictures: str
    depth: str
    published: Sequence[str] = ()
    candidates: Callable[[Path], list[Path]] = subfolders
    frames: Callable[[Path], tuple[ClipFrame, ...]] | None = None

    def find(self, root: Path) -> tuple[Clip, ...]:
        """Return the clips below `root`.

        Raises
        ------
        UsageError
            If no folder has pictures, or none of those has depth.
        """
        check_folder(root, self.title)
        pictures, depth = PurePosixPath(self.pictures), PurePosixPath(self.depth)
        folders = [one for one in self.candidates(root) if files(one / pictures.parent)]
        if not folders:
            raise unlike(root, self.title, f"{self.clip}/{pictures}")
        if not any(files(one / depth.parent, (depth.suffix,)) for one in folders):
            raise unlike(root, self.title, f"{self.clip}/{depth}")
        frames = self.frames or self.by_name
        return tuple(
            Clip(one.name, root, one, frames(one)) for one in chosen(folders, self.published)
        )

    def by_name(self, folder: Path) -> tuple[ClipFrame, ...]:
        """Return the pictures of a clip's folder with the depth of the same name."""
        depth = PurePosixPath(self.depth)
        found = {one.stem: one for one in files(folder / depth.parent, (depth.suffix,))}
        return tuple(
            ClipFrame(
                picture,
                found.get(picture.stem, folder / depth.with_name(picture.stem + depth.suffix)),
            )
            for picture in files(folder / PurePosixPath(self.pictures).parent)
        )
