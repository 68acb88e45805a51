"""A device that works late, in any order that its streams and events allow."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

HOST = "host"


class LateDevice:
    """Tensors on the CPU, work as on a device with streams: it is done when somebody waits.

    Parameters
    ----------
    seed : draws which of the tasks that may run does so.
    deaf : pairs (from stream, to stream) between which events are ignored; "host" is the caller.
    """

    place = torch.device("cpu")

    def __init__(self, seed: int = 0, deaf: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.trims = 0
        self.most_waiting = 0
        self._dice = random.Random(seed)
        self._deaf = deaf
        self._queues: dict[str, list[tuple[int, Callable[[], None], tuple[int, ...]]]] = {}
        self._streams: dict[int, str] = {}
        self._done: set[int] = set()

    def run(self, stream: str, work: Callable[[], None], after: Sequence[int] = ()) -> int:
        number = len(self._streams) + 1
        self._streams[number] = stream
        heard = tuple(event for event in after if self._hears(event, stream))
        self._queues.setdefault(stream, []).append((number, work, heard))
        self.most_waiting = max(self.most_waiting, sum(map(len, self._queues.values())))
        return number

    def wait(self, event: int) -> None:
        while self._hears(event, HOST) and event not in self._done:
            self._run_one()

    def is_done(self, event: int) -> bool:
        self._run_one()  # time passes while somebody asks
        return event in self._done

    def pinned(self, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        return torch.zeros(shape, dtype=dtype)

    def is_out_of_memory(self, error: Exception) -> bool:
        return isinstance(error, MemoryError)

    def trim(self) -> None:
        self.trims += 1

    def _hears(self, event: int, listener: str) -> bool:
        return (self._streams[event], listener) not in self._deaf

    def _run_one(self) -> None:
        heads = [q for q in self._queues.values() if q and self._done.issuperset(q[0][2])]
        if heads:
            number, work, _ = self._dice.choice(heads).pop(0)
            work()
            self._done.add(number)


class PromptDevice(LateDevice):
    """Does everything when it is asked to, as CUDA enqueues it: errors come from `run`."""

    def run(self, stream: str, work: Callable[[], None], after: Sequence[int] = ()) -> int:
        work()
        number = len(self._streams) + 1
        self._streams[number] = stream
        self._done.add(number)
        return number
