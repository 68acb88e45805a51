"""FlashDepth-lite in training, from a configuration to exported weights."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import FlashDepthLite
from models.flashdepth.lite_encoder import PIXEL_MEAN, PIXEL_SCALE
from models.training import loop
from models.training.cache import SceneCache
from models.training.config import TrainConfig
from models.training.loop import Learner, Schedule
from models.training.losses import LossTerms, clip_loss
from models.training.samples import Batch, Batches
from models.training.sheet import save_sheet
from models.training.start import source_commit, start_network
from models.training.style import StyleMixing
from models.training.validation import (
    Report,
    held_out,
    per_frame,
    real_ratios,
    rendered_accuracy,
)

VALIDATION = "validation.jsonl"
LARGEST_GRADIENT = 1.0
SHEET_SCENES = 6


class LiteLearner:
    """FlashDepth-lite in training; a `models.training.loop.Learner`."""

    columns: tuple[str, ...] = ("loss", "level", "shape", "gradient", "temporal", "teacher")

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        self.settings = json.dumps(asdict(config), sort_keys=True)
        torch.manual_seed(config.seed)
        self.network = start_network(config)
        self.network.encoder.freeze(config.frozen_blocks)
        self.network.train()
        self.mixing = StyleMixing(self.network.encoder, config.style_share)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = {k: v.detach().clone() for k, v in self.network.state_dict().items()}
        self.optimiser = torch.optim.AdamW(
            _groups(self.network, config), weight_decay=config.weight_decay, betas=(0.9, 0.98)
        )
        self.teacher = weights.load(Path(config.teacher)) if config.teacher else None
        if self.teacher is not None:
            self.teacher = self.teacher.for_inference(torch.float32)
        self.precision = torch.bfloat16 if config.precision == "bfloat16" else torch.float32
        self.step = 0

    def state(self) -> dict[str, Any]:
        return {
            "network": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.network.load_state_dict(state["network"])
        self.average = state["average"]
        self.optimiser.load_state_dict(state["optimiser"])

    def export(self, folder: Path) -> None:
        """Write the averaged weights."""
        notes = {"run": self.config.name, "steps": str(self.step), "commit": source_commit()}
        weights.save(folder / weights.FILE_NAME, self.average, self.network.config, notes)

    def validate(self, folder: Path) -> Report:
        """Measure the averaged weights; adds a line to VALIDATION and a sheet of pictures."""
        config, data = self.config, self.config.data
        predict = per_frame(self.averaged(), min(config.size[1], 288), self.precision)
        cache = SceneCache(Path(data.cache), data.render_size, data.frames)
        report = Report(
            rendered_accuracy(predict, held_out(cache, config.validation_scenes)),
            real_ratios(predict, config.validation_real),
        )
        line = {"step": self.step, "real_ratio": report.real_ratio} | asdict(report)
        with (folder / VALIDATION).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        shown = [c.rgb[0] for c in held_out(cache, min(SHEET_SCENES, config.validation_scenes))]
        save_sheet(folder / f"sheet-{self.step:06d}.png", shown, predict)
        return report

    def averaged(self) -> FlashDepthLite:
        """A copy with the averaged weights, ready to predict."""
        network = FlashDepthLite(self.network.config)
        network.load_state_dict(self.average)
        return network.for_inference(torch.float32)

    def learn(self, batch: Batch) -> tuple[Tensor, ...]:
        """One optimiser step; the weighted loss and its terms."""
        factor = rate_factor(self.step, self.config)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        with_memory = batch.frames.shape[1] > 1 and not self._memory_off()
        predicted = self.mixing(lambda: self._answer(self.network, batch.frames, with_memory))
        taught = self._taught(batch, with_memory)
        terms = clip_loss(predicted, batch.disparity, batch.flow, batch.covisible, taught)
        loss = self.total(terms)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        self.step += 1
        self._remember_average()
        parts = (terms.level, terms.shape, terms.gradient, terms.temporal, terms.teacher)
        return loss.detach(), *(part.detach() for part in parts)

    def total(self, terms: LossTerms) -> Tensor:
        """The weighted sum that is minimised."""
        config = self.config
        level = 0.5 * (terms.level + terms.shape)
        return (
            level
            + config.gradient_weight * terms.gradient
            + config.temporal_weight * terms.temporal
            + config.teacher_weight * terms.teacher
        )

    def _taught(self, batch: Batch, with_memory: bool) -> Tensor | None:
        """The teacher's disparity (B, T, H, W), NaN for clips it is not asked about.

        The mean of its answers to the clip and to its mirror image is better than either.
        """
        if self.teacher is None:
            return None
        asked = batch.disparity.isnan().flatten(1).any(1) | self.config.teacher_everywhere
        taught = torch.full_like(batch.disparity, torch.nan)
        if bool(asked.any()):
            with torch.no_grad():
                seen = batch.frames[asked]
                straight = self._answer(self.teacher, seen, with_memory)
                mirrored = self._answer(self.teacher, seen.flip(3), with_memory).flip(3)
                taught[asked] = (straight + mirrored) / 2
        return taught

    def _answer(self, network: FlashDepthLite, clips: Tensor, with_memory: bool) -> Tensor:
        """(B, T, H, W, 3) uint8 -> disparity (B, T, H, W)."""
        length = clips.shape[1]
        frames = clips.flatten(0, 1).permute(0, 3, 1, 2)
        frames = frames.float().sub_(PIXEL_MEAN).div_(PIXEL_SCALE)
        frames = frames.contiguous(memory_format=torch.channels_last)
        low = self.precision is not torch.float32
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            features = network.encode(frames)
            if with_memory:
                disparity, _ = network.decode_clip(features, None, length)
                return disparity
            disparity, _ = network.decode(features, None, temporal=False)
        return cast(Tensor, disparity.unflatten(0, (-1, length)))

    def _memory_off(self) -> bool:
        share = self.config.memory_off_share
        return math.floor((self.step + 1) * share) > math.floor(self.step * share)

    def _remember_average(self) -> None:
        keep = min(self.config.ema, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            self.average[name].lerp_(value, 1.0 - keep)


def train(config: TrainConfig, folder: Path, *, resume: bool) -> Report | None:
    """Run `config` to its end in `folder`. Returns the last validation."""
    torch.set_num_threads(config.threads)
    schedule = Schedule(
        config.steps,
        config.log_every,
        config.save_every,
        config.validate_every,
        workers=config.data.workers,
    )
    learner: Learner[Batch, Report] = LiteLearner(config)
    return loop.train(learner, Batches(config), schedule, folder, resume=resume)


def rate_factor(step: int, config: TrainConfig) -> float:
    """Share of the peak learning rate at `step`: a linear rise, then a cosine down to 2 %."""
    if step < config.warmup:
        return (step + 1) / config.warmup
    along = (step - config.warmup) / max(1, config.steps - config.warmup)
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, along)))


def _groups(network: FlashDepthLite, config: TrainConfig) -> list[dict[str, object]]:
    parts = (
        (network.encoder, config.encoder_rate),
        (network.temporal, config.temporal_rate),
        (network.hold, config.temporal_rate),
        (None, config.learning_rate),
    )
    special = {id(p) for part, _ in parts if part for p in part.parameters()}
    groups = []
    for part, rate in parts:
        if part is None:
            chosen = [p for p in network.parameters() if id(p) not in special]
        else:
            chosen = list(part.parameters())
        for parameter in chosen:
            parameter.requires_grad_(parameter.requires_grad and rate > 0)
        trained = [p for p in chosen if p.requires_grad]
        if trained:
            groups.append({"params": trained, "peak": rate, "lr": rate})
    return groups
