"""The mean of networks, with the memories of another.

    python -m models.training.merge FRAMES ... --memories FILE --out FILE [--towards-imagenet SHARE]

Memories that were trained on the frames' weights of one run serve weights that are near to them.

An encoder that learned from rendered scenes sees photographs worse than before: going part of the
way back to its ImageNet weights costs nothing on rendered scenes and helps on real ones (Wortsman
et al., "Robust fine-tuning of zero-shot models", CVPR 2022).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from models.flashdepth import lite_weights
from models.flashdepth.lite import FlashDepthLite
from models.flashdepth.lite_encoder import fold_imagenet_weights
from models.training.imagenet import imagenet_weights
from models.training.start import mean_network, source_commit

MEMORIES = ("temporal.", "hold.")
"""How the names of their weights begin."""


def merge(frames: Sequence[FlashDepthLite], memories: FlashDepthLite) -> FlashDepthLite:
    """The mean of `frames`, which share a start, with the weights of the memories of `memories`."""
    network = mean_network(frames)
    kept = {k: v for k, v in memories.state_dict().items() if k.startswith(MEMORIES)}
    network.load_state_dict(network.state_dict() | kept)
    return network


@torch.no_grad()
def move_encoder(network: FlashDepthLite, weights: Mapping[str, Tensor], share: float) -> None:
    """Move the encoder of `network` in a straight line towards other weights.

    Parameters
    ----------
    weights
        By the encoder's own names; more than it has may be there.
    share
        Of the way, in [0, 1].
    """
    for name, value in network.encoder.state_dict().items():
        value.lerp_(weights[name], share)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m models.training.merge")
    parser.add_argument("frames", type=Path, nargs="+", metavar="FRAMES")
    parser.add_argument("--memories", type=Path, required=True, metavar="FILE")
    parser.add_argument("--towards-imagenet", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    asked = parser.parse_args()
    frames = [lite_weights.load(path) for path in asked.frames]
    network = merge(frames, lite_weights.load(asked.memories))
    run = f"mean of {', '.join(map(str, asked.frames))}; memories of {asked.memories}"
    if asked.towards_imagenet:
        published = fold_imagenet_weights(imagenet_weights())
        move_encoder(network, published, asked.towards_imagenet)
        run += f"; encoder {asked.towards_imagenet:g} of the way to ImageNet"
    notes = {"run": run, "commit": source_commit()}
    lite_weights.save(asked.out, network.state_dict(), network.config, notes)


if __name__ == "__main__":
    main()
