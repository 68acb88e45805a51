"""Menu entries of a network: with its memory, and with it off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from models import names
from models.estimator import EstimatorOptions, Session
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.registry import ModelEntry, Weights


@dataclass(frozen=True, slots=True)
class NeuralFactory:
    """Opens sessions of one recipe, for a model's entry."""

    recipe: NetworkRecipe
    pool: NetworkPool = field(repr=False)
    temporal: bool = True

    def __call__(self, options: EstimatorOptions) -> Session:
        """Open a new session; loads torch. See `neural.open_session`."""
        from models.estimators.neural import open_session

        return open_session(self.recipe, options, self.pool, temporal=self.temporal)


def network_entries(
    recipe: NetworkRecipe,
    pool: NetworkPool,
    *,
    summary: str,
    missing: Callable[[], str | None],
    weights_sha256: Callable[[], str],
    weights: Callable[[], Weights] | None = None,
    has_memory: bool,
    note: str = "",
) -> tuple[ModelEntry, ...]:
    """The entry of a network; for one with memory also its counterpart without.

    Parameters
    ----------
    recipe
        How it is loaded and what it takes; gives the entry its name, title and input size.
    pool
        Through which lanes of both entries share the network.
    summary, note, missing, weights_sha256, weights
        As the fields of ModelEntry.
    has_memory
        The network carries state from frame to frame.
    """
    entry = ModelEntry(
        name=recipe.name,
        title=recipe.title,
        summary=summary,
        open=NeuralFactory(recipe, pool, temporal=has_memory),
        missing=missing,
        temporal=has_memory,
        input_size=recipe.input_size,
        note=note,
        weights_sha256=weights_sha256,
        weights=weights,
    )
    if not has_memory:
        return (entry,)
    twin = replace(
        entry,
        name=names.per_frame(entry.name),
        title=f"{entry.title}, per frame",
        summary=f"{entry.title} with its memory off: every frame is treated as the first.",
        open=NeuralFactory(recipe, pool, temporal=False),
        temporal=False,
        network=entry.name,
    )
    return replace(entry, without_memory=twin.name), twin
