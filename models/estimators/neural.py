"""Image networks as lanes: pictures in, disparity out, memory carried from frame to frame.

Two lanes of the same network, say with and without memory, share one copy of its weights (the
pool), one prepared picture and one run of its encoder per frame (the memo).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.devices import device as devices
from models.devices import openvino
from models.devices.compiled import CompiledNetwork
from models.estimator import (
    BlockingSession,
    EstimatorOptions,
    FrameMemo,
    Prediction,
    Running,
    Session,
)
from models.estimators.looking_inside import Encoded, arrays_of, as_inside, decode, encode
from models.estimators.output import as_prediction
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe, StreamNetwork
from models.estimators.streamed import StreamedSession
from models.frames import Float32, Frame
from models.inside.probe import NOTHING, Inside, Part, Probe, unknown
from models.preprocess import Size, picture_steps, prepare, strip_note

NO_INT8 = (
    "int8 needs OpenVINO and a network with int8 weights, so this one runs in float32; choose "
    "--precision auto."
)


def precision(options: EstimatorOptions, device: torch.device) -> torch.dtype:
    """bfloat16 if requested, or by default where hardware supports it; else float32.

    int8 is OpenVINO's; what it leaves to PyTorch is float32.
    """
    if options.precision == "auto":
        return torch.bfloat16 if devices.has_fast_bfloat16(device) else torch.float32
    return torch.bfloat16 if options.precision == "bfloat16" else torch.float32


class NeuralSession(BlockingSession):
    """One lane of a network over one video."""

    def __init__(
        self,
        recipe: NetworkRecipe,
        options: EstimatorOptions,
        pool: NetworkPool,
        *,
        temporal: bool = True,
    ) -> None:
        self._recipe = recipe
        self._temporal = temporal
        used = devices.in_force(options.device)
        self._device = devices.resolve(used)
        self._dtype = precision(options, self._device)
        self._input_size = options.input_size or recipe.input_size
        self._input_scale = options.input_scale
        self._network: StreamNetwork | None
        self._compiled: CompiledNetwork | None = None
        if openvino.is_name(used):
            self._network = self._compiled = pool.compiled(
                recipe, openvino.device_of(used), self._dtype, options
            )
            self._dtype = torch.float32  # of pictures, and of what stays with PyTorch
        else:
            self._network = pool.network(recipe, self._device, self._dtype)
        self._note = devices.replaced(options.device)
        arithmetic = str(precision(options, self._device)).removeprefix("torch.")
        is_int8 = self._compiled is not None and self._compiled.runtime.quantisation is not None
        if options.precision == "int8" and not is_int8:
            self._note = self._note or NO_INT8
        place = str(self._device)
        if openvino.is_name(used):
            place = f"{openvino.PREFIX}:{openvino.device_of(used)}"
        self._running = Running(place, "int8" if is_int8 else arithmetic)
        self._state: Any = None
        self._before: Any = None  # the state before the last frame
        self._steps: tuple[Size, ...] = ()

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """Estimate `frame`.

        Raises
        ------
        UserError
            If the result is unusable; the memory is then reset.
        """
        steps = picture_steps(frame.size, self._input_size, self._recipe.picture, self._input_scale)
        if steps != self._steps:
            self._state, self._steps = None, steps
        output, state, inside = self._computed(frame, memo, self._state)
        usable = bool(np.isfinite(output).all())
        self._before = self._state
        self._state = state if usable and self._temporal else None
        if not usable:
            raise self._recipe.unusable()
        note = (self._compiled.note if self._compiled is not None else "") or self._note
        note = note or strip_note(frame.size, self._input_size, steps[-1])
        prediction = self._predicted(output, frame, note)
        return replace(prediction, inside=inside) if inside is not None else prediction

    def inspect(self, frame: Frame, probe: Probe) -> Inside:
        """See Inspects."""
        _, _, inside = self._computed(frame, FrameMemo(probe), self._before)
        return inside or unknown()

    def _computed(
        self, frame: Frame, memo: FrameMemo, state: Any
    ) -> tuple[Float32, Any, Inside | None]:
        """(h, w) output of a frame after `state`, the next state, and what `memo` asks for."""
        network, probe, temporal = self._network, memo.probe, self._temporal
        if network is None:
            raise RuntimeError("a session that was closed estimates nothing")
        mixed = self._recipe.autocast and self._dtype is torch.bfloat16
        with (
            torch.inference_mode(),
            torch.autocast(self._device.type, torch.bfloat16, enabled=mixed),
        ):
            encoded = memo.once(
                ("features", id(network), self._steps),
                lambda: encode(network, self._picture(frame, memo), memo.shared_probe),
            )
            if temporal or probe:
                output, after, into = decode(
                    network, encoded, state, temporal=temporal, probe=probe
                )
            else:
                output, after, into = self._alone(network, encoded, memo), state, None
            found = arrays_of(into)
            if into is not None and Part.ALONE in probe.parts and temporal:
                alone = self._alone(network, encoded, memo)[0].float().cpu().numpy()
                found[Part.ALONE] = [self._predicted(alone, frame).disparity]
            inside = as_inside(network, found, probe, temporal=temporal) if probe else None
            return output[0].float().cpu().numpy(), after, inside

    def _alone(self, network: StreamNetwork, encoded: Encoded, memo: FrameMemo) -> Tensor:
        """(1, h, w) output without the past; a lane without memory and a probe share it."""

        def compute() -> Tensor:
            return decode(network, encoded, None, temporal=False, probe=NOTHING)[0]

        return memo.once(("alone", id(network), self._steps), compute)

    def _predicted(self, output: Float32, frame: Frame, note: str = "") -> Prediction:
        return as_prediction(output, self._recipe.gives, frame, self._steps[-1], note)

    def running(self) -> Running:
        """See TellsRunning."""
        return self._running

    def reset(self) -> None:
        """The next frame is the first of a video."""
        self._state = self._before = None

    def close(self) -> None:
        """Release memory and network; waits, for a bounded time, for a compiler that runs."""
        if self._compiled is not None:
            self._compiled.close()
        self._state = self._before = self._network = self._compiled = None

    def _picture(self, frame: Frame, memo: FrameMemo) -> Tensor:
        """(1, 3, h, w) network input; networks with the same input share it."""
        picture, device, steps = self._recipe.picture, self._device, self._steps

        def compute() -> Tensor:
            return prepare(frame.rgb, steps, picture, device)

        prepared = memo.once(("picture", steps, picture, str(device)), compute)
        return prepared if self._recipe.autocast else prepared.to(self._dtype)


def open_session(
    recipe: NetworkRecipe, options: EstimatorOptions, pool: NetworkPool, *, temporal: bool
) -> Session:
    """Open a session on the device that the options name.

    Raises
    ------
    CheckpointError
        Without weights.
    UsageError
        Without the device.
    """
    device = devices.resolve(devices.in_force(options.device))
    if not devices.has_streams(device):
        return NeuralSession(recipe, options, pool, temporal=temporal)
    dtype = precision(options, device)
    return StreamedSession(
        recipe,
        pool.network(recipe, device, dtype),
        pool.pipeline(device),
        dtype=dtype,
        input_size=options.input_size or recipe.input_size,
        input_scale=options.input_scale,
        temporal=temporal,
        acceleration=options.acceleration,
    )
