"""Image networks as lanes on a device with streams: the network works while the host shows.

Answers are those of `neural`, up to the precision in which they travel: float16 where the network
computes in bfloat16, whose own steps are eight times as coarse, and float32 where it does not.
The picture travels as bytes and is resized and normalised on the device, where disparity is brought
back to the frame's size as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from models.devices.conveyor import Encoded, Estimated
from models.devices.graphs import Graphed
from models.devices.upsample import upsample_on_device
from models.errors import UserError
from models.estimator import FrameMemo
from models.estimators.line import Answer, Line
from models.frames import DepthMap, Float32, Frame, Unit
from models.preprocess import Size, prepare_on_device, resize_steps
from models.upsample import upsample

if TYPE_CHECKING:
    from models.estimators.neural import NetworkRecipe, StreamNetwork

log = logging.getLogger(__name__)

SMALLEST = 140
"""Short side in pixels below which no network is of use."""
STEP_DOWN = 0.75
LARGEST_HALF = 65504.0
KINDS_OF_FRAME = 2
"""The first of a video, and those that remember; each takes its own way through the network."""


class ScheduledSession:
    """One lane of a network over one video, two frames of which may be on their way.

    videos : how many it has begun with, so that a frame of one that is over resets no other.
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
        self.videos = 0
        self._steps: tuple[Size, ...] = ()
        self._seen: tuple[tuple[int, int] | None, int] = (None, 0)
        self._encode = line.graphed(self._encoded)
        self._decode = line.graphed(self._decoded)
        self._called: set[Graphed] = set()

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
        """Whether kernels are chosen, memory is taken or a recording is made with this frame."""
        size, count = self._seen
        if frame.size != size or count < KINDS_OF_FRAME:
            return True
        return not all(graphed.is_settled for graphed in self._called)

    def step(self, frame: Frame, memo: FrameMemo) -> DepthMap:
        """Estimate `frame` and wait for it."""
        return self.submit(frame, memo).result()

    def submit(self, frame: Frame, memo: FrameMemo) -> PendingDepth:
        """Hand over `frame`. Memory that runs out makes the input smaller and is tried again.

        Raises UserError if not even the smallest input fits. Whatever it raises, the session's
        memory of the video is then new.
        """
        if self._network is None:
            raise RuntimeError("a session that was closed estimates nothing")
        steps = self._sized(*frame.size)
        while (estimated := self._send_if_it_fits(frame, memo, steps)) is None:
            self._step_down(steps[-1])
            steps = self._sized(*frame.size)
        size, count = self._seen
        self._seen = frame.size, count + 1 if frame.size == size else 1
        return PendingDepth(self, self._line, estimated, frame, steps[-1], self.videos)

    def reset(self) -> None:
        """The next frame is the first of a video; what is on its way stays as it is."""
        self._forget = True
        self.videos += 1

    def close(self) -> None:
        """Wait for what is on its way, then let go of memory and network."""
        if self._network is None:
            return
        self._line.conveyor.release(self._owner(self._steps))
        self._line.conveyor.leave(self._lane)
        self._let_go()
        self._network = None

    def unusable(self, video: int) -> UserError:
        """What to say about a frame of `video` with NaN or infinity in it; it is then over."""
        if video == self.videos:
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

    def _let_go(self) -> None:
        """Of what is held on the device, when nothing is on its way."""
        self._state = None
        self._encode.forget()
        self._decode.forget()

    def _send_if_it_fits(
        self, frame: Frame, memo: FrameMemo, steps: tuple[Size, ...]
    ) -> Estimated | None:
        """None if memory ran out, of which nothing is held any more when this returns.

        While an error is handled, its traceback keeps every tensor of the attempt.
        """
        try:
            return self._send(frame, memo, steps)
        except (RuntimeError, MemoryError) as error:
            if not self._line.device.is_out_of_memory(error):
                self.reset()  # the network may have seen the frame before something broke
                raise
            log.warning("%s ran out of memory at %s", self._recipe.name, steps[-1])
            return None

    def _step_down(self, size: Size) -> None:
        self.reset()
        smaller = int(min(size) * STEP_DOWN)
        self._line.conveyor.release(self._owner(self._steps))
        self._let_go()
        self._line.make_room()
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

        self._called = set()

        def encode(picture: Tensor, _old: Any) -> Any:
            self._called.add(self._encode)
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
            decoded: Callable[..., tuple[Answer, Any]] = self._decoded
            if state is not None or not self._temporal:
                # The first frame of a video comes too seldom to keep a graph for it.
                self._called.add(self._decode)
                decoded = self._decode
            answer, after = decoded(features, state, frame.size)
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

    def _decoded(self, features: Any, state: Any, size: Size) -> tuple[Answer, Any]:
        with torch.inference_mode():
            with self._mixed():
                network = self._live_network()
                disparity, after = network.decode(features, state, temporal=self._temporal)
            disparity = disparity[0].float()
            usable = disparity.isfinite().all()
            if self._dtype is torch.bfloat16:
                disparity = upsample_on_device(disparity.clamp(max=LARGEST_HALF), size).half()
            else:
                disparity = upsample_on_device(disparity, size)
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
    video: int

    def is_ready(self) -> bool:
        """Whether result() would not wait for the device."""
        return self.line.conveyor.is_home(self.estimated)

    def result(self) -> DepthMap:
        """Wait until it is home. Raises UserError if nothing usable came out.

        The frame that follows may have been submitted already; it is then not usable either.
        """
        disparity = self.line.conveyor.take(self.estimated, _owned)
        if disparity is None:
            raise self.session.unusable(self.video)
        restored = upsample(disparity, *self.frame.size)  # what was left to us
        return DepthMap(restored, Unit.RELATIVE, self.frame.index, self.network_size)


def _owned(pinned: Answer) -> Float32 | None:
    """A float32 copy of disparity in pinned memory; None if it is not usable."""
    disparity, usable = pinned
    if not bool(usable):
        return None
    copied: Float32 = disparity.to(torch.float32, copy=True).numpy()
    return copied
