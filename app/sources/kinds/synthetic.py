"""`synthetic[:SEED]`: the built-in scenes; the one that opens first is played, others rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.sources.spec import MenuChoice, OpenRequest, SourceSpec
from models.errors import UsageError

if TYPE_CHECKING:
    from app.core.source import Source


@dataclass(frozen=True, slots=True)
class SyntheticSpec(SourceSpec):
    """The built-in scene; without a seed, the one made by hand."""

    seed: int | None

    prefix = "synthetic"
    usages = ("synthetic[:SEED]",)
    suggestions: ClassVar = {"synth": "synthetic"}
    menu = (MenuChoice("Built-in scene", "synthetic", "Rendered, with ground truth", "scene"),)
    may_open_at_start = True
    is_built_in = True

    @classmethod
    def of(cls, rest: str | None) -> SyntheticSpec:
        """See SourceSpec."""
        if rest is None:
            return cls(None)
        if not re.fullmatch(r"\d{1,18}", rest):
            raise UsageError(
                f"The seed of a scene must be a whole number, as in synthetic:7, not {rest[:80]!r}."
            )
        return cls(int(rest))

    def open(self, request: OpenRequest) -> Source:
        """See SourceSpec."""
        from app.sources.demo_loop import DEMO_SIZE, DemoLoopSource

        if self.seed is None and request.size in (None, DEMO_SIZE):
            return DemoLoopSource(request.with_flow)
        from app.sources.synthetic import SyntheticSource

        return SyntheticSource(self.seed, request.size, request.with_flow)
