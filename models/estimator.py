"""The protocol between the pipeline and an estimator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol, TypeVar, cast, runtime_checkable

from models.frames import DepthMap, Float32, Frame, Unit
from models.inside.probe import NOTHING, Inside, Probe, unknown
from models.upsample import upsample

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class EstimatorOptions:
    """How the user wants a model to run.

    Attributes
    ----------
    device
        "auto", "cpu", "cuda", "cuda:N", "mps" or "openvino[:CPU|GPU|NPU]".
    input_size
        Short side in pixels of the picture the network gets; None takes the model's own.
    input_scale
        Fraction of that size, above 0 and at most 1, at which it runs for the time being.
    precision
        "auto" (what is fastest and accurate enough), "float32", "bfloat16" or "int8".
    ema_factor
        Weight of the past in a `+ema` lane, 0 (no smoothing) to below 1.
    acceleration
        On a GPU, "eager", "graphs" or "compiled"; see models.devices.acceleration.
    compiles_beside
        Where a network is compiled for a size, which may take seconds, another way to run it serves
        meanwhile: for live pictures. Otherwise that is waited for, and results repeat exactly.
    """

    device: str = "auto"
    input_size: int | None = None
    input_scale: float = 1.0
    precision: str = "auto"
    ema_factor: float = 0.8
    acceleration: str = "eager"
    compiles_beside: bool = False


class FrameMemo:
    """Results that several lanes need for the same frame, computed once.

    Lanes that share an encoder request its features under the same key; the first one computes
    them.

    Attributes
    ----------
    probe
        Intermediate results that the session shall give with its prediction.
    shared_probe
        What all lanes request together; the encoder that they share gives that.
    """

    __slots__ = ("_known", "probe", "shared_probe")

    def __init__(self, probe: Probe = NOTHING) -> None:
        self._known: dict[Hashable, object] = {}
        self.probe = self.shared_probe = probe

    def asking(self, probe: Probe) -> FrameMemo:
        """The same memo for one lane, which requests `probe` of what is requested together."""
        mine = FrameMemo(self.shared_probe)
        mine._known, mine.probe = self._known, probe
        return mine

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The value under `key`, computed on the first call."""
        if key not in self._known:
            self._known[key] = compute()
        return cast(T, self._known[key])


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """An estimator's output for one frame, at the size at which it was computed.

    Attributes
    ----------
    disparity
        (h, w) float32, larger is nearer, in `unit`. Of any size if all of it is finite and >= 0; at
        the frame's size NaN means unknown.
    unit
        Meaning of one unit of disparity.
    frame_index
        Index of the Frame it was computed from.
    frame_size
        (width, height) of that frame.
    network_size
        (width, height) of the network's input; None if there was none.
    note
        One sentence if the model does not run as requested, else empty.
    inside
        Intermediate results; None if none were requested, or the model knows nothing of them.
    """

    disparity: Float32
    unit: Unit
    frame_index: int
    frame_size: tuple[int, int]
    network_size: tuple[int, int] | None = None
    note: str = ""
    inside: Inside | None = None

    def upsampled(self) -> DepthMap:
        """The same at the frame's size; shares the disparity if it has that size already."""
        disparity = upsample(self.disparity, *self.frame_size)
        return DepthMap(disparity, self.unit, self.frame_index, self.network_size)


class Pending(Protocol):
    """A frame that was submitted."""

    def result(self) -> Prediction:
        """Wait for the prediction.

        Called once per frame, for the oldest first.

        Raises
        ------
        UserError
            If the result is unusable. The session's memory is then reset.
        """
        ...

    def is_ready(self) -> bool:
        """Whether result() would return, or raise, without waiting."""
        ...


@runtime_checkable
class Session(Protocol):
    """One lane's memory over one video. Used from one thread only."""

    @property
    def frames_in_flight(self) -> int:
        """Number of frames that may be submitted before the oldest is collected.

        1 if `submit` computes, so that its result is ready when it returns; 2 on a device that
        computes asynchronously.
        """
        ...

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        """Submit the next frame.

        Raises
        ------
        UserError
            If the frame cannot be estimated.
        """
        ...

    def reset(self) -> None:
        """Forget the past: the next frame is the first of a video."""
        ...

    def close(self) -> None:
        """Release what the session holds; it is not used afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Running:
    """On what a session runs.

    Attributes
    ----------
    device
        Such as "cpu", "cuda:0" or "openvino:CPU".
    precision
        Of most of its arithmetic: "float32", "bfloat16" or "int8".
    """

    device: str
    precision: str


@runtime_checkable
class TellsRunning(Protocol):
    """A session that can tell on what it runs; not all can."""

    def running(self) -> Running | None:
        """On what it runs; None if it computes nothing or does not know."""
        ...


def running_of(session: Session) -> Running | None:
    """On what a session runs; None if it does not tell."""
    return session.running() if isinstance(session, TellsRunning) else None


@runtime_checkable
class Inspects(Protocol):
    """A session that can look once more at the frame that it was given last; not all can."""

    def inspect(self, frame: Frame, probe: Probe) -> Inside:
        """Compute the frame submitted last again, for its intermediate results.

        The memory stays as it is.
        """
        ...


def inspect(session: Session, frame: Frame, probe: Probe) -> Inside:
    """See Inspects; a session that cannot answers that it knows nothing."""
    return session.inspect(frame, probe) if isinstance(session, Inspects) else unknown()


@dataclass(frozen=True, slots=True)
class Done:
    """A Pending whose prediction is ready."""

    prediction: Prediction

    def result(self) -> Prediction:
        """See Pending."""
        return self.prediction

    def is_ready(self) -> bool:
        """See Pending."""
        return True


class BlockingSession(ABC):
    """A Session that computes inside `submit`; subclasses define how."""

    frames_in_flight = 1

    @abstractmethod
    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """Estimate the next frame.

        Raises
        ------
        UserError
            If it cannot be estimated.
        """

    def submit(self, frame: Frame, memo: FrameMemo) -> Pending:
        """See Session."""
        return Done(self.predict(frame, memo))

    @abstractmethod
    def reset(self) -> None:
        """See Session."""

    @abstractmethod
    def close(self) -> None:
        """See Session."""


def estimate(session: Session, frame: Frame, memo: FrameMemo) -> DepthMap:
    """Submit one frame, wait, and upsample the disparity to the frame's size, (H, W)."""
    return session.submit(frame, memo).result().upsampled()
