"""The schedule under computed stage times: what a GPU that is not here would do at best.

Nothing is measured. Stage times are the roofline's (`models.scheduling.costs`), those of the host
are bytes over an assumed rate, and the lanes' kernels take turns as if each filled the device.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from app.lanes import LANES
from app.pipeline import PipelineConfig
from models import checkpoints, registry
from models.errors import UsageError
from models.estimators import lite
from models.flashdepth.lite import PICTURE, FlashDepthLite
from models.preprocess import IMAGENET_14, Size, network_size
from models.restore_on_device import is_left_to_the_host
from models.scheduling import Conveyor, RingSizes, Stage, Task
from models.scheduling.costs import HARDWARE, Hardware, Skeleton, network_costs
from models.scheduling.simulated import Rehearsal, SimulatedDevice, Span, rehearse

FRAMES = 60
_COLUMNS = 72
_PERIODS_SHOWN = 3
_RESTORING_MAPS = 19
"""Float32 maps of the frame's size that are read or written where disparity is brought to another
size and made float16; counted in `models.restore_on_device`."""
_PAINTED_PIXELS = 790 * 440
"""Of a pane in a window of 1600x1000 with four of them."""
_PAINTED_BYTES = 16
"""Read and written for a pixel of a pane while a picture is resized and coloured."""

_LETTERS = {
    Stage.FILL: "f", Stage.UPLOAD: "u", Stage.ENCODE: "E", Stage.DECODE: "D",
    Stage.DOWNLOAD: "d", Stage.TAKE: "t",
}  # fmt: skip

StageKey = tuple[Stage, str]
"""A stage, and the network or lane it is for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is rehearsed: the network of each lane, and seconds per stage.

    show_s : what the host does with a result after it was taken.
    """

    networks: tuple[str, ...]
    stages_s: Mapping[StageKey, float]
    show_s: float

    def duration_s(self, task: Task) -> float:
        """Of a task of the schedule."""
        return self.stages_s[task.stage, task.owner]


def hardware(name: str) -> Hardware:
    """A device by its short name. Raises UsageError for one that is not known."""
    if name not in HARDWARE:
        raise UsageError(f"{name!r} cannot be simulated; choose {', '.join(sorted(HARDWARE))}.")
    return HARDWARE[name]


def plan(config: PipelineConfig, source: Size, device: Hardware) -> Plan:
    """Computed stage times for the lanes of `config` at a source size (width, height).

    Raises UsageError if no lane runs a network.
    """
    pixels = source[0] * source[1]
    stages: dict[StageKey, float] = {
        (Stage.FILL, ""): 2 * 3 * pixels / device.host_bytes,
        (Stage.UPLOAD, ""): 3 * pixels / device.link_bytes,
    }
    networks: list[str] = []
    show_s, taken = _PAINTED_BYTES * _PAINTED_PIXELS / device.host_bytes, 0
    for model in (config.model(lane) for lane in LANES):
        base = registry.family(model)
        if base in (registry.OFF, registry.GROUND_TRUTH):
            continue
        skeleton = _skeleton(base)
        wanted = config.options.input_size or registry.find(model).input_size
        size = network_size(*source, wanted, skeleton.picture.multiple)
        temporal = registry.find(model.removesuffix(registry.EMA_SUFFIX)).temporal
        encoder, decoder = network_costs(skeleton, size, device, temporal=temporal)
        inner, lane = size[0] * size[1], f"lane {len(networks)}"
        # Resizing and normalising reads bytes and goes over the picture in float32 a few times.
        prepared_s = (3 * pixels + 4 * 3 * 4 * inner) / device.memory_bytes
        stages[Stage.ENCODE, base] = encoder.seconds + prepared_s
        back = _way_back(size, source)
        stages[Stage.DECODE, lane] = decoder.seconds + back.device_bytes / device.memory_bytes
        stages[Stage.DOWNLOAD, lane] = 2 * back.pixels / device.link_bytes
        taken = max(taken, back.pixels)
        show_s += back.host_bytes / device.host_bytes
        networks.append(base)
    if not networks:
        raise UsageError("No lane runs a network; choose a model for --a or --b.")
    stages[Stage.TAKE, ""] = 6 * taken / device.host_bytes
    return Plan(tuple(networks), stages, show_s)


@dataclass(frozen=True, slots=True)
class _WayBack:
    """From a network's disparity to a pane: bytes moved on the device, pixels that travel, bytes
    moved on the host after they were taken.
    """

    device_bytes: float
    pixels: int
    host_bytes: float


def _way_back(network: Size, source: Size) -> _WayBack:
    inner, pixels = network[0] * network[1], source[0] * source[1]
    shown = 5 * pixels + _PAINTED_BYTES * _PAINTED_PIXELS
    if network == source:
        return _WayBack(0, pixels, shown)
    if is_left_to_the_host(network, source):
        return _WayBack(0, inner, shown + 4 * (inner + pixels))
    return _WayBack(_RESTORING_MAPS * 4 * pixels, pixels, shown)


def _skeleton(name: str) -> Skeleton:
    with torch.device("meta"):
        if name == lite.NAME:
            return Skeleton(FlashDepthLite().for_inference(torch.bfloat16), PICTURE, False)
        network = checkpoints.untrained(name)
    return Skeleton(network.eval().requires_grad_(False), IMAGENET_14, True)


def play(planned: Plan, in_flight: int = 2) -> tuple[Rehearsal, SimulatedDevice]:
    """Rehearse it with so many frames on their way."""
    others = {f"lane {number}": "compute" for number in range(1, len(planned.networks))}
    device = SimulatedDevice(planned.duration_s, others)
    conveyor = Conveyor(device, RingSizes(in_flight=in_flight))
    return rehearse(conveyor, device, planned.networks, FRAMES, show_s=planned.show_s), device


def report(planned: Plan, source: Size, hardware: Hardware) -> str:
    """What `bench --simulate` prints."""
    played, device = play(planned)
    alone, _ = play(planned, in_flight=1)
    steady = played.passages[len(played.passages) // 2 :]
    latency_s = max(p.returned_s - p.entered_s for p in steady)
    lines = [
        f"SIMULATED, not measured: {hardware.title}, source {source[0]}x{source[1]}, "
        f"lanes {' and '.join(planned.networks)}.",
        "Stage times are lower bounds from data-sheet peaks; a real device takes longer.",
        "",
        *_stage_table(planned),
        "",
        f"at most {1 / played.period_s:8.1f} frames per second with two on the way, as in the app",
        f"at most {1 / alone.period_s:8.1f} frames per second with one",
        f"at least {1e3 * latency_s:7.2f} ms from hand-over to return "
        f"({latency_s / played.period_s:.2f} periods)",
        "",
        *_occupancy(device.spans, played.period_s, planned.show_s),
        "",
        *_timeline(device.spans, played.period_s),
    ]
    return "\n".join(lines)


def _stage_table(planned: Plan) -> list[str]:
    rows = [f"{'stage':<28}{'ms':>9}"]
    for (stage, owner), seconds in planned.stages_s.items():
        if seconds:
            rows.append(f"{f'{stage.value} {owner}'.strip():<28}{1e3 * seconds:9.3f}")
    return [*rows, f"{'show':<28}{1e3 * planned.show_s:9.3f}"]


def _occupancy(spans: Sequence[Span], period_s: float, show_s: float) -> list[str]:
    """Share of the period for which each stream has work."""
    half = [span for span in spans if span.task.frame >= FRAMES // 2]
    frames = len({span.task.frame for span in half})
    busy: Counter[str] = Counter()
    for span in half:
        busy[span.task.stream] += span.end_s - span.start_s  # type: ignore[assignment]
    busy["host"] += show_s * frames  # type: ignore[assignment]
    return [f"{'stream':<12}{'busy':>7}"] + [
        f"{stream:<12}{seconds / frames / period_s:7.1%}" for stream, seconds in busy.items()
    ]


def _timeline(spans: Sequence[Span], period_s: float) -> list[str]:
    """A row per stream over a few periods; capitals are the networks, frames end in their digit."""
    first = min(span.start_s for span in spans if span.task.frame == FRAMES // 2)
    step_s = _PERIODS_SHOWN * period_s / _COLUMNS
    rows: dict[str, list[str]] = {}
    for span in spans:
        row = rows.setdefault(span.task.stream, ["·"] * _COLUMNS)
        begin = int((span.start_s - first) / step_s)
        end = max(begin + 1, int((span.end_s - first) / step_s))
        letters = _LETTERS[span.task.stage] * (end - begin - 1) + str(span.task.frame % 10)
        for column, letter in zip(range(begin, end), letters, strict=True):
            if 0 <= column < _COLUMNS:
                row[column] = letter
    head = f"{_PERIODS_SHOWN} periods, one column is {1e3 * step_s:.2f} ms; "
    legend = (
        "E encode, D decode; f u d t: fill, upload, download, take; then the frame's last digit"
    )
    return [head + legend, *(f"{stream:<9}{''.join(row)}" for stream, row in rows.items())]
