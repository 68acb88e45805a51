"""What is damaged in a recording, in the same sentences for the window and for `--check`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Damage:
    """Collects what could not be read.

    Attributes
    ----------
    others : iterable of str
        Sentences about the index and the files.
    maps : set of (int, str)
        Frame number and lane of disparity maps.
    pictures : set of int
        Frame numbers of pictures.
    """

    others: Iterable[str] = ()
    maps: set[tuple[int, str]] = field(default_factory=set)
    pictures: set[int] = field(default_factory=set)

    def sentences(self) -> tuple[str, ...]:
        """One per kind of damage; none if all is well."""
        found = [*self.others]
        if self.maps:
            found.append(f"{len(self.maps)} disparity maps are damaged.")
        if self.pictures:
            found.append(f"{len(self.pictures)} pictures are missing.")
        return tuple(found)
