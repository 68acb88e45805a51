"""Parameters and time per frame of the hub's kinds of models, beside the bundled network.

    python -m tests.bench.bench_hub [KIND …] [--rounds 3]

The networks have their published sizes and random weights, which take the same time; nothing is
downloaded. One 640x480 picture, each model at its processor's size, one thread, in turns with the
bundled network; medians of processor time.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from models import registry
from models.estimator import EstimatorOptions, FrameMemo, Session
from models.frames import Frame
from models.hub.families import FAMILIES


def _depth_anything(width: int, depth: int, heads: int, neck: list[int], fusion: int) -> Any:
    import transformers

    taps = [depth // 4 * n for n in (1, 2, 3, 4)] if depth == 12 else [5, 12, 18, 24]
    backbone = transformers.Dinov2Config(
        hidden_size=width, num_hidden_layers=depth, num_attention_heads=heads, image_size=518,
        patch_size=14, out_indices=taps, reshape_hidden_states=False, apply_layernorm=True,
    )  # fmt: skip
    return transformers.DepthAnythingForDepthEstimation(
        transformers.DepthAnythingConfig(
            backbone_config=backbone, reassemble_hidden_size=width, patch_size=14,
            neck_hidden_sizes=neck, fusion_hidden_size=fusion, head_hidden_size=32,
        )
    )  # fmt: skip


def _other(name: str, **sizes: Any) -> Any:
    import transformers

    network = getattr(transformers, f"{name}ForDepthEstimation")
    return network(getattr(transformers, f"{name}Config")(**sizes))


def _dpt_large() -> Any:
    return _other(
        "DPT", hidden_size=1024, num_hidden_layers=24, num_attention_heads=16,
        intermediate_size=4096, backbone_out_indices=[5, 11, 17, 23],
        neck_hidden_sizes=[256, 512, 1024, 1024],
    )  # fmt: skip


def _glpn() -> Any:
    return _other("GLPN", hidden_sizes=[64, 128, 320, 512], depths=[3, 8, 27, 3])


KINDS: dict[str, tuple[Callable[[], Any], tuple[int, int]]] = {
    "depth-anything-small": (
        lambda: _depth_anything(384, 12, 6, [48, 96, 192, 384], 64), (686, 518)
    ),
    "depth-anything-base": (
        lambda: _depth_anything(768, 12, 12, [96, 192, 384, 768], 128), (686, 518)
    ),
    "depth-anything-large": (
        lambda: _depth_anything(1024, 24, 16, [256, 512, 1024, 1024], 256), (686, 518)
    ),
    "dpt-large": (_dpt_large, (384, 384)),
    "glpn": (_glpn, (640, 480)),
    "zoedepth": (lambda: _other("ZoeDepth"), (512, 384)),
    "depth-pro": (lambda: _other("DepthPro"), (1536, 1536)),
}  # fmt: skip
"""Maker, and (width, height) of the input for a 640x480 picture."""


def _ms(run: Callable[[], object]) -> float:
    begun_s = time.thread_time()
    run()
    return 1000 * (time.thread_time() - begun_s)


def _bundled() -> tuple[Session, Frame]:
    rgb = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)
    session = registry.find("flashdepth-lite").open(EstimatorOptions("cpu", precision="float32"))
    return session, Frame(rgb, 0, 0, 0, 0.0)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[])
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    session, frame = _bundled()
    for kind in asked.kinds or KINDS:
        make, (width, height) = KINDS[kind]
        network = make().eval().requires_grad_(False)
        assert network.config.model_type in FAMILIES
        pixels = torch.randn(1, 3, height, width)
        ours, theirs = [], []
        with torch.inference_mode():
            for _ in range(asked.rounds):
                ours.append(_ms(lambda: session.submit(frame, FrameMemo()).result()))
                theirs.append(_ms(functools.partial(network, pixels)))
        millions = sum(p.numel() for p in network.parameters()) / 1e6
        took_ms, own_ms = statistics.median(theirs), statistics.median(ours)
        size = f"{width}x{height}"
        print(
            f"{kind:<22} {network.config.model_type:<15} {millions:7.1f} M  {size:<10}"
            f"{took_ms:8.0f} ms  {took_ms / own_ms:6.1f} x flashdepth-lite",
            flush=True,
        )


if __name__ == "__main__":
    main()
