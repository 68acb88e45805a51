"""The syntax of the hub's models: `hf:ORG/NAME[@REVISION]` or `hf:PATH`. Imports nothing heavy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from models.errors import UsageError

SCHEME = "hf:"
_REPOSITORY = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
_REVISION = re.compile(r"[\w./-]{1,200}")


@dataclass(frozen=True, slots=True)
class HubName:
    """Where a model is: a repository of the hub at some revision, or a folder on this machine.

    Attributes
    ----------
    repository
        "ORG/NAME", or "" for a folder.
    revision
        Branch, tag or commit; "" is the newest.
    folder
        For a model on this machine, else None.
    """

    repository: str
    revision: str = ""
    folder: Path | None = None

    @property
    def title(self) -> str:
        """What the window calls it: the name without its organisation."""
        if self.folder is not None:
            return self.folder.name
        return self.repository.rpartition("/")[2]

    def __str__(self) -> str:
        if self.folder is not None:
            return str(self.folder)
        return f"{self.repository}@{self.revision}" if self.revision else self.repository


def parse(name: str) -> HubName:
    """Read a name that begins with `hf:`.

    Raises
    ------
    UsageError
        If it is neither a repository nor a path that starts with ./, ../, ~ or /.
    """
    rest = name.removeprefix(SCHEME)
    if rest.startswith(("./", "../", "/", "~")):
        return HubName("", folder=Path(rest).expanduser())
    repository, _, revision = rest.partition("@")
    is_known = _REPOSITORY.fullmatch(repository) is not None and ".." not in rest
    if not is_known or (revision and _REVISION.fullmatch(revision) is None):
        raise UsageError(
            f"{name!r} names no model of the hub; write hf:ORG/NAME, hf:ORG/NAME@REVISION or "
            "hf: and the path of a folder, such as hf:./folder."
        )
    return HubName(repository, revision)
