"""Runs the halves of a network for a probe, and makes the result of what they gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.frames import Float32
from models.inside.probe import (
    NO_MEMORY,
    REMEMBERED,
    Inside,
    Inspectable,
    Intermediates,
    Part,
    Probe,
    unknown,
)

if TYPE_CHECKING:
    from torch import Tensor

    from models.estimators.recipe import StreamNetwork


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Features of a frame, and the encoder's intermediate results; None without a probe."""

    features: Any
    into: Intermediates | None


def encode(network: StreamNetwork, picture: Tensor, probe: Probe) -> Encoded:
    """Features of a (1, 3, h, w) picture and what `probe` asks of the encoder."""
    if not probe or not isinstance(network, Inspectable):
        return Encoded(network.encode(picture), None)
    into = Intermediates(probe)
    return Encoded(network.encode(picture, into), into)


def decode(
    network: StreamNetwork, encoded: Encoded, state: Any, *, temporal: bool, probe: Probe
) -> tuple[Tensor, Any, Intermediates | None]:
    """Output, state, and what `probe` asks of both halves; lanes may share what is encoded."""
    if not probe or not isinstance(network, Inspectable):
        return (*network.decode(encoded.features, state, temporal=temporal), None)
    into = Intermediates(probe)
    if encoded.into is not None:
        into.update({p: found for p, found in encoded.into.found.items() if p in probe.parts})
    output, state = network.decode(encoded.features, state, temporal=temporal, into=into)
    return output, state, into


def arrays_of(into: Intermediates | None) -> dict[Part, list[Float32]]:
    """What was found, as arrays of one frame on the host; they share memory where they can."""
    arrays: dict[Part, list[Float32]] = {}
    for part, tensor in into.tensors() if into is not None else ():
        arrays.setdefault(part, []).append(tensor.cpu().numpy())
    return arrays


def as_inside(
    network: StreamNetwork | None,
    found: Mapping[Part, list[Float32]],
    probe: Probe,
    *,
    temporal: bool,
) -> Inside:
    """What was found, with the reasons for what cannot be there.

    Parameters
    ----------
    temporal
        The lane has its memory on.
    """
    if not isinstance(network, Inspectable):
        return unknown()
    missing: dict[Part, str] = {} if temporal else dict.fromkeys(REMEMBERED, NO_MEMORY)
    missing |= network.lacks
    arrays = {part: tuple(a) for part, a in found.items() if part not in missing}
    return Inside(arrays, missing, probe)
