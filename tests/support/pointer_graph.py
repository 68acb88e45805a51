"""A graph as CUDA's, on the CPU: operations on addresses, whatever became of the memory there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode


class FreedMemoryError(AssertionError):
    """A graph read memory that nobody holds any more."""


class PointerGraph:
    """Keeps what it makes, as a graph keeps its pool; of all else it knows the address.

    Recording computes nothing: what was made meanwhile holds NaN until the first replay.
    """

    def __init__(self) -> None:
        self.replays = 0
        self._operations: list[_Operation] = []

    def capture(self, work: Callable[[], Any]) -> Any:
        recorder = _Recorder(self._operations)
        with recorder:
            answer = work()
        with torch.inference_mode():
            for operation in self._operations:
                for tensor in operation.made:
                    if tensor.is_floating_point():
                        tensor.fill_(float("nan"))
        return answer

    def replay(self) -> None:
        self.replays += 1
        with torch.inference_mode():
            for operation in self._operations:
                operation.run()


class NoGraph:
    """What a device without graphs makes of the command for one."""

    def capture(self, work: Callable[[], Any]) -> Any:
        raise RuntimeError("there are no graphs here")

    def replay(self) -> None:
        raise AssertionError("what was never recorded is replayed")


@dataclass(frozen=True)
class _Pointer:
    memory: StorageWeakRef
    like: tuple[torch.dtype, int, tuple[int, ...], tuple[int, ...]]

    @staticmethod
    def to(tensor: Tensor) -> _Pointer:
        layout = tensor.dtype, tensor.storage_offset(), tuple(tensor.shape), tensor.stride()
        return _Pointer(StorageWeakRef(tensor.untyped_storage()), layout)

    def follow(self) -> Tensor:
        if self.memory.expired():
            raise FreedMemoryError("a graph read memory that was freed")
        storage = torch.UntypedStorage._new_with_weak_ptr(self.memory.cdata)
        dtype, offset, shape, stride = self.like
        return torch.empty(0, dtype=dtype).set_(storage, offset, shape, stride)


@dataclass(frozen=True)
class _Operation:
    function: Callable[..., Any]
    arguments: Any
    answer: Any
    made: list[Tensor]

    def run(self) -> None:
        args, kwargs = pytree.tree_map(
            lambda x: x.follow() if isinstance(x, _Pointer) else x, self.arguments
        )
        again = self.function(*args, **kwargs)
        for kept, new in zip(_tensors(self.answer), _tensors(again), strict=True):
            if kept.data_ptr() != new.data_ptr():
                kept.copy_(new)


class _Recorder(TorchDispatchMode):
    def __init__(self, operations: list[_Operation]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._operations = operations
        self._made: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        arguments = pytree.tree_map(self._addressed, (args, kwargs or {}))
        answer = func(*args, **(kwargs or {}))
        given = {_memory(x) for x in _tensors((args, kwargs))}
        made = [x for x in _tensors(answer) if _memory(x) not in given]
        self._made.update(map(_memory, made))
        if made or func._schema.is_mutable:
            self._operations.append(_Operation(func, arguments, answer, made))
        return answer

    def _addressed(self, value: Any) -> Any:
        if not isinstance(value, Tensor) or _memory(value) in self._made:
            return value
        return _Pointer.to(value)


def _tensors(values: Any) -> list[Tensor]:
    return [value for value in pytree.tree_leaves(values) if isinstance(value, Tensor)]


def _memory(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)
