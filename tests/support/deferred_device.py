"""A device that does its work late and in any order that streams and events allow."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
from torch import Tensor

from models.devices.graphs import Graph
from models.devices.scheduled_device import After, Task, Wait
from tests.support.pointer_graph import NoGraph, PointerGraph


class DeferredDevice:
    """Tensors on the CPU, tasks as on a device with streams: they run when somebody waits.

    Which of the tasks that may run does so is drawn by `seed`. `deaf` waits are ignored; more than
    `memory` pixels in a picture are out of memory. Graphs, if it has any, read what they recorded.
    """

    def __init__(
        self,
        seed: int = 0,
        deaf: frozenset[Wait] = frozenset(),
        memory: int | None = None,
        has_graphs: bool = False,
    ) -> None:
        self.place = torch.device("cpu")
        self.trims = 0
        self.most_waiting = 0
        self.memory = memory
        self.has_graphs = has_graphs
        self._dice = random.Random(seed)
        self._deaf = deaf
        self._streams: dict[str, list[tuple[int, Task, tuple[int, ...]]]] = {}
        self._done: set[int] = set()
        self._count = 0

    def submit(self, task: Task, after: Sequence[After[int]]) -> int:
        self._count += 1
        heard = tuple(wait.event for wait in after if wait.reason not in self._deaf)
        self._streams.setdefault(task.stream, []).append((self._count, task, heard))
        self.most_waiting = max(self.most_waiting, sum(map(len, self._streams.values())))
        return self._count

    def wait(self, after: After[int]) -> None:
        if after.reason in self._deaf:
            return
        while after.event not in self._done:
            self._run_one()

    def is_done(self, event: int) -> bool:
        self._run_one()  # time passes while somebody asks
        return event in self._done

    def call(self, task: Task) -> None:
        for _ in range(self._dice.randint(0, 3)):
            self._run_one()
        task.run()

    def pinned(self, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return torch.empty(shape, dtype=dtype)

    def new_graph(self) -> Graph:
        return PointerGraph() if self.has_graphs else NoGraph()

    def is_out_of_memory(self, error: Exception) -> bool:
        return isinstance(error, MemoryError)

    def trim(self) -> None:
        self.trims += 1

    def _run_one(self) -> None:
        heads = [
            queue
            for queue in self._streams.values()
            if queue and self._done.issuperset(queue[0][2])
        ]
        if heads:
            number, task, _ = self._dice.choice(heads).pop(0)
            task.run()
            self._done.add(number)


class ImmediateDevice(DeferredDevice):
    """Runs every task when it is submitted, as CUDA enqueues it; errors come from `submit`."""

    def submit(self, task: Task, after: Sequence[After[int]]) -> int:
        task.run()
        number = super().submit(task, after)
        self._streams[task.stream].pop()
        self._done.add(number)
        return number
