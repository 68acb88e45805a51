"""`synthetic[:SEED | :NAME=VALUE,…]`: the built-in scenes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.sources.spec import MenuChoice, OpenRequest, SourceSpec
from models.errors import UsageError
from models.scene_options import SceneOptions

if TYPE_CHECKING:
    from app.core.source import Source


@dataclass(frozen=True, slots=True)
class SyntheticSpec(SourceSpec):
    """The built-in scene; without a seed, the one made by hand.

    Attributes
    ----------
    options
        What that one shows; None if the window may change it.
    """

    seed: int | None
    options: SceneOptions | None = None

    prefix = "synthetic"
    usages = ("synthetic[:SEED | :NAME=VALUE,…]",)
    suggestions: ClassVar = {"synth": "synthetic"}
    menu = (MenuChoice("Built-in scene", "synthetic", "Rendered, with ground truth", "scene"),)
    may_open_at_start = True
    is_built_in = True

    @classmethod
    def of(cls, rest: str | None) -> SyntheticSpec:
        """See SourceSpec."""
        if rest is None:
            return cls(None)
        if "=" in rest:
            try:
                return cls(None, SceneOptions.parse(rest))
            except ValueError as error:
                raise UsageError(f"The built-in scene cannot be shown so: {error}.") from error
        if not re.fullmatch(r"\d{1,18}", rest):
            raise UsageError(
                f"The seed of a scene must be a whole number, as in synthetic:7, not {rest[:80]!r}."
            )
        return cls(int(rest))

    @property
    def is_adjustable(self) -> bool:
        """See SourceSpec."""
        return self.seed is None and self.options is None

    def open(self, request: OpenRequest) -> Source:
        """See SourceSpec."""
        from app.sources.demo_loop import DEMO_SIZE
        from app.sources.demo_scene import DemoSceneSource

        if self.is_adjustable and request.size in (None, DEMO_SIZE):
            return DemoSceneSource(request.with_flow)
        from app.sources.synthetic import SyntheticSource

        return SyntheticSource(self.seed, request.size, request.with_flow, options=self.options)
