"""Removal of secrets from recordings, logs and reports."""

from __future__ import annotations

import re
from pathlib import Path

_USER_INFO = re.compile(r"(?<=://)[^/\s\"']*@")


def without_secrets(text: str) -> str:
    """`text` without names and passwords in addresses, and with the home folder as ~."""
    home = str(Path.home())
    text = _USER_INFO.sub("", text)
    if len(home) < 2:
        return text
    return text.replace(home, "~").replace(home.replace("\\", "\\\\"), "~")  # as in JSON
