"""Measures of text, remembered by font: the same few words are measured with every frame."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from PyQt6.QtGui import QFont

P = ParamSpec("P")
T = TypeVar("T")

_MOST = 512


@dataclass(frozen=True, slots=True)
class _Face:
    """A font that is known by its description."""

    key: str
    font: QFont = field(compare=False)


def remembered(measure: Callable[Concatenate[QFont, P], T]) -> Callable[Concatenate[QFont, P], T]:
    """A function of a font and hashable values, whose latest results are remembered."""

    @functools.lru_cache(maxsize=_MOST)
    def known(face: _Face, *values: Hashable) -> T:
        return measure(face.font, *values)  # type: ignore[call-arg, arg-type]

    @functools.wraps(measure)
    def look_up(font: QFont, /, *values: P.args, **_named: P.kwargs) -> T:
        return known(_Face(font.key(), font), *values)

    return look_up
