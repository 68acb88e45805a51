"""One training process or several, one for each GPU, as `torchrun` starts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed

from models.devices.device import training_device

VALIDATION_TIME = timedelta(hours=2)
"""How long the others wait while the first process validates."""


@dataclass(frozen=True, slots=True)
class Processes:
    """This process among those that train together.

    Attributes
    ----------
    rank
        Its number; the first, 0, writes files.
    count
        Of all of them.
    device
        That it computes on.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def is_leader(self) -> bool:
        return self.rank == 0

    def total(self, value: Tensor) -> Tensor:
        """The sum of `value` over all processes."""
        if self.count == 1:
            return value
        summed = value.detach().clone()
        distributed.all_reduce(summed)
        return summed


ALONE = Processes(0, 1, torch.device("cpu"))


@contextmanager
def joined() -> Iterator[Processes]:
    """This process and, if `torchrun` started it, those beside it."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    device = training_device(int(os.environ.get("LOCAL_RANK", "0")))
    if count == 1:
        yield Processes(0, 1, device)
        return
    backend = "nccl" if device.type == "cuda" else "gloo"
    distributed.init_process_group(backend, timeout=VALIDATION_TIME)
    try:
        yield Processes(distributed.get_rank(), count, device)
    finally:
        distributed.destroy_process_group()
