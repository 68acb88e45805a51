"""A convolution together with what follows it.

On a CPU an activation or a sum after a convolution reads and writes the whole map once more, which
takes as long as a small convolution itself. oneDNN does both while the map is still in the cache;
PyTorch has that as operators of its compiler, which may be called without compiling anything.
Everywhere else, and in training, the plain operations run one after the other; values are equal.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import Enum

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Then(Enum):
    """What follows a convolution; the value is oneDNN's name and its numbers."""

    NOTHING = ("none", ())
    RELU = ("relu", ())
    RELU6 = ("hardtanh", (0.0, 6.0))


def convolve(
    conv: nn.Conv2d, x: Tensor, then: Then = Then.NOTHING, plus: Tensor | None = None
) -> Tensor:
    """`then(conv(x) + plus)`; `plus` has the shape of conv(x), or is None.

    Of `conv` weights, bias, padding, stride, dilation and groups count, not what its forward()
    may do besides.
    """
    has_operator = plus is None or then is not Then.RELU6
    if has_operator and _fuses(x):
        return _fused(conv, x, then, plus)
    y = F.conv2d(x, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups)
    if plus is not None:
        y = y + plus
    if then is Then.RELU:
        return F.relu(y)
    return F.relu6(y) if then is Then.RELU6 else y


def _fused(conv: nn.Conv2d, x: Tensor, then: Then, plus: Tensor | None) -> Tensor:
    name, numbers = then.value
    where = (conv.padding, conv.stride, conv.dilation, conv.groups)
    alone, with_sum = _operators()
    if plus is None:
        return alone(x, conv.weight, conv.bias, *where, name, numbers, "")
    after = None if then is Then.NOTHING else name
    return with_sum(x, plus, conv.weight, conv.bias, *where, "add", 1.0, after, numbers, "")


@functools.cache
def _operators() -> tuple[Callable[..., Tensor], Callable[..., Tensor]]:
    """Convolution with an activation, and with a sum and an activation."""
    overloads = torch.ops.mkldnn._convolution_pointwise
    return overloads.default, overloads.binary


def _fuses(x: Tensor) -> bool:
    """Whether the fused operators take `x`: inference on a CPU that oneDNN serves.

    They refuse a sum of bfloat16 maps that are not channels-last.
    """
    return (
        x.device.type == "cpu"
        and type(x) is Tensor  # counted and pretended tensors know the plain operations only
        and not torch.is_grad_enabled()
        and not torch.compiler.is_compiling()  # the compiler fuses by itself
        and not torch._C._get_tracing_state()  # a trace is read by who knows plain operations
        and not torch.is_autocast_enabled("cpu")
        and x.is_contiguous(memory_format=torch.channels_last)
        and x.dtype in _served()
    )


@functools.cache
def _served() -> frozenset[torch.dtype]:
    """The types of numbers that fused convolutions give the right answer for here."""
    return frozenset(dtype for dtype in (torch.float32, torch.bfloat16) if _is_right(dtype))


@torch.inference_mode()
def _is_right(dtype: torch.dtype) -> bool:
    """Try the operators, which are no public interface, on something small."""
    with torch.random.fork_rng(devices=[]):  # keeps the caller's random numbers as they are
        conv = nn.Conv2d(8, 8, 3, padding=1, dtype=dtype)
    for values in conv.parameters():
        values.copy_(torch.linspace(-0.5, 0.7, values.numel()).sin().reshape(values.shape))
    x = torch.linspace(-2.0, 2.0, 8 * 6 * 6).reshape(1, 8, 6, 6).to(dtype)
    x = x.contiguous(memory_format=torch.channels_last)
    try:
        got = [_fused(conv, x, Then.RELU6, None), _fused(conv, x, Then.RELU, x)]
    except (RuntimeError, AttributeError, TypeError):
        return False
    wanted = [F.relu6(conv(x)), F.relu(conv(x) + x)]
    return all(torch.allclose(g, w, rtol=0.02, atol=0.02) for g, w in zip(got, wanted, strict=True))
