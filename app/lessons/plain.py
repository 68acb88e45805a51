"""Markdown of one line as plain text, for labels and tables."""

from __future__ import annotations

import re

_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)([^*`]{1,200}?)(?<=\S)\1")


def without_emphasis(text: str) -> str:
    """`text` without the marks of bold, italic and code around words."""
    return _EMPHASIS.sub(r"\2", text)
