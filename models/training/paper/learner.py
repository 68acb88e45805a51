"""FlashDepth in training: loss, optimiser and schedule (Chou et al. 2025, section 4).

Facts are those of the released code unless a configuration says otherwise; docs/training.md names
where paper and code differ, and what is our choice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.checkpoint import checkpoint

from models.flashdepth import Features, FlashDepth, TemporalState
from models.training.paper.batches import ClipBatch
from models.training.paper.config import PaperConfig
from models.training.paper.processes import ALONE, Processes
from models.training.paper.start import start_network, whole_state
from models.training.paper.validation import ClipScores, score_held_out

TARGET_SCALE = 100.0
"""The network's output is 100 / metres."""
LOWEST_RATE = 1e-4
"""Share of the rates at the first step."""
BETAS = (0.9, 0.95)


class ClipNetwork(nn.Module):
    """A network applied to clips: the state is carried through them, with its gradients."""

    def __init__(self, network: FlashDepth, *, is_temporal: bool, recompute: bool) -> None:
        super().__init__()
        self.network = network
        self.is_temporal, self.recompute = is_temporal, recompute

    def forward(self, frames: Tensor) -> Tensor:
        """(B, T, 3, H, W) normalised frames to (B, T, H, W) disparity, 100/m.

        The encoder sees one frame of each clip at a time, so that with `recompute` the memory that
        a clip takes grows by its features only.
        """
        state: TemporalState | None = None
        answers = []
        for frame in frames.unbind(1):
            features = self._run(self.network.encode, frame)
            answer, state = self._decode(features, state)
            answers.append(answer)
        return torch.stack(answers, 1)

    def _decode(
        self, features: Features, state: TemporalState | None
    ) -> tuple[Tensor, TemporalState | None]:
        if self.is_temporal:
            # The temporal module keeps its activations, as in the released code.
            path, state = self.network.mamba(features.path, state)
            features = features._replace(path=path)
        return self._run(self._head, features), state

    def _head(self, features: Features) -> Tensor:
        disparity, _ = self.network.decode(features, None, temporal=False)
        return disparity

    def _run(self, function: Any, argument: Any) -> Any:
        if self.recompute and torch.is_grad_enabled():
            return checkpoint(function, argument, use_reentrant=False)
        return function(argument)


class PaperLearner:
    """FlashDepth-S, -L or the hybrid in training; a `models.training.loop.Learner`."""

    columns: tuple[str, ...] = ("loss",)

    def __init__(self, config: PaperConfig, processes: Processes = ALONE) -> None:
        self.config, self.processes = config, processes
        self.settings = json.dumps(asdict(config) | {"processes": processes.count}, sort_keys=True)
        self.step = 0
        self.network = start_network(config).to(processes.device)
        self.network.train()
        groups = list(_groups(self.network, config))
        self.optimiser = torch.optim.AdamW(groups, betas=BETAS)
        clips = ClipNetwork(
            self.network, is_temporal=config.is_temporal, recompute=config.recompute
        )
        self.clips: nn.Module = clips
        if processes.count > 1:
            self.clips = DistributedDataParallel(clips, find_unused_parameters=True)
        device = processes.device.type
        wants_low = config.precision == "bfloat16" or (
            config.precision == "auto" and device == "cuda"
        )
        self._autocast = torch.autocast(device, torch.bfloat16, enabled=wants_low)

    def learn(self, batch: ClipBatch) -> tuple[Tensor, ...]:
        """One optimiser step; the loss over all processes."""
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * rate_factor(self.step, self.config.warmup)
        device = self.processes.device
        with self._autocast:
            predicted = self.clips(batch.frames.to(device, non_blocking=True))
            errors, known = clip_errors(predicted, batch.inverse_depth.to(device))
        # The mean over the known pixels of all processes: gradients are averaged over them.
        share = self.processes.count / self.processes.total(known).clamp(min=1)
        loss = errors * share
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.step += 1
        return (self.processes.total(loss.detach()) / self.processes.count,)

    def state(self) -> dict[str, Any]:
        return {"network": self.network.state_dict(), "optimiser": self.optimiser.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])

    def export(self, folder: Path) -> None:
        """Write the weights under their published names, for `models add`."""
        path = folder / f"{self.config.variant}.safetensors"
        draft = path.with_suffix(".draft")
        notes = {"run": self.config.name, "steps": str(self.step)}
        safetensors.torch.save_file(whole_state(self.network, self.config.blocks), draft, notes)
        draft.replace(path)

    def validate(self, folder: Path) -> ClipScores | None:
        """Score held-out rendered clips, per frame and with memory; a line in VALIDATION."""
        if not self.config.validation.scenes:
            return None
        self.network.eval()
        try:
            return score_held_out(self.network, self.config, self.step, folder)
        finally:
            self.network.train()


def clip_errors(predicted: Tensor, inverse_depth: Tensor) -> tuple[Tensor, Tensor]:
    """The sum of |predicted - 100 inverse depth| over known pixels, and their number."""
    known = inverse_depth.isfinite()
    wanted = TARGET_SCALE * torch.where(known, inverse_depth, 0.0)
    errors = torch.where(known, (predicted.float() - wanted).abs(), 0.0).sum()
    return errors, known.sum()


def rate_factor(step: int, warmup: int) -> float:
    """Share of the peak learning rates: a linear rise over `warmup` steps, then constant."""
    if step >= warmup - 1:
        return 1.0
    return LOWEST_RATE + (1.0 - LOWEST_RATE) * step / (warmup - 1)


def _groups(network: FlashDepth, config: PaperConfig) -> Iterator[dict[str, object]]:
    """Parameters by part, each with its peak rate; those of rate 0 are frozen."""
    rates = config.rates
    parts = [
        (network.pretrained, rates.encoder),
        (network.depth_head, rates.decoder),
        (network.mamba, rates.temporal if config.is_temporal else 0.0),
    ]
    if config.variant == "flashdepth":
        parts.append((cast(nn.Module, network.hybrid_fusion), rates.fusion))
    for part, rate in parts:
        part.requires_grad_(rate > 0)
        if rate > 0:
            yield {"params": list(part.parameters()), "peak": rate, "lr": rate}
