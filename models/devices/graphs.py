"""Functions of tensors that are recorded once and replayed: one launch instead of hundreds.

What a graph is, and how a device takes one, is the device's business (`models.devices`).
Here is what holds for any: a graph remembers addresses, so whatever it reads has to stay where it
was.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode

log = logging.getLogger(__name__)

EAGER_CALLS = 2
"""Calls that run as they are, before the last is recorded: kernels are chosen, caches filled."""
MOST_SIZES = 2
"""Sets of shapes that are known per function; each graph holds the memory of a whole run."""


class Graph(Protocol):
    """A sequence of a device's operations on fixed addresses."""

    def capture(self, work: Callable[[], Any]) -> Any:
        """Record what `work` asks of the device without doing it; returns what work returns.

        Called once. Raises RuntimeError or MemoryError if that cannot be recorded.
        """
        ...

    def replay(self) -> None:
        """Do what was recorded, on the current stream."""
        ...


class Graphed:
    """A function of tensors that a graph replays for each set of shapes that comes again.

    Arguments and answers are nested tuples; whatever in them is no tensor is part of the key, with
    the tensors' shapes. Of two sets of shapes at most is anything kept; a third takes the place of
    the one not used for longest. The answers are copies, so a replay does not reach into those of
    the call before. What cannot be recorded runs as it is, for the shapes with which it could not.
    """

    def __init__(self, work: Callable[..., Any], new_graph: Callable[[], Graph]) -> None:
        self._work = work
        self._new_graph = new_graph
        self._known: OrderedDict[object, _Size] = OrderedDict()
        self._is_settled = True

    @property
    def is_settled(self) -> bool:
        """Whether a call like the last one would not be among the first, slower ones."""
        return self._is_settled

    def forget(self) -> None:
        """Let go of all graphs and of what they hold. What they do on the device is over."""
        self._known.clear()
        self._is_settled = False

    def __call__(self, *arguments: Any) -> Any:
        leaves, shape = pytree.tree_flatten(arguments)
        size = self._size((*(_signature(leaf) for leaf in leaves), str(shape)))
        if size.replay is not None:
            self._is_settled = True
            return size.replay(leaves)
        answer = self._work(*arguments)
        size.calls += 1
        if size.calls == EAGER_CALLS:
            # Straight behind a call that worked: no cache has forgotten these shapes since, so
            # nothing is computed within the graph that others would take for computed.
            try:
                size.replay = _Replay(self._work, leaves, shape, self._new_graph())
            except (RuntimeError, MemoryError) as error:
                log.warning("runs without a graph: %s", error)
        self._is_settled = size.calls >= EAGER_CALLS
        return answer

    def _size(self, key: object) -> _Size:
        known = self._known
        if key not in known:
            while len(known) >= MOST_SIZES:
                known.popitem(last=False)
            known[key] = _Size()
        known.move_to_end(key)
        return known[key]


@dataclass(slots=True)
class _Size:
    """What is known of one set of shapes."""

    calls: int = 0
    replay: _Replay | None = None


class _Replay:
    """One graph with its own inputs and outputs, and with whatever else it reads."""

    def __init__(
        self, work: Callable[..., Any], leaves: list[Any], shape: pytree.TreeSpec, graph: Graph
    ) -> None:
        self._inputs = [x.clone() if isinstance(x, Tensor) else x for x in leaves]
        self._graph = graph
        reads = Reads()

        def run() -> Any:
            with reads:
                return work(*pytree.tree_unflatten(self._inputs, shape))

        self._outputs, self._shape = pytree.tree_flatten(graph.capture(run))
        self._read = reads.tensors()

    def __call__(self, leaves: list[Any]) -> Any:
        for kept, given in zip(self._inputs, leaves, strict=True):
            if isinstance(kept, Tensor):
                kept.copy_(given)
        self._graph.replay()
        copies = [x.clone() if isinstance(x, Tensor) else x for x in self._outputs]
        return pytree.tree_unflatten(copies, self._shape)


class Reads(TorchDispatchMode):
    """Notes the tensors that operations read without having made them: weights, caches, inputs."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._found: dict[int, Tensor] = {}
        self._made: set[int] = set()

    def tensors(self) -> tuple[Tensor, ...]:
        """One tensor per memory that was read and is not from within."""
        return tuple(self._found.values())

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        for tensor in _tensors((args, kwargs)):
            memory = _memory(tensor)
            if memory not in self._made:
                self._found.setdefault(memory, tensor)
        answer = func(*args, **(kwargs or {}))
        self._made.update({_memory(x) for x in _tensors(answer)} - self._found.keys())
        return answer


def _tensors(values: Any) -> list[Tensor]:
    return [value for value in pytree.tree_leaves(values) if isinstance(value, Tensor)]


def _memory(tensor: Tensor) -> int:
    """The same number for all views of one memory, as long as it lives."""
    return int(tensor.untyped_storage()._cdata)


def _signature(leaf: Any) -> object:
    if isinstance(leaf, Tensor):
        return tuple(leaf.shape), leaf.dtype, leaf.stride()
    return leaf
