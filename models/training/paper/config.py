"""What one run of the paper's training does, read from a TOML file.

Defaults are those of the released code, stage 1. Where the paper differs, or neither
says anything, the comment beside the number in the TOML files of `resources/training` names it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from models.errors import UsageError
from models.flashdepth.config import PATCH
from models.training.config import build, read_table

SCRATCH = "scratch"
"""`start` of a run without pretrained weights."""

Variant = Literal["flashdepth-s", "flashdepth-l", "flashdepth"]
Crop = Literal["centre", "random", "random-each-frame"]
Fit = Literal["cover", "enlarge"]
Precision = Literal["auto", "bfloat16", "float32"]

SMALLEST = 70
"""Shorter sides leave the memory a single cell, in pixels."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Peak learning rates; 0 freezes a part.

    Attributes
    ----------
    encoder, decoder
        Of the vision transformer and of all of the DPT head.
    temporal, fusion
        Of the Mamba-2 module, and of the hybrid's cross-attention.
    """

    encoder: float = 5e-6
    decoder: float = 5e-5
    temporal: float = 1e-4
    fusion: float = 1e-4


@dataclass(frozen=True, slots=True)
class DataEntry:
    """A training set and where it lies.

    Attributes
    ----------
    set
        A key of `models.training.paper.sets.SETS`.
    root
        Its folder as published, relative to the working directory.
    strides
        Steps between a clip's frames; one is drawn for each clip. Without any, the set's own.
    scale
        Factor by which frames are reduced before they are fitted to the crop; 0 for the set's own.
    scenes, frames, size
        Of the set `rendered` alone: how many scenes, frames of each, and (width, height).
    """

    set: str
    root: str
    strides: tuple[int, ...] = ()
    scale: float = 0.0
    scenes: int = 0
    frames: int = 0
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class ValidationConfig:
    """Rendered scenes that are never trained on; none are looked at with `scenes` 0."""

    cache: str = ".cache/training"
    size: tuple[int, int] = (384, 288)
    frames: int = 24
    scenes: int = 0


@dataclass(frozen=True, slots=True)
class PaperConfig:
    """One run of `python main.py train` with `kind = "paper"`.

    Attributes
    ----------
    variant
        Which network.
    start
        Weights of Depth Anything V2 (stage 1) or FlashDepth-S (stage 2): the name of installed
        ones, a file, or "scratch".
    teacher
        Of the hybrid: weights of FlashDepth-L, likewise.
    blocks
        Keep only these four or more blocks of the encoder, for machines without a GPU; all if
        empty. Exported weights have blocks that change nothing in place of the others.
    steps
        Optimiser steps of the run.
    clips
        In each process at each step.
    clip_length
        Frames of a clip.
    size
        (width, height) of the crop, multiples of 14.
    fit
        "cover" scales a frame to just contain the crop; "enlarge" does so only if it is smaller.
    crop
        Which part of that: its centre, or one drawn for a clip or for each of its frames.
    is_temporal
        False trains single frames, without memory.
    warmup
        Steps of the linear rise from a ten thousandth of the rates; they then stay.
    mask_apart
        Whether unknown pixels are left out of the averages that reduce the targets. The released
        code averages -1 into them.
    camera
        Whether frames look as if a webcam had taken them, with hunting exposure, noise and
        compression, in training and in validation.
    recompute
        Whether activations of the encoder and decoder are computed again in the backward pass
        instead of stored (activation checkpointing).
    precision
        "auto" computes in bfloat16 (autocast) on GPUs and in float32 elsewhere.
    """

    name: str
    variant: Variant = "flashdepth-s"
    start: str = "depth-anything-v2-s"
    teacher: str = ""
    blocks: tuple[int, ...] = ()
    seed: int = 42
    steps: int = 60001
    clips: int = 4
    clip_length: int = 5
    size: tuple[int, int] = (518, 518)
    fit: Fit = "cover"
    crop: Crop = "centre"
    is_temporal: bool = True
    rates: Rates = field(default_factory=Rates)
    warmup: int = 1000
    mask_apart: bool = True
    camera: bool = False
    recompute: bool = True
    precision: Precision = "auto"
    workers: int = 2
    log_every: int = 20
    save_every: int = 1000
    validate_every: int = 1000
    data: tuple[DataEntry, ...] = ()
    validation: ValidationConfig = field(default_factory=ValidationConfig)


def read_config(path: Path) -> PaperConfig:
    """The run that `path` describes.

    Raises
    ------
    UsageError
        If it cannot be used.
    """
    table = read_table(path)
    table.pop("kind", None)
    parts: dict[str, Any] = {
        "rates": build(Rates, table.pop("rates", {}), path),
        "validation": build(ValidationConfig, table.pop("validation", {}), path),
        "data": tuple(build(DataEntry, entry, path) for entry in table.pop("data", ())),
    }
    config = build(PaperConfig, {"name": path.stem} | table | parts, path)
    _check(config, path)
    return config


def _check(config: PaperConfig, path: Path) -> None:
    kinds = {"variant": Variant, "fit": Fit, "crop": Crop, "precision": Precision}
    for name, kind in kinds.items():
        if getattr(config, name) not in get_args(kind):
            allowed = ", ".join(get_args(kind))
            raise UsageError(f"{name} in {path} must be one of {allowed}; change it.")
    if any(side % PATCH or side < SMALLEST for side in config.size):
        raise UsageError(
            f"size in {path} must be two multiples of {PATCH}, at least {SMALLEST}; change it."
        )
    if not config.data:
        raise UsageError(f"{path} names no training set; add a [[data]] table.")
    if config.variant == "flashdepth" and not config.teacher:
        raise UsageError(f"{path} trains the hybrid without a teacher; add one.")
    if min(config.steps, config.clips, config.clip_length, config.warmup) < 1:
        raise UsageError(
            f"steps, clips, clip_length and warmup in {path} must be at least 1; change them."
        )
