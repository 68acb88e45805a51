"""Parsing of --source into a `SourceSpec`. Nothing is opened here."""

from __future__ import annotations

import difflib
import os

from app.sources.kinds import KINDS
from app.sources.kinds.camera import CameraSpec
from app.sources.kinds.path import PathSpec
from app.sources.spec import MenuChoice, SourceSpec
from app.system.redaction import without_secrets
from models.errors import UsageError
from models.plain_text import without_credentials

MAX_LENGTH = 4_096
"""Characters of a source; no path and no address is longer."""


def usage() -> str:
    """How a source may be written, for help and error messages."""
    usages = [usage for kind in KINDS for usage in kind.usages]
    return f"{', '.join(usages[:-1])} or {usages[-1]}"


def menu_choices() -> tuple[MenuChoice, ...]:
    """The lines of the Source menu that open something without a dialog."""
    return tuple(choice for kind in KINDS for choice in kind.menu)


def parse_spec(text: str) -> SourceSpec:
    """Understand what --source says.

    Raises
    ------
    UsageError
        If nothing can be meant by it; the sentence says what would work.
    """
    text = text.strip()
    if not text:
        raise UsageError(f"No source was given; use {usage()}.")
    if len(text) > MAX_LENGTH:
        raise UsageError(f"A source of {len(text)} characters is too long; use {usage()}.")
    for kind in KINDS:
        if (spec := kind.parse(text)) is not None:
            return spec
    if not os.path.exists(text):
        _refuse_misspelt(text)
    return PathSpec(text)


def is_camera(text: str) -> bool:
    """Whether `text` means a camera."""
    return isinstance(_understood(text), CameraSpec)


def is_remote(text: str) -> bool:
    """Whether `text` means something on the network, in which seeking takes its time."""
    spec = _understood(text)
    return spec is not None and spec.is_remote


def chooser_of(text: str) -> str:
    """How another source of the kind of `text` is chosen, as in `SourceSpec.chooser`."""
    spec = _understood(text)
    return spec.chooser if spec is not None else ""


def is_built_in(text: str) -> bool:
    """Whether `text` means a scene of the program's own."""
    spec = _understood(text)
    return spec is not None and spec.is_built_in


def is_adjustable(text: str) -> bool:
    """Whether `text` means the built-in scene that the settings can change."""
    spec = _understood(text)
    return spec is not None and spec.is_adjustable


def may_open_at_start(text: str) -> bool:
    """Whether `text` may be opened at the start of the program without being asked for."""
    spec = _understood(text)
    return spec is not None and spec.may_open_at_start


def is_live(text: str) -> bool:
    """Whether frames of `text` come by themselves and cannot be requested again."""
    spec = _understood(text)
    return spec is not None and spec.is_live


def title_of(text: str) -> str:
    """How a source is called before it is open. A password in an address is left out."""
    spec = _understood(text)
    return without_secrets(text.strip()) if spec is None else spec.title or text.strip()


def remembered(text: str) -> str:
    """What files may keep of a source: of an address scheme, host, port and path, else all.

    A user name, a password, a query or a fragment may let somebody in who reads the file.
    """
    spec = _understood(text)
    if spec is None and "://" in text:
        return text.partition("://")[0] + "://"  # where its password ends cannot be known
    return without_credentials(text) if spec is not None and spec.is_remote else text


def _understood(text: str) -> SourceSpec | None:
    try:
        return parse_spec(text)
    except UsageError:
        return None


def _refuse_misspelt(text: str) -> None:
    """Raise UsageError if `text` looks like a prefix of the table rather than like a path."""
    for kind in KINDS:
        if suggestion := kind.suggestions.get(text.lower()):
            raise UsageError(f"There is no source {text!r}; did you mean {suggestion}?")
    prefix, colon, rest = text.partition(":")
    if colon and len(prefix) > 1 and "/" not in prefix and "\\" not in prefix:
        prefixes = [kind.prefix for kind in KINDS if kind.prefix]
        if near := difflib.get_close_matches(prefix.lower(), prefixes, n=1, cutoff=0.7):
            raise UsageError(
                f"There is no source {text[:80]!r}; did you mean {near[0]}:{rest[:80]}?"
            )
