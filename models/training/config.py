"""What one training run does, read from a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from models.errors import UsageError

IMAGENET = "imagenet"
"""`start` of a run that begins with the published encoder and a fresh decoder."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RealData:
    """A folder of real frames with measured depth (`rgb/*.jpg`, `depth/*.png` in millimetres).

    Without a folder `depth` only the teacher says something about its frames.

    folder : relative to the working directory.
    first, last : numbers of the frames that are used, both included.
    """

    folder: str
    first: int = 0
    last: int = 10**9


@dataclass(frozen=True, slots=True)
class DataConfig:
    """Which pictures a run sees.

    cache : folder for rendered scenes; scenes that are missing are rendered when needed.
    render_size : (width, height) of rendered frames.
    scenes : rendered scenes in the pool.
    scenes_at_start, scenes_per_step : the pool grows from the one by the other, so that a run
        need not wait for the last scene to be rendered.
    frames : frames rendered per scene; more than one makes a clip with exact flow.
    real : real frames that are mixed in, and real_share their share of the samples.
    workers : processes that prepare batches; 0 prepares them in the training process.
    """

    cache: str = ".cache/training"
    render_size: tuple[int, int] = (384, 288)
    scenes: int = 4000
    scenes_at_start: int = 200
    scenes_per_step: float = 1.0
    frames: int = 1
    real: tuple[RealData, ...] = ()
    real_share: float = 0.0
    workers: int = 1

    def pool(self, step: int) -> int:
        """How many scenes step `step` draws from."""
        return max(1, min(self.scenes, self.scenes_at_start + int(step * self.scenes_per_step)))


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One run of `python main.py train`.

    design : 1 or 2, which FlashDepth-lite is trained.
    start : "imagenet", or weights files of earlier runs, relative to the working directory; of
        more than one the mean is taken. From weights of another design all that fits is taken.
    teacher : weights whose predictions are learned beside the truth; "" for none.
    teacher_weight : of that loss term.
    teacher_everywhere : false asks the teacher only about clips whose truth has gaps, which is
        most of what cameras saw.
    steps, batch : optimiser steps, and samples (frames or clips) in each.
    size : (width, height) the network trains at, multiples of 32.
    learning_rate : of the decoder; encoder_rate and temporal_rate are those of the other parts.
    warmup : steps until the full rates are reached; they then fall along a cosine.
    frozen_blocks : the stem and that many encoder blocks keep their weights.
    clip_length : 1 trains single frames without memory; more trains clips with memory.
    memory_off_share : share of the clips' batches that run without memory, so that the same
        weights stay good per frame.
    style_share : share of the batches whose pictures exchange style (see style); stills only.
    gradient_weight, temporal_weight : of the loss terms (see losses).
    ema : weight of the past in the moving average of the weights, which is what is exported.
    precision : "bfloat16" (autocast) or "float32".
    log_every, validate_every, save_every : in steps.
    validation_scenes : held-out rendered scenes; validation_real : folders that are only looked at.
    """

    name: str = "lite"
    design: int = 1
    start: str | tuple[str, ...] = IMAGENET
    teacher: str = ""
    teacher_weight: float = 0.0
    teacher_everywhere: bool = True
    seed: int = 0
    steps: int = 8000
    batch: int = 8
    size: tuple[int, int] = (256, 192)
    learning_rate: float = 6e-4
    encoder_rate: float = 1e-4
    temporal_rate: float = 0.0
    weight_decay: float = 0.01
    warmup: int = 200
    frozen_blocks: int = 11
    clip_length: int = 1
    memory_off_share: float = 0.0
    style_share: float = 0.0
    gradient_weight: float = 0.5
    temporal_weight: float = 0.0
    ema: float = 0.998
    precision: str = "bfloat16"
    threads: int = 1
    log_every: int = 20
    validate_every: int = 500
    save_every: int = 250
    validation_scenes: int = 48
    validation_real: tuple[str, ...] = ()
    data: DataConfig = field(default_factory=DataConfig)


def read_config(path: Path) -> TrainConfig:
    """The run that `path` describes. Raises UsageError if it cannot be used."""
    table = read_table(path)
    table.pop("kind", None)
    data = table.pop("data", {})
    real = tuple(build(RealData, entry, path) for entry in data.pop("real", ()))
    config = build(
        TrainConfig, table | {"data": build(DataConfig, data | {"real": real}, path)}, path
    )
    if any(side % 32 for side in config.size):
        raise UsageError(f"size in {path} must be two multiples of 32; change it.")
    if config.style_share and config.clip_length > 1:
        raise UsageError(f"style_share in {path} needs clip_length = 1; change one of them.")
    return config


def read_table(path: Path) -> dict[str, Any]:
    """What a TOML file says. Raises UsageError if it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"Can't read {path}: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not a TOML file: {error}.") from error


def build(kind: type[T], table: dict[str, Any], path: Path) -> T:
    """A dataclass of the keys in `table`. Raises UsageError for a key that it does not have."""
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(table) - known)
    if unknown:
        raise UsageError(f"{path} has the unknown key {unknown[0]!r}; known keys: {sorted(known)}.")
    frozen = {k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}
    return kind(**frozen)
