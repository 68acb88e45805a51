"""PyTorch's own ways to launch a network with one call instead of hundreds. Off by default.

Never run on a GPU yet; `make gpu-check` compares them there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from models.devices.device import is_out_of_memory

log = logging.getLogger(__name__)

EAGER = "eager"
_COMPILE: dict[str, dict[str, Any]] = {
    "graphs": {"backend": "cudagraphs"},
    "compiled": {"mode": "reduce-overhead"},
}
ACCELERATIONS = (EAGER, *_COMPILE)
"""Eager; the same kernels in a CUDA graph; kernels fused by Inductor, in a CUDA graph."""


def accelerated(work: Callable[..., Any], how: str) -> Callable[..., Any]:
    """`work` on tensors, run in one of `ACCELERATIONS`.

    If PyTorch cannot record or compile it, it runs eagerly from then on, and the log says why.
    Results are copies: a graph writes into the same memory at every replay.
    """
    if how == EAGER:
        return work
    compiled = torch.compile(work, dynamic=False, **_COMPILE[how])
    failed = False

    def run(*arguments: Any, **keywords: Any) -> Any:
        nonlocal failed
        if failed:
            return work(*arguments, **keywords)
        try:
            answer = compiled(*arguments, **keywords)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            log.warning("running without %s: %s", how, error)
            failed = True
            return work(*arguments, **keywords)
        return pytree.tree_map_only(Tensor, torch.clone, answer)

    return run
