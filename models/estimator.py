"""What the pipeline asks of an estimator, whatever network stands behind it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast, runtime_checkable

from models.frames import DepthMap, Frame
from models.upsample import NetworkDepth

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EstimatorOptions:
    """How the user wants a model to run.

    device : "auto", "cpu", "cuda", "cuda:N" or "mps".
    input_size : short side in pixels of the picture the network gets; None takes the model's own.
    precision : "auto" (bfloat16 where it pays), "float32" or "bfloat16".
    ema_factor : weight of the past in a `+ema` lane, 0 (no smoothing) to below 1.
    """

    device: str = "auto"
    input_size: int | None = None
    precision: str = "auto"
    ema_factor: float = 0.8


class FrameMemo:
    """Work that several lanes need for the same frame, done once.

    Lanes that share an encoder ask for its features under the same key; the first one pays.
    """

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Hashable, object] = {}

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value under `key`, computed on the first call."""
        if key not in self._known:
            self._known[key] = compute()
        return cast(T, self._known[key])


@runtime_checkable
class Session(Protocol):
    """One lane's memory over one video. Used from one thread only."""

    def step(self, frame: Frame, memo: FrameMemo) -> DepthMap:
        """Estimate `frame`, the successor of the last one. Raises UserError if it cannot."""
        ...

    def reset(self) -> None:
        """Forget the past: the next frame is the first of a video."""
        ...

    def close(self) -> None:
        """Give back what the session holds; it is not used afterwards."""
        ...


@runtime_checkable
class SeeingSession(Session, Protocol):
    """A session whose answer somebody else may bring to the frame's size, later.

    `step(frame, memo)` is `see(frame, memo).upsampled()`.
    """

    def see(self, frame: Frame, memo: FrameMemo) -> NetworkDepth:
        """As step() does, at the network's size."""
        ...


class Pending(Protocol):
    """A frame that a device is working on."""

    def result(self) -> DepthMap:
        """Wait for it; called once, and oldest first. Raises as Session.step does."""
        ...

    def is_ready(self) -> bool:
        """Whether result() would return, or raise, without waiting."""
        ...


@runtime_checkable
class DeferringSession(Session, Protocol):
    """A session whose device works while the caller does something else.

    `step(frame, memo)` is `submit(frame, memo).result()`. Two frames may be on their way.
    """

    @property
    def note(self) -> str:
        """One sentence if it does not run as it was asked to, else empty."""
        ...

    def is_cold(self, frame: Frame) -> bool:
        """Whether a frame of this size is one of the first, which take longer than those after."""
        ...

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        """Hand over `frame`, the successor of the last one. Raises UserError if it cannot."""
        ...
