"""Things saved under the numbers 1 to 9, in a file beside the settings that windows share."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from app.system.json_files import locked, read_json, write_atomically

SLOTS = tuple(range(1, 10))
MAX_NAME = 40
"""Characters of a name that the user gives."""

T = TypeVar("T")


class SlotStore(ABC, Generic[T]):
    """Loads and saves what one profile has under its numbers, in the file `path`.

    Attributes
    ----------
    what : str
        What the file holds, in messages.
    suffix : str
        Ends the file's name.
    version : int
        Of the file's format.
    is_private : bool
        Only the user may read the file.
    """

    what: ClassVar[str]
    suffix: ClassVar[str]
    version: ClassVar[int] = 1
    is_private: ClassVar[bool] = False

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def beside(cls, settings_file: Path) -> Self:
        """Return the store of the profile whose settings are in `settings_file`."""
        return cls(settings_file.with_name(f"{settings_file.stem}.{cls.suffix}"))

    @abstractmethod
    def decode(self, document: Mapping[str, Any]) -> dict[int, T]:
        """What a file says; what is damaged of it is left out. Errors mean a damaged file."""

    @abstractmethod
    def encode(self, kept: Mapping[int, T]) -> dict[str, Any]:
        """What a file says of them, without its version."""

    def load(self) -> tuple[dict[int, T], str]:
        """Return what is saved by number, and a note for the user, empty if there was no problem.

        A damaged file, or one of a newer version, is renamed and kept.
        """
        kept, note = read_json(self._path, self.what, self.version, self.decode)
        return kept or {}, note

    def put(self, slot: int, value: T | None) -> tuple[dict[int, T], str]:
        """Write or, with None, remove one; the others stay as they are in the file.

        Returns all, and a note for the user as `load` does.

        Raises
        ------
        OSError
            If the file cannot be written.
        """
        with locked(self._path):
            kept, note = self.load()
            kept.pop(slot, None)
            if value is not None:
                kept[slot] = value
            document = {"version": self.version} | self.encode(dict(sorted(kept.items())))
            text = json.dumps(document, indent=2, allow_nan=False) + "\n"
            write_atomically(self._path, text, private=self.is_private)
        return kept, note
