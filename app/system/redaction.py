"""Removal of secrets from whatever is written, logged or copied."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.plain_text import without_credentials


def without_secrets(text: str) -> str:
    """`text` with only scheme, host, port and path of addresses, and with the home folder as ~."""
    home = str(Path.home())
    text = without_credentials(text)
    if len(home) < 2:
        return text
    return text.replace(home, "~").replace(home.replace("\\", "\\\\"), "~")  # as in JSON


def without_secrets_in(value: object) -> object:
    """A plain value whose texts, also nested and as keys, are `without_secrets`."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {without_secrets(str(key)): without_secrets_in(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_secrets_in(one) for one in value]
    return value
