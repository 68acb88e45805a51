"""Image networks as lanes on a device with streams: the network works while the host shows.

Answers are those of `neural` to rounding. The picture travels as bytes; it is resized and
normalised on the device, and disparity is upsampled there.
"""

from __future__ import annotations

import functools
import logging
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from models.devices.acceleration import EAGER, accelerated
from models.devices.pipeline import FRAMES_IN_FLIGHT, DevicePipeline, Task
from models.devices.upsample import upsample_on_device
from models.errors import UserError
from models.estimator import FrameMemo, Prediction, Running
from models.estimators.looking_inside import Encoded, as_inside, decode, encode
from models.estimators.output import as_prediction
from models.estimators.recipe import NetworkRecipe, StreamNetwork
from models.frames import Float32, Frame
from models.inside.probe import NOTHING, Inside, Intermediates, Part, Probe
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
        self._before: Any = None  # the state before the last frame
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
        while (sent := self._send_if_it_fits(frame, memo, steps)) is None:
            self._step_down(steps[-1])
            steps = self._sized(frame.size)
        return PendingPrediction(self, sent, frame, steps[-1], self._video)

    def inspect(self, frame: Frame, probe: Probe) -> Inside:
        """See Inspects. No frame may be in flight."""
        sent = self._send(frame, FrameMemo(probe), self._steps, is_again=True)
        answer = self._pipeline.collect(sent.download)
        if answer is None:
            raise self._recipe.unusable()
        return self._inside(sent, answer, frame)

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
        self._state = self._before = self._network = self._encode = self._decode = None

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
        answer = self._pipeline.collect(pending.sent.download)
        if answer is None:
            if pending.video == self._video:
                self.reset()
            raise self._recipe.unusable()
        frame, size = pending.frame, pending.network_size
        note = self._note() or strip_note(frame.size, self._input_size, size)
        prediction = as_prediction(answer[0], self._recipe.gives, frame, size, note)
        if not pending.sent.probe:
            return prediction
        return replace(prediction, inside=self._inside(pending.sent, answer, frame))

    def _inside(self, sent: Sent, answer: tuple[Float32, ...], frame: Frame) -> Inside:
        """The intermediate results behind the disparity of an answer."""
        found: dict[Part, list[Float32]] = {}
        for part, array in zip(sent.found, answer[1:], strict=True):
            found.setdefault(part, []).append(array)
        if Part.ALONE in found:
            alone = as_prediction(found[Part.ALONE][0], self._recipe.gives, frame, self._steps[-1])
            found[Part.ALONE] = [alone.disparity]
        return as_inside(self._network, found, sent.probe, temporal=self._temporal)

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
    ) -> Sent | None:
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
        self._state = self._before = None
        self._pipeline.device.trim()
        if smaller < SMALLEST:
            raise UserError(
                f"{self._recipe.title} does not fit into the GPU's memory at any input size; "
                "close other programs, turn a lane off or choose a smaller model."
            )
        self._pipeline.ceilings[self._recipe.name] = smaller

    def _send(
        self, frame: Frame, memo: FrameMemo, steps: tuple[Size, ...], *, is_again: bool = False
    ) -> Sent:
        """Enqueue a frame; `is_again` computes the last one once more, without remembering it."""
        pipeline = self._pipeline
        if steps != self._steps:
            self._steps, self._forget = steps, True
        picture = memo.once(("upload", id(pipeline)), lambda: pipeline.upload(frame.rgb))
        shared, probe, found = memo.shared_probe, memo.probe, list[Part]()

        def encode() -> Task[Any]:
            work = functools.partial(self._encoded, steps=steps, probe=shared)
            return pipeline.run(self._stream, work, picture)

        features = memo.once(("features", id(self._network), steps), encode)
        if features.is_dropped:
            features = encode()
        forget = self._forget and not is_again
        self._forget = self._forget and is_again

        def decode(encoded: Encoded) -> tuple[Tensor, ...]:
            state = None if forget else self._before if is_again else self._state
            output, after, into = self._decoded(encoded, state, probe)
            if not is_again:
                self._before, self._state = state, after if self._temporal else None
            extras = [] if into is None else list(into.tensors())
            found.extend(part for part, _ in extras)
            return (*self._answer(output, frame.size), *(tensor for _, tensor in extras))

        answer = pipeline.run(self._stream, decode, features)
        return Sent(pipeline.download(self._lane, answer), probe, found)

    def _encoded(self, rgb: Tensor, steps: tuple[Size, ...], probe: Probe) -> Encoded:
        with torch.inference_mode(), self._mixed():
            prepared = prepare_on_device(rgb, steps, self._recipe.picture)
            if not self._recipe.autocast:
                prepared = prepared.to(self._dtype)
            if probe and self._network is not None:
                return encode(self._network, prepared, probe)
            return Encoded(self._encode(prepared), None)

    def _decoded(
        self, encoded: Encoded, state: Any, probe: Probe
    ) -> tuple[Tensor, Any, Intermediates | None]:
        """Output, the next state, and what `probe` asks for."""
        network, temporal = self._network, self._temporal
        with torch.inference_mode(), self._mixed():
            if not probe or network is None:
                return (*self._decode(encoded.features, state, temporal=temporal), None)
            output, after, into = decode(network, encoded, state, temporal=temporal, probe=probe)
            if into is not None and Part.ALONE in probe.parts and temporal:
                alone, _, _ = decode(network, encoded, None, temporal=False, probe=NOTHING)
                into.add(Part.ALONE, alone)
            return output, after, into

    def _answer(self, output: Tensor, size: Size) -> tuple[Tensor, Tensor]:
        """Disparity at the frame's size, and whether all of it is finite."""
        with torch.inference_mode():
            disparity = output[0].float()
            return upsample_on_device(disparity, size), disparity.isfinite().all()

    def _mixed(self) -> torch.autocast:
        mixed = self._recipe.autocast and self._dtype is torch.bfloat16
        device = self._pipeline.device.place.type
        return torch.autocast(device, torch.bfloat16, enabled=mixed, cache_enabled=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A frame on its way through the device.

    Attributes
    ----------
    found
        The parts behind the disparity in what is downloaded, known once the device has begun.
    """

    download: Task[Any]
    probe: Probe
    found: list[Part]


@dataclass(frozen=True, slots=True)
class PendingPrediction:
    """A frame of a StreamedSession in flight; `video` is its number, counted by resets."""

    session: StreamedSession
    sent: Sent
    frame: Frame
    network_size: Size
    video: int

    def is_ready(self) -> bool:
        """See Pending."""
        return self.session.is_ready(self.sent.download)

    def result(self) -> Prediction:
        """See Pending."""
        return self.session.collect(self)
