"""Models by name: variants, families, and what happens to names that nobody registered."""

from collections.abc import Iterator
from typing import NoReturn

import pytest

from models import names, registry
from models.errors import UsageError
from models.estimator import EstimatorOptions
from models.registry import ModelEntry


@pytest.fixture
def mine() -> Iterator[ModelEntry]:
    """A model that somebody registered, for the time of a test."""
    entry = ModelEntry("mine", "Mine", "A test's own.", _refuse, lambda: None, network="ours")
    registry.register(entry)
    yield entry
    del registry._ENTRIES["mine"]


def _refuse(_options: EstimatorOptions) -> NoReturn:
    raise AssertionError("nobody opens it")


def test_a_registered_model_is_found_and_stands_behind_those_of_the_catalogue(
    mine: ModelEntry,
) -> None:
    assert registry.find("mine") is mine
    assert registry.entries()[-1] is mine
    assert registry.title("mine+ema") == "Mine + EMA"
    assert registry.family("mine") == registry.family("mine+ema") == "ours"


def test_a_name_that_is_taken_cannot_be_registered_again(mine: ModelEntry) -> None:
    with pytest.raises(ValueError, match="'mine' is registered already"):
        registry.register(mine)


def test_what_estimates_nothing_cannot_be_smoothed() -> None:
    for name in (registry.OFF, registry.GROUND_TRUTH):
        assert not registry.can_smooth(name)
        with pytest.raises(UsageError, match="There is no model"):
            registry.find(names.smoothed(name))
    assert registry.can_smooth("flashdepth-lite")


def test_every_network_with_memory_has_a_twin_without() -> None:
    for entry in registry.entries():
        twin = registry.find(registry.without_memory(entry.name))
        assert not twin.temporal
        assert registry.family(twin.name) == registry.family(entry.name)
        assert (twin is entry) != entry.temporal


def test_names_of_another_version_keep_their_family_and_are_their_own_title() -> None:
    assert registry.title("gone-per-frame+ema") == "gone-per-frame+ema"
    assert registry.family("gone-per-frame+ema") == registry.family("gone") == "gone"
    assert registry.without_memory("gone") == "gone"
