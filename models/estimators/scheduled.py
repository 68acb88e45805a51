"""Image networks as lanes on a device with streams: the network works while the host shows.

Answers are those of `neural`, up to the precision in which they travel: float16 where the network
computes in bfloat16, whose own steps are eight times as coarse, and float32 where it does not.
The picture travels as bytes and is resized and normalised on the device; disparity comes back at
the network's size and is brought to the frame's on the host, while the device works on the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from models.errors import UserError
from models.estimator import FrameMemo
from models.frames import DepthMap, Float32, Frame, UInt8, Unit
from models.preprocess import Size, prepare_on_device, resize_steps
from models.restore import restore
from models.scheduling import Conveyor, Device, Encoded, Estimated, RingSizes

if TYPE_CHECKING:
    from models.estimators.neural import NetworkRecipe, StreamNetwork

log = logging.getLogger(__name__)

SMALLEST = 140
"""Short side in pixels below which no network is of use."""
STEP_DOWN = 0.75
LARGEST_HALF = 65504.0

Answer = tuple[Tensor, Tensor]
"""Disparity (h, w) and whether all of it is finite, () bool."""

E = TypeVar("E")


class TensorDevice(Device[E], Protocol[E]):
    """A scheduled device that holds tensors."""

    @property
    def place(self) -> torch.device:
        """Where its tensors live."""
        ...

    def pinned(self, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Memory of the host that the device copies from and to without the host's help."""
        ...

    def recorded(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """`work` on tensors, maybe recorded once and replayed for shapes that come again."""
        ...

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether that error means that the device's memory is full."""
        ...

    def trim(self) -> None:
        """Give memory back that is kept for later."""
        ...


class Line:
    """A device with its conveyor, shared by all lanes that run on it. Used from one thread.

    ceilings : by network, the input size to which it was stepped down when memory ran out.
    """

    def __init__(self, device: TensorDevice[Any], sizes: RingSizes | None = None) -> None:
        self.device = device
        self.conveyor: Conveyor[Any] = Conveyor(device, sizes or RingSizes(features=1))
        self.ceilings: dict[str, int] = {}

    def admit(self, rgb: UInt8) -> int:
        """Send an (H, W, 3) picture on its way; returns the frame's number."""

        def fill(pinned: Tensor | None) -> Tensor:
            if pinned is None or pinned.shape != rgb.shape:
                pinned = self.device.pinned(rgb.shape, torch.uint8)
            np.copyto(pinned.numpy(), rgb)
            return pinned

        return self.conveyor.admit(fill, self._upload)

    def download(self, answer: Answer, pinned: Answer | None) -> Answer:
        """Copy an answer into pinned memory."""
        disparity, usable = answer
        if pinned is None or pinned[0].shape != disparity.shape:
            pinned = (
                self.device.pinned(tuple(disparity.shape), disparity.dtype),
                self.device.pinned((), torch.bool),
            )
        pinned[0].copy_(disparity, non_blocking=True)
        pinned[1].copy_(usable, non_blocking=True)
        return pinned

    def _upload(self, pinned: Tensor, picture: Tensor | None) -> Tensor:
        if picture is None or picture.shape != pinned.shape:
            picture = torch.empty(pinned.shape, dtype=torch.uint8, device=self.device.place)
        return picture.copy_(pinned, non_blocking=True)


class ScheduledSession:
    """One lane of a network over one video, two frames of which may be on their way.

    dtype : precision of the network, as for NeuralSession.
    """

    def __init__(
        self,
        recipe: NetworkRecipe,
        network: StreamNetwork,
        line: Line,
        *,
        dtype: torch.dtype,
        input_size: int | None,
        temporal: bool = True,
    ) -> None:
        self._recipe = recipe
        self._line = line
        self._dtype = dtype
        self._input_size = input_size
        self._temporal = temporal
        self._network: StreamNetwork | None = network
        self._lane = line.conveyor.enter()
        self._state: Any = None
        self._forget = True
        self._steps: tuple[Size, ...] = ()
        self._seen: tuple[int, int] | None = None
        self._encode = line.device.recorded(self._encoded)
        self._decode = line.device.recorded(self._decoded)

    @property
    def note(self) -> str:
        """One sentence if memory made it run smaller than asked, else empty."""
        ceiling = self._line.ceilings.get(self._recipe.name)
        if ceiling is None:
            return ""
        return (
            f"{self._recipe.title} runs at input size {ceiling}, because the GPU's memory does not "
            "bear more; a smaller model or one lane less makes room."
        )

    def is_cold(self, frame: Frame) -> bool:
        """Whether this size was not seen yet: kernels are chosen and memory is taken then."""
        return frame.size != self._seen

    def step(self, frame: Frame, memo: FrameMemo) -> DepthMap:
        """Estimate `frame` and wait for it."""
        return self.submit(frame, memo).result()

    def submit(self, frame: Frame, memo: FrameMemo) -> PendingDepth:
        """Hand over `frame`. Memory that runs out makes the input smaller and is tried again.

        Raises UserError if not even the smallest input fits.
        """
        if self._network is None:
            raise RuntimeError("a session that was closed estimates nothing")
        while True:
            steps = self._sized(*frame.size)
            try:
                estimated = self._send(frame, memo, steps)
            except (RuntimeError, MemoryError) as error:
                if not self._line.device.is_out_of_memory(error):
                    raise
                log.warning("%s ran out of memory at %s", self._recipe.name, steps[-1])
                self._step_down(steps[-1])
            else:
                self._seen = frame.size
                return PendingDepth(self, self._line, estimated, frame, steps[-1])

    def reset(self) -> None:
        """The next frame is the first of a video."""
        self._forget = True

    def close(self) -> None:
        """Wait for what is on its way, then let go of memory and network."""
        if self._network is None:
            return
        self._line.conveyor.release(self._owner(self._steps))
        self._line.conveyor.leave(self._lane)
        self._state = self._network = None

    def unusable(self) -> UserError:
        """What to say about a frame with NaN or infinity in it; the memory is then new."""
        self.reset()
        return UserError(
            f"{self._recipe.title} returned no usable disparity for this frame; its memory "
            "was reset, and if that keeps happening choose another input size or model."
        )

    def _sized(self, width: int, height: int) -> tuple[Size, ...]:
        wanted = self._input_size
        ceiling = self._line.ceilings.get(self._recipe.name)
        if ceiling is not None:
            wanted = min(wanted or min(width, height), ceiling)
        return resize_steps(width, height, wanted, self._recipe.picture.multiple)

    def _step_down(self, size: Size) -> None:
        smaller = int(min(size) * STEP_DOWN)
        self._line.conveyor.release(self._owner(self._steps))
        self._line.device.trim()
        if smaller < SMALLEST:
            raise UserError(
                f"{self._recipe.title} does not fit into the GPU's memory at any input size; "
                "close other programs, turn a lane off or choose a smaller model."
            )
        self._line.ceilings[self._recipe.name] = smaller

    def _send(self, frame: Frame, memo: FrameMemo, steps: tuple[Size, ...]) -> Estimated:
        conveyor, owner = self._line.conveyor, self._owner(steps)
        if steps != self._steps:
            if self._steps:
                conveyor.release(self._owner(self._steps))
            self._steps, self._forget = steps, True

        def encode(picture: Tensor, _old: Any) -> Any:
            return self._encode(picture, steps)

        def admitted() -> int:
            return self._line.admit(frame.rgb)

        def encoded() -> Encoded:
            number = memo.once(("number", id(self._line)), admitted)
            return conveyor.encode(number, owner, encode)

        features = memo.once(("features", id(self._network), steps), encoded)
        forget = self._forget

        def decode(features: Any, _old: Answer | None) -> Answer:
            state = None if forget else self._state
            answer: Answer
            answer, after = self._decode(features, state)
            self._state = after if self._temporal else None
            return answer

        estimated = conveyor.decode(features, self._lane, decode, self._line.download)
        self._forget = False
        return estimated

    def _owner(self, steps: tuple[Size, ...]) -> str:
        """Whose features they are: lanes of the same network and size share them."""
        return f"{self._recipe.name} {self._dtype} {steps[-1] if steps else None}"

    def _encoded(self, picture: Tensor, steps: tuple[Size, ...]) -> Any:
        with torch.inference_mode(), self._mixed():
            prepared = prepare_on_device(picture, steps, self._recipe.picture)
            if not self._recipe.autocast:
                prepared = prepared.to(self._dtype)
            return self._live_network().encode(prepared)

    def _decoded(self, features: Any, state: Any) -> tuple[Answer, Any]:
        with torch.inference_mode(), self._mixed():
            disparity, after = self._live_network().decode(features, state, temporal=self._temporal)
            disparity = disparity[0].float()
            usable = disparity.isfinite().all()
            if self._dtype is torch.bfloat16:
                disparity = disparity.clamp(max=LARGEST_HALF).half()
            return (disparity, usable), after

    def _mixed(self) -> torch.autocast:
        mixed = self._recipe.autocast and self._dtype is torch.bfloat16
        return torch.autocast(
            self._line.device.place.type, torch.bfloat16, enabled=mixed, cache_enabled=False
        )

    def _live_network(self) -> StreamNetwork:
        if self._network is None:
            raise RuntimeError("the session was closed with work on its way")
        return self._network


@dataclass(frozen=True, slots=True)
class PendingDepth:
    """A frame of a ScheduledSession on its way."""

    session: ScheduledSession
    line: Line
    estimated: Estimated
    frame: Frame
    network_size: Size

    def result(self) -> DepthMap:
        """Wait and bring it to the frame's size. Raises UserError if nothing usable came out.

        The frame that follows may have been submitted already; it is then not usable either.
        """
        disparity = self.line.conveyor.take(self.estimated, _owned)
        if disparity is None:
            raise self.session.unusable()
        restored = restore(disparity, *self.frame.size)
        return DepthMap(restored, Unit.RELATIVE, self.frame.index, self.network_size)


def _owned(pinned: Answer) -> Float32 | None:
    """A float32 copy of disparity in pinned memory; None if it is not usable."""
    disparity, usable = pinned
    if not bool(usable):
        return None
    copied: Float32 = disparity.to(torch.float32, copy=True).numpy()
    return copied
