"""Settings of the lanes: their models, and how those are run."""

from __future__ import annotations

from dataclasses import dataclass

from app.settings.rules import Between, Name, OneOf, Written
from app.settings.setting import Option, Scope, setting

INPUT_SIZES = (168, 224, 280, 336, 392, 448, 518, 616, 756, 1148)
"""Short sides of the network's input, in pixels, that menus offer."""

_IN_LANE_PICKER = "set in the lane's own menu, above its pane"


def _model_title(name: str) -> str:
    from models import registry

    return registry.title(name)


@dataclass(frozen=True)
class LaneSettings:
    """The models of the lanes, and how they are run.

    Attributes
    ----------
    input_size
        Short side in pixels of the picture the network gets; 0 is the model's own.
    """

    # fmt: off
    model_a: str = setting(
        "flashdepth-lite", Name(300), "Lane A", not_shown=_IN_LANE_PICKER, title_of=_model_title,
        option=Option("--a", "MODEL", "model of lane A"))
    model_b: str = setting(
        "flashdepth-lite-per-frame", Name(300), "Lane B", not_shown=_IN_LANE_PICKER,
        title_of=_model_title,
        option=Option("--b", "MODEL", "model of lane B"))
    memory: bool = setting(
        True, label="Temporal memory",
        tip="Off runs every model frame by frame, as if each frame were the first (M)")
    input_size: int = setting(
        0, Between(28, 4096, "Default"), "Input size",
        "Short side of the network's input in pixels; the work grows with its square "
        "(Ctrl+Up, Ctrl+Down)",
        control="choice",
        choices=((0, "Default"), *((size, f"{size} px") for size in INPUT_SIZES)),
        option=Option("--input-size", "N", "short side of the network's input, in pixels"))
    device: str = setting(
        "auto",
        Written(
            r"auto|cpu|mps|cuda(:\d{1,2})?|openvino(:(CPU|GPU|NPU))?",
            "auto, cpu, cuda, cuda:N, mps or openvino[:CPU|GPU|NPU]"),
        "Device", "Where the networks run (Ctrl+D)", control="choice",
        choices=(("auto", "Automatic"), ("cpu", "CPU")), scope=Scope.MACHINE,
        option=Option(
            "--device", "auto|cpu|cuda[:N]|mps|openvino[:CPU|GPU|NPU]", "where the networks run"))
    precision: str = setting(
        "auto",
        OneOf({
            "auto": "Automatic", "float32": "float32", "bfloat16": "bfloat16", "int8": "int8"}),
        "Precision",
        "Number format for inference; bfloat16 is faster on hardware that supports it, int8 with "
        "OpenVINO on a CPU",
        scope=Scope.MACHINE,
        option=Option(
            "--precision", "auto|float32|bfloat16|int8", "number format for inference"))
    threads: int = setting(
        0, Between(1, 256, "Automatic"), "Threads",
        "CPU threads for inference; Automatic goes by the number of cores (Ctrl+T)",
        scope=Scope.MACHINE, option=Option("--threads", "N", "CPU threads of the networks"))
    ema_factor: float = setting(
        0.8, Between(0, 0.99), "EMA factor",
        "Weight of the past in a +EMA lane: 0 is no smoothing, 0.99 is almost all past",
        control="slider", step=0.01,
        option=Option("--ema-factor", "X", "weight of the past in a +ema lane, 0 to 0.99"))
    # fmt: on
