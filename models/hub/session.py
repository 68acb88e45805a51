"""A model of the hub as a lane: what transformers computes, in the app's units."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.devices import device as devices
from models.errors import CheckpointError, UserError
from models.estimator import BlockingSession, EstimatorOptions, FrameMemo, Prediction, Running
from models.estimators.output import as_prediction
from models.frames import Float32, Frame
from models.hub.families import Family, family_of, own_size
from models.hub.store import config_of


class HubNetwork:
    """A loaded model with its processor; lanes of the same model share one.

    Parameters
    ----------
    folder
        With config.json, weights as safetensors and, for most kinds, preprocessor_config.json.

    Raises
    ------
    CheckpointError
        If it is no depth model known here, or its files are damaged.
    """

    def __init__(self, folder: Path, title: str, device: torch.device) -> None:
        config = config_of(folder)
        self.title = title
        self.family: Family = family_of(str(config.get("model_type", "")))
        if "auto_map" in config:
            raise CheckpointError(
                f"{title} runs code of its own, which is never done here; choose a model that "
                "transformers itself runs."
            )
        self.processor, self.model = _loaded(folder, title, self.family)
        self.model.to(device)
        self.gives = self.family.gives(self.model.config)


class HubSession(BlockingSession):
    """One lane of a model of the hub. It has no memory."""

    def __init__(self, network: HubNetwork, options: EstimatorOptions) -> None:
        self._network: HubNetwork | None = network
        self._device = devices.resolve(options.device)
        self._input_size = options.input_size
        self._input_scale = options.input_scale

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """Estimate `frame`.

        Raises
        ------
        UserError
            If the result is unusable.
        """
        network = self._network
        if network is None:
            raise RuntimeError("a session that was closed estimates nothing")
        side = self._short_side(network.processor)

        def compute() -> tuple[Float32, tuple[int, int]]:
            with torch.inference_mode():
                pixels = network.family.prepare(network.processor, frame.rgb, side)
                height, width = frame.rgb.shape[:2]
                output = network.model(pixels.to(self._device))
                finished: Tensor = network.family.finish(output, (height, width))
            return finished.float().cpu().numpy(), (pixels.shape[-1], pixels.shape[-2])

        found, network_size = memo.once(("hub", id(network), side), compute)
        if not np.isfinite(found).all():
            raise UserError(
                f"{network.title} returned no usable depth for this frame; if it keeps happening, "
                "choose another input size or model."
            )
        return as_prediction(found, network.gives, frame, network_size)

    def running(self) -> Running:
        """See TellsRunning."""
        return Running(str(self._device), "float32")

    def reset(self) -> None:
        """Do nothing: there is no memory."""

    def close(self) -> None:
        """Release the network."""
        self._network = None

    def _short_side(self, processor: Any) -> int | None:
        """The short side to prepare pictures for; None is the model's own."""
        side, own = self._input_size, own_size(processor)
        if side is None and own is not None and self._input_scale < 1:
            side = min(own)
        return side if side is None else max(32, round(side * self._input_scale))


def _loaded(folder: Path, title: str, family: Family) -> tuple[Any, Any]:
    """Processor (None where ours is used) and model, from safetensors alone and without a network.

    Raises
    ------
    CheckpointError
        If the files are damaged or do not fit each other.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import transformers

    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    try:
        processor = None
        if family.has_processor:
            processor = transformers.AutoImageProcessor.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False, backend="pil"
            )
        model, report = transformers.AutoModelForDepthEstimation.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # the library raises whatever its parts raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CheckpointError(
            f"{title} cannot be loaded ({reason[:200]}); delete {folder} and download it again, or "
            "choose another model."
        ) from error
    if missing := sorted(report["missing_keys"]):
        raise CheckpointError(
            f"The weights of {title} lack {missing[0]} and {len(missing) - 1} more; download the "
            "published files."
        )
    return processor, model.eval().requires_grad_(False)
