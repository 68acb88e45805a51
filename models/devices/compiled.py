"""A network whose two halves run compiled by OpenVINO, and in PyTorch until then.

PyTorch computes the first call for a size of picture, so nobody need wait for a compiler that takes
seconds; what it returned is then what the compiled half is checked against. The first frame of a
video, which has no memory, stays with PyTorch: it needs no model of its own.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from models.devices.openvino_compiler import (
    CompiledWork,
    Runtime,
    source_identity,
    weights_identity,
)
from models.inside.probe import (
    DECODED,
    ENCODED,
    NO_ENCODER,
    NOTHING,
    REMEMBERED,
    Inspectable,
    Intermediates,
    Part,
    Probe,
)

log = logging.getLogger(__name__)

CLOSE_S = 10.0
"""Longest wait for a compiler that is running."""
ALONE = "alone"
"""The decoder without memory."""
MOST_HALVES = 24
"""Compiled at the same time; the oldest gives way, and is read from disk when it is needed again.
"""
_FAR_OFF = 0.1
"""A compiled half whose mean difference is this share of the spread is not used."""


class Network(Protocol):
    """A network in two halves; `models.estimators.recipe.StreamNetwork`."""

    def encode(self, frames: Tensor) -> Any:
        """Picture to features."""
        ...

    def decode(self, features: Any, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        """Features and state to disparity and the next state."""
        ...


@dataclass(frozen=True, slots=True)
class _Half:
    """A compiled function, and how the structure that it stands for is put together again.

    Attributes
    ----------
    spec, leaves
        Structure of the result, and its leaves with None where a tensor goes.
    """

    work: CompiledWork
    spec: pytree.TreeSpec
    leaves: tuple[Any, ...]

    def __call__(self, tensors: Sequence[Tensor]) -> Any:
        outputs = iter(self.work(tensors))
        return pytree.tree_unflatten(
            [next(outputs) if leaf is None else leaf for leaf in self.leaves], self.spec
        )


class CompiledNetwork:
    """`network`, compiled for each size of picture when the first one of it arrives.

    Parameters
    ----------
    title
        Of the network, for sentences.
    is_waited_for
        The first frame of a size waits until it is compiled, so that results do not depend on how
        long that takes; otherwise PyTorch computes meanwhile.

    Attributes
    ----------
    runtime
        How its halves are compiled.
    note
        One sentence if it runs in PyTorch because OpenVINO failed, else "".
    """

    def __init__(
        self, network: Network, runtime: Runtime, title: str, *, is_waited_for: bool = True
    ) -> None:
        self.network = network
        self.note = ""
        self.runtime = runtime
        self._title = title
        self._is_waited_for = is_waited_for
        self._lock = threading.Lock()
        self._halves: dict[Hashable, _Half | None] = {}
        self._compiling: threading.Thread | None = None
        self._queue: list[Callable[[], None]] = []
        self._identity = ""

    @property
    def lacks(self) -> Mapping[Part, str]:
        """See Inspectable."""
        if isinstance(self.network, Inspectable):
            return self.network.lacks
        return dict.fromkeys(Part, NO_ENCODER)

    def encode(self, frames: Tensor, into: Intermediates | None = None) -> Any:
        """See Network and Inspectable."""
        network = self.network
        probe = NOTHING if into is None else into.probe.only(ENCODED)
        if into is None or not probe or not isinstance(network, Inspectable):
            return self._run("encode", network.encode, frames)

        def encode(frames: Tensor) -> tuple[Any, dict[Part, list[Tensor]]]:
            found = Intermediates(probe)
            return network.encode(frames, found), found.found

        features, found = self._run("encode", encode, frames, probe=probe)
        into.update(found)
        return features

    def decode(
        self,
        features: Any,
        state: Any,
        *,
        temporal: bool = True,
        into: Intermediates | None = None,
    ) -> tuple[Tensor, Any]:
        """See Network and Inspectable."""
        network = self.network
        parts = DECODED if temporal else DECODED - REMEMBERED
        probe = NOTHING if into is None else into.probe.only(parts)
        if into is not None and probe and isinstance(network, Inspectable):
            parts_found, output, after = self._inside(network, features, state, temporal, probe)
            into.update(parts_found)
            return output, after
        if not temporal:
            disparity: Tensor = self._run(ALONE, self._alone, features)
            return disparity, state
        if not _is_complete(state):
            return network.decode(features, state, temporal=True)
        found: tuple[Tensor, Any] = self._run("decode", self._remembering, features, state)
        return found

    def _inside(
        self, network: Inspectable, features: Any, state: Any, temporal: bool, probe: Probe
    ) -> tuple[dict[Part, list[Tensor]], Tensor, Any]:
        """What the decoder gives for a probe, its output, and the next state."""

        def decode(features: Any, *past: Any) -> tuple[dict[Part, list[Tensor]], Tensor, Any]:
            into = Intermediates(probe)
            before = past[0] if past else None
            output, after = network.decode(features, before, temporal=temporal, into=into)
            return into.found, output, after if temporal else ()

        if temporal and not _is_complete(state):
            return decode(features, state)
        arguments = (features, state) if temporal else (features,)
        name = "decode" if temporal else ALONE
        found, output, after = self._run(name, decode, *arguments, probe=probe)
        return found, output, after if temporal else state

    def close(self) -> None:
        """Wait, for a bounded time, for what is being compiled; the rest is left out."""
        with self._lock:
            self._queue.clear()
            thread = self._compiling
        if thread is not None:
            thread.join(CLOSE_S)

    def _alone(self, features: Any) -> Tensor:
        return self.network.decode(features, None, temporal=False)[0]

    def _remembering(self, features: Any, state: Any) -> tuple[Tensor, Any]:
        return self.network.decode(features, state, temporal=True)

    def _run(
        self, name: str, work: Callable[..., Any], *arguments: Any, probe: Probe | None = None
    ) -> Any:
        leaves, spec = pytree.tree_flatten(arguments)
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        shapes = tuple(tuple(x.shape) if isinstance(x, Tensor) else x for x in leaves)
        key = (name, shapes, torch.get_num_threads(), probe)
        half = self._halves.get(key)
        if half is not None and not self.note:
            try:
                return half(tensors)
            except Exception as error:  # noqa: BLE001 - whatever a driver raises
                self._fail(error)
        answer = work(*arguments)
        with self._lock:
            is_new = not self.note and key not in self._halves
            if is_new:
                self._halves[key] = None
                while len(self._halves) > MOST_HALVES:
                    self._halves.pop(next(iter(self._halves)))
        if is_new:
            fixed = [None if isinstance(leaf, Tensor) else leaf for leaf in leaves]
            self._request(lambda: self._compile(key, work, tensors, fixed, spec, answer))
            if self._is_waited_for and (half := self._halves.get(key)) is not None:
                return half(tensors)
        return answer

    def _request(self, task: Callable[[], None]) -> None:
        """Run it now or, one at a time, on a thread of its own."""
        if self._is_waited_for:
            task()
            return
        with self._lock:
            self._queue.append(task)
            if self._compiling is None:
                self._compiling = threading.Thread(
                    target=self._work_off, name="openvino compiler", daemon=True
                )
                self._compiling.start()

    def _work_off(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._compiling = None
                    return
                task = self._queue.pop(0)
            task()

    def _compile(
        self,
        key: tuple[Any, ...],
        work: Callable[..., Any],
        tensors: list[Tensor],
        fixed: list[Any],
        spec: pytree.TreeSpec,
        answer: Any,
    ) -> None:
        """Compile a half for tensors like these, which gave `answer`."""
        wanted, answer_spec = pytree.tree_flatten(answer)
        places = [at for at, leaf in enumerate(wanted) if isinstance(leaf, Tensor)]

        def flat(*inputs: Tensor) -> list[Tensor]:
            given = iter(inputs)
            filled = [next(given) if leaf is None else leaf for leaf in fixed]
            found = pytree.tree_leaves(work(*pytree.tree_unflatten(filled, spec)))
            return [found[at] for at in places]

        def check(outputs: Sequence[Tensor]) -> None:
            for got, at in zip(outputs, places, strict=True):
                _check(got, wanted[at])

        try:
            assert isinstance(self.network, nn.Module)
            if not self._identity:
                self._identity = source_identity(self.network) + weights_identity(self.network)
            identity = f"{self._identity} {key[0]} {fixed}"
            if (probe := key[3]) is not None:
                identity += f" {sorted(probe.parts)} {probe.block}"
            compiled = self.runtime.compile(
                self.network, flat, tensors, key[0], identity, key[2], check
            )
        except Exception as error:  # noqa: BLE001 - whatever the compiler or a driver raises
            if key[3] is None:
                self._fail(error)
            else:  # PyTorch goes on with this half
                log.warning("OpenVINO cannot look into %s: %s", self._title, error)
            return
        leaves = tuple(None if isinstance(leaf, Tensor) else leaf for leaf in wanted)
        self._halves[key] = _Half(compiled, answer_spec, leaves)

    def _fail(self, error: Exception) -> None:
        log.warning("OpenVINO failed with %s: %s", self._title, error)
        self.note = (
            f"OpenVINO cannot run {self._title} here, so PyTorch runs it on the CPU; the log says "
            "why."
        )
        self._halves.clear()


def _is_complete(state: Any) -> bool:
    """Whether there is a state; the first frame of a video has none."""
    return all(isinstance(leaf, Tensor) for leaf in pytree.tree_leaves(state))


def _check(got: Tensor, wanted: Tensor) -> None:
    """Raise ValueError if a result has little to do with PyTorch's."""
    if got.shape != wanted.shape:
        raise ValueError(f"a result of shape {tuple(got.shape)}, not {tuple(wanted.shape)}")
    spread = float(wanted.max() - wanted.min())
    off = float((got - wanted).abs().mean())
    if not off <= _FAR_OFF * spread + 1e-6:
        raise ValueError(f"results that are off by {off:.3g} where values spread over {spread:.3g}")
