"""What the stages of a frame cost on a device that nobody has here: computed, never measured.

A network is run on tensors without contents; every operation is charged the longer of its floating
point operations at the device's peak and its bytes at the device's bandwidth (the roofline,
Williams et al. 2009). No device reaches its peaks, so these are bounds from below on the time.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from models.preprocess import PictureFormat, Size


@dataclass(frozen=True, slots=True)
class Hardware:
    """Peaks from a data sheet: dense, without sparsity, at boost clock.

    bfloat16_flops, float32_flops : per second; float32 outside of tensor cores.
    memory_bytes, link_bytes : per second, of the device's memory and of one direction of its bus.
    host_bytes : per second, what one thread of the host copies or converts; an assumption.
    """

    title: str
    bfloat16_flops: float
    float32_flops: float
    memory_bytes: float
    link_bytes: float
    host_bytes: float = 5e9


HARDWARE: Mapping[str, Hardware] = {
    "a100": Hardware("NVIDIA A100 SXM 80 GB", 312e12, 19.5e12, 2039e9, 31.5e9),
    "h100": Hardware("NVIDIA H100 SXM 80 GB", 989e12, 67e12, 3350e9, 63e9),
    "rtx4090": Hardware("NVIDIA RTX 4090", 165e12, 82.6e12, 1008e9, 31.5e9),
}


@dataclass(slots=True)
class Cost:
    """Of a stage: floating point operations, bytes moved, and the bound on its time."""

    flops: float = 0.0
    moved_bytes: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A network without weights, cut as NetworkRecipe's are; `autocast` as there."""

    network: nn.Module
    picture: PictureFormat
    autocast: bool


def network_costs(
    skeleton: Skeleton, size: Size, hardware: Hardware, *, temporal: bool
) -> tuple[Cost, Cost]:
    """Encoder and decoder of a running video, in bfloat16, for a network input of that size."""
    width, height = size
    encoder, decoder = Cost(), Cost()
    with FakeTensorMode(), torch.no_grad(), warnings.catch_warnings():
        # Caches ask for the address of weights, which those here do not have.
        warnings.filterwarnings("ignore", "Accessing the data pointer of FakeTensor")
        network = cast(Any, skeleton.network)
        _hollow(skeleton.network)
        frames = torch.empty(1, 3, height, width)
        if not skeleton.autocast:
            frames = frames.bfloat16()
        with torch.autocast("cpu", torch.bfloat16, skeleton.autocast, cache_enabled=False):
            features = network.encode(frames)
            _, state = network.decode(features, None, temporal=temporal)
            with _Meter(encoder, hardware):
                features = network.encode(frames)
            with _Meter(decoder, hardware):
                network.decode(features, state, temporal=temporal)
    return encoder, decoder


def _hollow(network: nn.Module) -> None:
    """Put tensors of the surrounding fake mode in place of the parameters."""
    for module in network.modules():
        for name, weight in module.named_parameters(recurse=False):
            hollow = torch.empty(weight.shape, dtype=weight.dtype)
            setattr(module, name, nn.Parameter(hollow, requires_grad=False))


class _Meter(TorchDispatchMode):
    """Charges every operation to a Cost."""

    def __init__(self, cost: Cost, hardware: Hardware) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._cost = cost
        self._hardware = hardware

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> object:
        answer = func(*args, **(kwargs or {}))
        if _is_view(func):
            return answer
        flops = _flops(func, args, kwargs or {}, answer)
        read, written = _tensors((args, kwargs)), _tensors(answer)
        moved = sum(x.numel() * x.element_size() for x in read + written)
        hardware = self._hardware
        narrow = all(x.dtype is torch.bfloat16 for x in read if x.is_floating_point())
        peak = hardware.bfloat16_flops if narrow else hardware.float32_flops
        self._cost.flops += flops
        self._cost.moved_bytes += moved
        self._cost.seconds += max(flops / peak, moved / hardware.memory_bytes)
        return answer


def _tensors(values: Any) -> list[Tensor]:
    return [value for value in pytree.tree_leaves(values) if isinstance(value, Tensor)]


def _is_view(func: Any) -> bool:
    aliases = [returned.alias_info for returned in func._schema.returns]
    return any(alias is not None and not alias.is_write for alias in aliases)


def _flops(func: Any, args: Any, kwargs: Any, answer: Any) -> float:
    if func is torch.ops.aten._scaled_dot_product_flash_attention_for_cpu.default:
        query, key, value = args[:3]
        pairs = query.shape[:-1].numel() * key.shape[-2]
        return float(2 * pairs * (query.shape[-1] + value.shape[-1]))
    counted = flop_registry.get(func._overloadpacket)
    return float(counted(*args, **kwargs, out_val=answer)) if counted is not None else 0.0
