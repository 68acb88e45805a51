"""A request for intermediate results of a network, and what comes back.

A `Probe` travels with a frame. The network puts what it asks for into an `Intermediates`, which
lives as long as the call; modules keep nothing. Most parts are tensors that the network computes
anyway. Does not import torch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from models.frames import Float32

if TYPE_CHECKING:
    from torch import Tensor


class Part(StrEnum):
    """What a network can give beside its output; shapes are those of `Inside.arrays`."""

    TOKENS = "tokens"
    """(ph, pw, c): the encoder's last features, one token per patch."""
    ATTENTION = "attention"
    """Queries and keys, (heads, 1 + ph pw, d) each, of one block; the class token comes first."""
    PYRAMID = "pyramid"
    """Norms over the channels of the decoder's paths 4 to 1, (h, w) each."""
    HALF_LIFE = "half_life"
    """Frames until half of the memory is gone at this frame's decay, (heads,) per Mamba layer."""
    SHARE = "share"
    """Norms of the parts of a Mamba layer's output that come from the past and from this frame,
    (2, h, w) per layer."""
    CORRECTION = "correction"
    """Norms over the channels of what each temporal module added, (h, w) each."""
    GATE = "gate"
    """(h, w): how much the short memory lets through of the frame before, 0 to 1."""
    ALONE = "alone"
    """(h, w): what the network gives for this frame without its past."""


ENCODED = frozenset({Part.TOKENS, Part.ATTENTION, Part.PYRAMID})
"""Parts that the encoder has a share in, which lanes of one network have in common."""
DECODED = frozenset(set(Part) - {Part.TOKENS, Part.ATTENTION, Part.ALONE})
"""Parts that the decoder has a share in."""
REMEMBERED = frozenset({Part.HALF_LIFE, Part.SHARE, Part.CORRECTION, Part.GATE, Part.ALONE})
"""Parts that only a network with its memory on has."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Which intermediate results of a frame are requested; none by default.

    Attributes
    ----------
    parts
        What to give.
    block
        Number of the encoder's block whose attention is given; one beyond the last means the last.
    """

    parts: frozenset[Part] = frozenset()
    block: int = 99

    def __bool__(self) -> bool:
        return bool(self.parts)

    def only(self, parts: frozenset[Part]) -> Probe:
        """What this asks for among `parts`; equal requests are equal values."""
        kept = self.parts & parts
        return Probe(kept, self.block) if Part.ATTENTION in kept else Probe(kept)

    def joined(self, other: Probe) -> Probe:
        """Both requests; of two blocks, the lower one."""
        return Probe(self.parts | other.parts, min(self.block, other.block))


NOTHING = Probe()
EVERYTHING = Probe(frozenset(Part))


@dataclass(slots=True)
class Intermediates:
    """Collects what one run of a network gives beside its output.

    Attributes
    ----------
    found
        Tensors by part, with their batch dimension, in the order in which they were computed.
    """

    probe: Probe
    found: dict[Part, list[Tensor]] = field(default_factory=dict)

    def add(self, part: Part, *tensors: Tensor) -> None:
        """Append to what is found of a part."""
        self.found.setdefault(part, []).extend(tensors)

    def tensors(self) -> Iterator[tuple[Part, Tensor]]:
        """What is found, one frame of it, float32, in order."""
        for part, tensors in self.found.items():
            for tensor in tensors:
                yield part, tensor[0].float()

    def update(self, found: Mapping[Part, list[Tensor]]) -> None:
        """Append everything that another run found."""
        for part, tensors in found.items():
            self.add(part, *tensors)


def wants(into: Intermediates | None, part: Part) -> bool:
    """Whether anybody asks for `part`."""
    return into is not None and part in into.probe.parts


@runtime_checkable
class Inspectable(Protocol):
    """A network, as in models.estimators.recipe, that gives intermediate results."""

    @property
    def lacks(self) -> Mapping[Part, str]:
        """The parts that this network does not have, each with the reason in one sentence."""
        ...

    def encode(self, frames: Tensor, into: Intermediates | None = None) -> Any:
        """Features; the encoder's parts go into `into`."""
        ...

    def decode(
        self,
        features: Any,
        state: Any,
        *,
        temporal: bool,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, Any]:
        """Output and the next state; the decoder's parts go into `into`."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Inside:
    """Intermediate results of one frame.

    Attributes
    ----------
    arrays
        float32 arrays by part, of the shapes in `Part`. What was requested and is neither here nor
        in `missing` does not exist for the first frame of a video.
    missing
        Parts that the model does not have, requested or not, each with the reason in one sentence.
    answers
        What was requested.
    """

    arrays: Mapping[Part, tuple[Float32, ...]]
    missing: Mapping[Part, str] = field(default_factory=dict)
    answers: Probe = NOTHING

    def named(self) -> dict[str, Float32]:
        """All arrays under names such as "pyramid_0", as they are saved."""
        return {
            f"{part}_{number}": array
            for part, arrays in self.arrays.items()
            for number, array in enumerate(arrays)
        }


NO_MEMORY = "This lane runs without memory; choose the model that has one, or turn it on."
NO_ENCODER = "This model is not a network of the app's, so its inside is not known."


def unknown(reason: str = NO_ENCODER) -> Inside:
    """The answer of a model that gives no part at all."""
    return Inside({}, dict.fromkeys(Part, reason))
