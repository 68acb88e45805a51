"""Parts of the inside that are worked out on tensors, where the network runs."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from models.inside.probe import Intermediates, Part, wants


def give_norm(part: Part, maps: Tensor, into: Intermediates | None) -> None:
    """Give the (b, h, w) norms over the channels of (b, c, h, w) maps, if asked."""
    if into is not None and wants(into, part):
        into.add(part, torch.linalg.vector_norm(maps, dim=1, dtype=torch.float32))


def half_life(log_decay: Tensor) -> Tensor:
    """Frames until half of a head's state is gone, if every frame decays like this one.

    Parameters
    ----------
    log_decay
        (b, l, h), <= 0: logarithm of the decay at each token of the frame.

    Returns
    -------
    Tensor
        (b, h) ln 1/2 / ln of the decay over the frame; infinite without any decay.
    """
    return math.log(0.5) / -log_decay.sum(1).abs()


def from_past(log_decay: Tensor, c: Tensor, state: Tensor) -> Tensor:
    """What the tokens of a frame read of the state before it, without the frame's own part.

    With a_t the running sum of the log decays, it is exp(a_t) S C_t. The rest of the recurrence's
    output comes from the frame itself.

    Parameters
    ----------
    log_decay
        (b, l, h).
    c
        (b, l, n).
    state
        (b, h, p, n), S.

    Returns
    -------
    Tensor
        (b, l, h, p).
    """
    read = torch.einsum("bln,bhpn->blhp", c, state)
    found: Tensor = read * log_decay.cumsum(1).exp().unsqueeze(-1)
    return found


def parts_norms(past: Tensor, whole: Tensor) -> Tensor:
    """Norms over d of the past's and of the present's part, (b, 2, l), of (b, l, d) outputs."""
    norms: Tensor = torch.linalg.vector_norm(torch.stack([past, whole - past], 1).float(), dim=-1)
    return norms
