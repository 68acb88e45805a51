"""What `make gpu-check` measures: networks by themselves, lanes, a script by hand, the engine."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from app.benchmark.headless import alternate
from app.engine.pipeline import PipelineConfig
from models import checkpoints, names, registry
from models.devices import device as devices
from models.devices.acceleration import accelerated
from models.devices.pipeline import DevicePipeline
from models.devices.upsample import upsample_on_device
from models.estimator import EstimatorOptions, FrameMemo
from models.estimators.entries import network_entries
from models.estimators.neural import precision
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe, StreamNetwork
from models.estimators.streamed import StreamedSession
from models.frames import Frame
from models.preprocess import Size, prepare_on_device, resize_steps
from tests.fixtures.flashdepth.fixture_weights import fill
from tests.support.late_device import PromptDevice

WARM_UP = 6


@dataclass(frozen=True)
class Case:
    """A network at a size of the source, on a device.

    name : as released; the weights are made by a recipe, since only their number costs time.
    size : (width, height) of the frames.
    input_size : short side of the network's picture; None is native.
    """

    name: str
    size: Size
    input_size: int | None
    place: torch.device

    @property
    def steps(self) -> tuple[Size, ...]:
        """The sizes that a picture takes on its way into the network."""
        return resize_steps(*self.size, self.input_size)

    @cached_property
    def dtype(self) -> torch.dtype:
        """What the app would take here."""
        return precision(EstimatorOptions(device=str(self.place)), self.place)

    @cached_property
    def network(self) -> Any:
        """Ready for inference on the device."""
        return load(self.name, self.place)

    @cached_property
    def frames(self) -> list[Frame]:
        """Eight noisy pictures."""
        rng = np.random.default_rng(0)
        width, height = self.size
        shape = (height, width, 3)
        return [
            Frame(rng.integers(0, 255, shape, np.uint8), index, 0, time.monotonic_ns(), index / 25)
            for index in range(8)
        ]

    def recipe(self, name: str) -> NetworkRecipe:
        """How the app would load it."""

        def load_here(place: torch.device, _dtype: torch.dtype) -> StreamNetwork:
            return load(self.name, place)

        return NetworkRecipe(name, self.name, load_here, input_size=self.input_size)

    def inference(self) -> contextlib.ExitStack:
        """Inference mode and the precision that the app would take."""
        stack = contextlib.ExitStack()
        stack.enter_context(torch.inference_mode())
        mixed = self.dtype is torch.bfloat16
        stack.enter_context(torch.autocast(self.place.type, torch.bfloat16, enabled=mixed))
        return stack


@functools.cache
def load(name: str, place: torch.device) -> StreamNetwork:
    """A network of a released name with made-up weights, which take their time to make."""
    with torch.device("meta"):
        network = checkpoints.untrained(name)
    network = network.to_empty(device="cpu")
    fill(network)
    network.to(place, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval().requires_grad_(False)


def per_frame_ms(step: Callable[[], object], place: torch.device, seconds: float) -> float:
    """Milliseconds a call takes in the long run, once warm: the device is waited for at the end."""
    for _ in range(1 if place.type == "cpu" else WARM_UP):
        step()
    devices.synchronise(place)
    count, started = 0, time.perf_counter()
    while count < 2 or time.perf_counter() - started < seconds:
        step()
        count += 1
        if count % 16 == 0:
            devices.synchronise(place)  # else the host runs ahead of the clock
    devices.synchronise(place)
    return 1e3 * (time.perf_counter() - started) / count


def bare_ms(case: Case, how: str, seconds: float) -> float:
    """The network by itself with memory: a picture that is there, nothing sent home."""
    encode = accelerated(case.network.encode, how)
    decode = accelerated(case.network.decode, how)
    width, height = case.steps[-1]
    picture = torch.randn(1, 3, height, width, device=case.place)
    state: Any = None

    def step() -> None:
        nonlocal state
        _, state = decode(encode(picture), state, temporal=True)

    with case.inference():
        return per_frame_ms(step, case.place, seconds)


def lanes_ms(case: Case, in_flight: int, lanes: int, how: str, seconds: float) -> float:
    """Frames through our lanes, from a picture on the host to disparity at its size there."""
    on_cpu = case.place.type == "cpu"
    device: Any = PromptDevice() if on_cpu else devices.StreamDevice(case.place)
    pipeline: DevicePipeline[Any] = DevicePipeline(device)
    recipe = case.recipe(case.name)
    sessions = [
        StreamedSession(
            recipe, case.network, pipeline, dtype=case.dtype, input_size=case.input_size,
            temporal=number == 0, acceleration=how,
        )
        for number in range(lanes)
    ]  # fmt: skip
    waiting: list[list[Any]] = []
    index = 0

    def step() -> None:
        nonlocal index
        memo, frame = FrameMemo(), case.frames[index % len(case.frames)]
        index += 1
        waiting.append([session.submit(frame, memo) for session in sessions])
        if len(waiting) >= in_flight:
            for pending in waiting.pop(0):
                pending.result()

    try:
        took_ms = per_frame_ms(step, case.place, seconds)
        if pipeline.ceilings:
            raise MemoryError(f"the GPU's memory only held {pipeline.ceilings}")
        return took_ms
    finally:
        for session in sessions:
            session.close()


def two_streams_ms(case: Case, seconds: float) -> float:
    """A script by hand, one lane: the next picture travels while the network is at this one."""
    width, height = case.size
    upload, compute = torch.cuda.Stream(case.place), torch.cuda.Stream(case.place)
    pinned = [torch.empty(height, width, 3, dtype=torch.uint8, pin_memory=True) for _ in range(2)]
    pictures = [tensor.to(case.place) for tensor in pinned]
    answers = [torch.empty(height, width, pin_memory=True) for _ in range(2)]
    sent, done = ([torch.cuda.Event(blocking=True) for _ in range(2)] for _ in range(2))
    index, state = 0, None

    def step() -> None:
        nonlocal index, state
        slot, rgb = index % 2, case.frames[index % len(case.frames)].rgb
        if index >= 2:
            done[slot].synchronize()
            answers[slot].numpy().copy()
        np.copyto(pinned[slot].numpy(), rgb)
        with torch.cuda.stream(upload):
            pictures[slot].copy_(pinned[slot], non_blocking=True)
            sent[slot].record(upload)
        compute.wait_event(sent[slot])
        with torch.cuda.stream(compute):
            prepared = prepare_on_device(pictures[slot], case.steps)
            disparity: Tensor
            disparity, state = case.network.decode(
                case.network.encode(prepared), state, temporal=True
            )
            answers[slot].copy_(upsample_on_device(disparity[0].float(), case.size), True)
            done[slot].record(compute)
        index += 1

    with case.inference():
        return per_frame_ms(step, case.place, seconds)


def engine_fps(case: Case, seconds: float) -> dict[str, float]:
    """The app's engine and a plain loop over the same two lanes: frames per second of each."""
    recipe = case.recipe(f"{case.name}-by-recipe")
    if recipe.name not in {entry.name for entry in registry.entries()}:
        made = network_entries(
            recipe, NetworkPool(), summary="For measuring.", missing=_nothing_missing,
            weights_sha256=_no_checksum, has_memory=True,
        )  # fmt: skip
        for entry in made:
            registry.register(entry)
    options = EstimatorOptions(device=str(case.place), input_size=case.input_size)
    config = PipelineConfig(recipe.name, names.per_frame(recipe.name), options=options)
    measured = alternate(case.frames, config, seconds)
    return {key: _number(measured[key]) for key in ("fps", "bare_model_fps")}


def _number(value: object) -> float:
    assert isinstance(value, float)
    return value


def _nothing_missing() -> None:
    return None


def _no_checksum() -> str:
    return ""
