"""The training loop: one run from a configuration to exported weights, resumable to the bit."""

from __future__ import annotations

import csv
import json
import math
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from models.errors import UsageError
from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import FlashDepthLite
from models.flashdepth.lite_encoder import PIXEL_MEAN, PIXEL_SCALE
from models.training.cache import SceneCache
from models.training.config import TrainConfig
from models.training.losses import LossTerms, clip_loss
from models.training.samples import Batch, Batches
from models.training.sheet import save_sheet
from models.training.start import source_commit, start_network
from models.training.validation import (
    Report,
    held_out,
    per_frame,
    real_ratios,
    rendered_accuracy,
)

CHECKPOINT = "checkpoint.pt"
CURVE = "curve.csv"
VALIDATION = "validation.jsonl"
LARGEST_GRADIENT = 1.0
SHEET_SCENES = 6


class Run:
    """A network in training, with everything that has to be kept to go on with it."""

    def __init__(self, config: TrainConfig, folder: Path) -> None:
        self.config, self.folder = config, folder
        torch.manual_seed(config.seed)
        self.network = start_network(config)
        self.network.encoder.freeze(config.frozen_blocks)
        self.network.train()
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

    def resume(self) -> bool:
        """Go on where the folder's checkpoint was written; False if there is none."""
        path = self.folder / CHECKPOINT
        if not path.exists():
            return False
        kept = torch.load(path, weights_only=True)
        if kept["config"] != _plain(self.config):
            raise UsageError(
                f"{self.folder} holds a run with another configuration; choose another folder."
            )
        self.network.load_state_dict(kept["network"])
        self.average = kept["average"]
        self.optimiser.load_state_dict(kept["optimiser"])
        self.step = kept["step"]
        torch.set_rng_state(kept["random"])
        return True

    def save(self) -> None:
        """Write the checkpoint and the averaged weights; a crash leaves the old ones whole."""
        kept = {
            "config": _plain(self.config),
            "network": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "random": torch.get_rng_state(),
        }
        draft = self.folder / (CHECKPOINT + ".draft")
        torch.save(kept, draft)
        draft.replace(self.folder / CHECKPOINT)
        notes = {"run": self.config.name, "steps": str(self.step), "commit": source_commit()}
        weights.save(self.folder / weights.FILE_NAME, self.average, self.network.config, notes)

    def averaged(self) -> FlashDepthLite:
        """A copy with the averaged weights, ready to predict."""
        network = FlashDepthLite(self.network.config)
        network.load_state_dict(self.average)
        return network.for_inference(torch.float32)

    def learn(self, batch: Batch) -> LossTerms:
        """One optimiser step."""
        factor = rate_factor(self.step, self.config)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        with_memory = batch.frames.shape[1] > 1 and not self._memory_off()
        predicted = self._answer(self.network, batch.frames, with_memory)
        taught = self._taught(batch, with_memory)
        terms = clip_loss(predicted, batch.disparity, batch.flow, batch.covisible, taught)
        loss = self.total(terms)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), LARGEST_GRADIENT)
        self.optimiser.step()
        self.step += 1
        self._remember_average()
        return terms

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
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(config, folder)
    if not (resume and run.resume()) and (folder / CHECKPOINT).exists():
        raise UsageError(f"{folder} holds a run already; use --resume or another folder.")
    report = None
    with closing(_batches(config, run.step)) as batches, Curve(folder / CURVE, run.step) as curve:
        for batch in batches:
            terms = run.learn(batch)
            curve.add(run.step, terms, run.total(terms), config.log_every)
            last = run.step == config.steps
            if last or run.step % config.save_every == 0:
                run.save()
            if last or run.step % config.validate_every == 0:
                report = validate(run)
    return report


def validate(run: Run) -> Report:
    """Measure the averaged weights; adds a line to VALIDATION and a sheet of pictures."""
    config, data = run.config, run.config.data
    predict = per_frame(run.averaged(), min(config.size[1], 288), run.precision)
    cache = SceneCache(Path(data.cache), data.render_size, data.frames)
    report = Report(
        rendered_accuracy(predict, held_out(cache, config.validation_scenes)),
        real_ratios(predict, config.validation_real),
    )
    line = {"step": run.step, "real_ratio": report.real_ratio} | asdict(report)
    with (run.folder / VALIDATION).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    shown = [c.rgb[0] for c in held_out(cache, min(SHEET_SCENES, config.validation_scenes))]
    save_sheet(run.folder / f"sheet-{run.step:06d}.png", shown, predict)
    return report


def rate_factor(step: int, config: TrainConfig) -> float:
    """Share of the peak learning rate at `step`: a linear rise, then a cosine down to 2 %."""
    if step < config.warmup:
        return (step + 1) / config.warmup
    along = (step - config.warmup) / max(1, config.steps - config.warmup)
    return 0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, along)))


class Curve:
    """The loss terms as CSV, averaged over the steps between two lines."""

    FIELDS = (
        "step", "loss", "level", "shape", "gradient", "temporal", "teacher", "seconds_per_step",
    )  # fmt: skip

    def __init__(self, path: Path, step: int) -> None:
        kept = []
        if step and path.exists():  # lines after the checkpoint will be written again
            with path.open(newline="", encoding="utf-8") as file:
                kept = [row for row in csv.DictReader(file) if int(row["step"]) <= step]
        self._file = path.open("w", newline="", encoding="utf-8")
        self._writer = csv.DictWriter(self._file, self.FIELDS)
        self._writer.writeheader()
        self._writer.writerows(kept)
        self._sums: list[list[float]] = []
        self._since = time.perf_counter()

    def __enter__(self) -> Curve:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, step: int, terms: LossTerms, total: Tensor, every: int) -> None:
        """Take note of one step; every `every` steps a line is written."""
        parts = (total, terms.level, terms.shape, terms.gradient, terms.temporal, terms.teacher)
        self._sums.append([float(part.detach()) for part in parts])
        if step % every:
            return
        means = [sum(column) / len(self._sums) for column in zip(*self._sums, strict=True)]
        taken = (time.perf_counter() - self._since) / len(self._sums)
        row = [step, *(f"{mean:.5f}" for mean in means), f"{taken:.3f}"]
        self._writer.writerow(dict(zip(self.FIELDS, row, strict=True)))
        self._file.flush()
        self._sums, self._since = [], time.perf_counter()


def _batches(config: TrainConfig, first: int) -> Generator[Batch, None, None]:
    workers = config.data.workers
    loader: DataLoader[Batch] = DataLoader(
        Batches(config),
        batch_size=None,
        sampler=range(first, config.steps),
        num_workers=workers,
        prefetch_factor=6 if workers else None,
        # Workers draw from their own generators; this one keeps the global one untouched.
        generator=torch.Generator(),
    )
    yield from loader


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


def _plain(config: TrainConfig) -> str:
    return json.dumps(asdict(config), sort_keys=True)
