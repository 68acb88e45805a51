"""What a frame must cost at least: operations and bytes, and the time they take on known GPUs.

    python -m tests.bench.roofline

Computed, not measured. The networks run on the "meta" device, where nothing is calculated, and
every operation is noted down: its floating-point operations (2 per multiply-add), and the bytes it
reads and writes. On a GPU an operation takes at least as long as its arithmetic at the peak rate
and as its bytes at the memory's full rate; "eager" adds these floors up over all operations as they
are, "ideal" takes the arithmetic and the weights' bytes alone, as if everything between were fused.
Activations count 2 bytes an element (bfloat16).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from models.depth_anything import DepthAnythingV2
from models.flashdepth import FlashDepth, FlashDepthConfig, TemporalState

ELEMENT_BYTES = 2
SIZES = ((924, 518), (2044, 1148))


@dataclass(frozen=True)
class Gpu:
    """Dense bfloat16 rate with float32 sums, and memory rate, from the maker's data sheet."""

    name: str
    tflops: float
    gb_per_s: float


GPUS = (
    Gpu("A100 80 GB", 312.0, 2039.0),
    Gpu("RTX 4090", 165.2, 1008.0),
    Gpu("H100 SXM", 989.4, 3350.0),
)


@dataclass
class Ledger(TorchDispatchMode):
    """(operations, bytes) of everything that runs inside."""

    entries: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        packet = function.overloadpacket
        attention = packet is torch.ops.aten.scaled_dot_product_attention
        if not attention and packet not in flop_registry:
            with self:
                decomposed = function.decompose(*args, **kwargs)
            if decomposed is not NotImplemented:
                return decomposed
        result = function(*args, **kwargs)
        if function.is_view or "empty" in str(function):
            return result
        if attention:  # one kernel that never stores its matrix of weights
            query, key = args[0], args[1]
            flops = 4 * query.numel() * key.shape[-2]
        elif packet in flop_registry:
            flops = flop_registry[packet](*args, **kwargs, out_val=result)
        else:
            flops = 0
        touched = sum(tensor.numel() for tensor in _tensors((args, kwargs, result)))
        self.entries.append((int(flops), ELEMENT_BYTES * touched))
        return result

    def seconds(self, gpu: Gpu) -> float:
        """The sum over operations of what binds each."""
        return sum(
            max(flops / (gpu.tflops * 1e12), size / (gpu.gb_per_s * 1e9))
            for flops, size in self.entries
        )


def _tensors(values: Any) -> Iterator[Tensor]:
    return (value for value in tree_leaves(values) if isinstance(value, Tensor))


def ledger_of(net: FlashDepth | DepthAnythingV2, width: int, height: int) -> Ledger:
    """Of one later frame, with memory where the network has one."""
    frames = torch.empty(1, 3, height, width, device="meta")
    with torch.inference_mode():
        state: TemporalState | None = None
        if isinstance(net, FlashDepth):
            _, state = net(frames[..., :70, :70])  # the state does not depend on the size
        with Ledger() as ledger:
            if isinstance(net, FlashDepth):
                net(frames, state)
            else:
                net(frames)
    return ledger


def main() -> None:
    """Print the table."""
    with torch.device("meta"):
        nets = {
            "FlashDepth-S": FlashDepth(FlashDepthConfig.small()),
            "FlashDepth-L": FlashDepth(FlashDepthConfig.large()),
            "FlashDepth": FlashDepth(FlashDepthConfig.full()),
            "Depth Anything V2 S": DepthAnythingV2("vits"),
            "Depth Anything V2 L": DepthAnythingV2("vitl"),
        }
    gpus = " | ".join(f"{gpu.name}, eager / ideal" for gpu in GPUS)
    print(f"| network | size | GFLOP | GB moved, eager | weights, GB | {gpus} |")
    print("|---|---|--:|--:|--:|" + "--:|" * len(GPUS))
    for name, net in nets.items():
        weights = ELEMENT_BYTES * sum(math.prod(p.shape) for p in net.parameters())
        for width, height in SIZES:
            ledger = ledger_of(net.eval(), width, height)
            flops = sum(entry[0] for entry in ledger.entries)
            moved = sum(entry[1] for entry in ledger.entries)
            times = [
                f"{1e3 * ledger.seconds(gpu):.1f} / "
                f"{1e3 * max(flops / gpu.tflops / 1e12, weights / gpu.gb_per_s / 1e9):.1f} ms"
                for gpu in GPUS
            ]
            print(
                f"| {name} | {width}x{height} | {flops / 1e9:,.0f} | {moved / 1e9:.1f} "
                f"| {weights / 1e9:.2f} | {' | '.join(times)} |"
            )


if __name__ == "__main__":
    main()
