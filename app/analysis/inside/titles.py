"""The quantities that can be looked at, in the order of their menu. Imports nothing."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[object, str] = {
    "tokens": "Tokens",
    "similarity": "Similarity",
    "attention": "Attention",
    "heads": "Attention, by head",
    "pyramid": "Pyramid",
    "half-life": "Memory: half-life",
    "share": "Memory: share",
    "correction": "Memory: correction",
    "gate": "Memory: hold gate",
    "alone": "Without memory",
    "change": "Without memory: |difference|",
}
"""What menus call each quantity; `app.analysis.inside.table` says how it is made."""
