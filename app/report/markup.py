"""Pieces of HTML that all parts of the page use."""

from __future__ import annotations

import html
import re

from models.plain_text import plain

_COMMIT = re.compile(r"@([0-9a-f]{7})[0-9a-f]{33}\b")
_LONGEST_NAME = 72


def escape(text: str) -> str:
    """The text as HTML, without control characters."""
    return html.escape(plain(text))


def short_name(model: str) -> str:
    """A model's name short enough for a heading: a commit by seven digits, the middle left out."""
    name = _COMMIT.sub(r"@\1…", model)
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}…{name[-half:]}"


def chip(lane: str, text: str = "") -> str:
    """The lane's letter in its colour, and text behind it."""
    return f'<span class="chip {lane}">{lane.upper()}</span> {escape(text)}'.rstrip()


def named(lane: str, model: str) -> str:
    """The lane's letter and its model, whose whole name is a tool tip where it was shortened."""
    shown = short_name(model)
    if shown == model:
        return chip(lane, model)
    return f'<span title="{escape(model)}">{chip(lane, shown)}</span>'
