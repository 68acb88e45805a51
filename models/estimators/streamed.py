"""Image networks as lanes on a device with streams: the network works while the host shows.

Answers are those of `neural` to rounding. The picture travels as bytes; it is resized and
normalised on the device, and disparity is upsampled there.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from models.devices.acceleration import EAGER, accelerated
from models.devices.pipeline import FRAMES_IN_FLIGHT, DevicePipeline, Task
from models.devices.upsample import upsample_on_device
from models.errors import UserError
from models.estimator import FrameMemo, Prediction, Running
from models.estimators.output import as_prediction
from models.estimators.recipe import NetworkRecipe, StreamNetwork
from models.frames import Frame
from models.preprocess import Size, picture_steps, prepare_on_device, strip_note

log = logging.getLogger(__name__)

SMALLEST = 140
"""Short side in pixels below which no network is useful."""
STEP_DOWN = 0.75


class StreamedSession:
    """One lane of a network over one video, with two frames in flight.

    Parameters
    ----------
    dtype
        Precision of the network, as for NeuralSession.
    acceleration
        One of `models.devices.acceleration.ACCELERATIONS`.
    """

    frames_in_flight = FRAMES_IN_FLIGHT

    def __init__(
        self,
        recipe: NetworkRecipe,
        network: StreamNetwork,
        pipeline: DevicePipeline[Any],
        *,
        dtype: torch.dtype,
        input_size: int | None,
        input_scale: float = 1.0,
        temporal: bool = True,
        acceleration: str = EAGER,
    ) -> None:
        self._recipe = recipe
        self._pipeline = pipeline
        self._dtype = dtype
        self._input_size = input_size
        self._input_scale = input_scale
        self._temporal = temporal
        self._network: StreamNetwork | None = network
        self._encode: Any = accelerated(network.encode, acceleration)
        self._decode: Any = accelerated(network.decode, acceleration)
        self._lane = pipeline.enter()
        # PyTorch's graphs share their memory, so they run one after another.
        self._stream = self._lane if acceleration == EAGER else "graphs"
        self._state: Any = None
        self._forget = True
        self._video = 0
        self._steps: tuple[Size, ...] = ()

    def submit(self, frame: Frame, memo: FrameMemo) -> PendingPrediction:
        """Submit `frame`. If memory runs out, the input size is reduced and it is tried again.

        After any error the session's memory of the video is reset.

        Raises
        ------
        UserError
            If not even the smallest input fits.
        """
        if self._network is None:
            raise RuntimeError("a session that was closed estimates nothing")
        steps = self._sized(frame.size)
        while (download := self._send_if_it_fits(frame, memo, steps)) is None:
            self._step_down(steps[-1])
            steps = self._sized(frame.size)
        return PendingPrediction(self, download, frame, steps[-1], self._video)

    def running(self) -> Running:
        """See TellsRunning."""
        place = str(self._pipeline.device.place)
        return Running(place, str(self._dtype).removeprefix("torch."))

    def reset(self) -> None:
        """Forget the past: the next frame is the first of a video; frames in flight are kept."""
        self._forget = True
        self._video += 1

    def close(self) -> None:
        """Wait for frames in flight, then release memory and network."""
        if self._network is None:
            return
        self._pipeline.leave(self._lane)
        self._state = self._network = self._encode = self._decode = None

    def is_ready(self, download: Task[Any]) -> bool:
        """Whether collect() would not wait."""
        return self._pipeline.is_ready(download)

    def collect(self, pending: PendingPrediction) -> Prediction:
        """Wait for a frame.

        A frame behind it that was submitted already is then not usable either.

        Raises
        ------
        UserError
            If the result is unusable.
        """
        output = self._pipeline.collect(pending.download)
        if output is None:
            if pending.video == self._video:
                self.reset()
            raise self._recipe.unusable()
        frame, size = pending.frame, pending.network_size
        note = self._note() or strip_note(frame.size, self._input_size, size)
        return as_prediction(output, self._recipe.gives, frame, size, note)

    def _note(self) -> str:
        ceiling = self._pipeline.ceilings.get(self._recipe.name)
        if ceiling is None:
            return ""
        return (
            f"{self._recipe.title} runs at input size {ceiling} because of the GPU's memory; "
            "choose a smaller model or turn a lane off to raise it."
        )

    def _sized(self, size: Size) -> tuple[Size, ...]:
        wanted = self._input_size
        ceiling = self._pipeline.ceilings.get(self._recipe.name)
        if ceiling is not None:
            wanted = min(wanted or min(size), ceiling)
        return picture_steps(size, wanted, self._recipe.picture, self._input_scale)

    def _send_if_it_fits(
        self, frame: Frame, memo: FrameMemo, steps: tuple[Size, ...]
    ) -> Task[Any] | None:
        """None if memory ran out; nothing of the attempt is held when this returns.

        While an error is handled, its traceback keeps every tensor of the attempt.
        """
        try:
            return self._send(frame, memo, steps)
        except (RuntimeError, MemoryError) as error:
            self.reset()  # the network may have processed the frame before something failed
            if not self._pipeline.device.is_out_of_memory(error):
                raise
            log.warning("%s ran out of memory at %s", self._recipe.name, steps[-1])
            return None

    def _step_down(self, size: Size) -> None:
        smaller = int(min(size) * STEP_DOWN)
        self._pipeline.make_room()
        self._state = None
        self._pipeline.device.trim()
        if smaller < SMALLEST:
            raise UserError(
                f"{self._recipe.title} does not fit into the GPU's memory at any input size; "
                "close other programs, turn a lane off or choose a smaller model."
            )
        self._pipeline.ceilings[self._recipe.name] = smaller

    def _send(self, frame: Frame, memo: FrameMemo, steps: tuple[Size, ...]) -> Task[Any]:
        pipeline = self._pipeline
        if steps != self._steps:
            self._steps, self._forget = steps, True
        picture = memo.once(("upload", id(pipeline)), lambda: pipeline.upload(frame.rgb))

        def encode() -> Task[Any]:
            return pipeline.run(self._stream, lambda rgb: self._encoded(rgb, steps), picture)

        features = memo.once(("features", id(self._network), steps), encode)
        if features.is_dropped:
            features = encode()
        forget, self._forget = self._forget, False

        def decode(features: Any) -> tuple[Tensor, Tensor]:
            return self._decoded(features, None if forget else self._state, frame.size)

        answer = pipeline.run(self._stream, decode, features)
        return pipeline.download(self._lane, answer)

    def _encoded(self, rgb: Tensor, steps: tuple[Size, ...]) -> Any:
        with torch.inference_mode(), self._mixed():
            prepared = prepare_on_device(rgb, steps, self._recipe.picture)
            if not self._recipe.autocast:
                prepared = prepared.to(self._dtype)
            return self._encode(prepared)

    def _decoded(self, features: Any, state: Any, size: Size) -> tuple[Tensor, Tensor]:
        """Disparity at the frame's size, and whether all of it is finite."""
        with torch.inference_mode():
            with self._mixed():
                disparity, after = self._decode(features, state, temporal=self._temporal)
            self._state = after if self._temporal else None
            disparity = disparity[0].float()
            return upsample_on_device(disparity, size), disparity.isfinite().all()

    def _mixed(self) -> torch.autocast:
        mixed = self._recipe.autocast and self._dtype is torch.bfloat16
        device = self._pipeline.device.place.type
        return torch.autocast(device, torch.bfloat16, enabled=mixed, cache_enabled=False)


@dataclass(frozen=True, slots=True)
class PendingPrediction:
    """A frame of a StreamedSession in flight; `video` is its number, counted by resets."""

    session: StreamedSession
    download: Task[Any]
    frame: Frame
    network_size: Size
    video: int

    def is_ready(self) -> bool:
        """See Pending."""
        return self.session.is_ready(self.download)

    def result(self) -> Prediction:
        """See Pending."""
        return self.session.collect(self)
