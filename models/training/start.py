"""What a run begins with: the network, and the commit of the code."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Sequence
from pathlib import Path

import torch

from models.flashdepth import lite_weights as weights
from models.flashdepth.lite import FlashDepthLite, LiteConfig
from models.flashdepth.lite_encoder import fold_imagenet_weights
from models.training.config import IMAGENET, TrainConfig
from models.training.imagenet import imagenet_weights


def start_network(config: TrainConfig) -> FlashDepthLite:
    """The network of the configured design, with the weights that the run starts from."""
    sizes = LiteConfig.second() if config.design == 2 else LiteConfig()
    network = FlashDepthLite(sizes)
    if config.start == IMAGENET:
        folded = fold_imagenet_weights(imagenet_weights())
        network.encoder.load_state_dict({k: folded[k] for k in network.encoder.state_dict()})
        return network
    paths = (config.start,) if isinstance(config.start, str) else config.start
    donor = mean_network([weights.load(Path(path)) for path in paths])
    if donor.config.version == config.design:
        return donor
    warm_start(network, donor)
    return network


def mean_network(networks: Sequence[FlashDepthLite]) -> FlashDepthLite:
    """The mean of the weights of networks that were trained from the same start."""
    states = [network.state_dict() for network in networks]
    mean = {name: sum(s[name] for s in states) / len(states) for name in states[0]}
    networks[0].load_state_dict(mean)
    return networks[0]


@torch.no_grad()
def warm_start(network: FlashDepthLite, donor: FlashDepthLite) -> list[str]:
    """Give `network` what fits it of another design. Returns the names of what was taken.

    The last layers of the memories stay at zero: they belong to what comes before them.
    """
    has = donor.state_dict()
    taken = []
    for name, value in network.state_dict().items():
        if name.startswith(("temporal.final_layer.", "hold.")):
            continue
        if name in has and has[name].shape == value.shape:
            value.copy_(has[name])
            taken.append(name)
    return taken


@functools.cache
def source_commit() -> str:
    """The commit that this code was checked out at; "" outside of a repository."""
    asked = ["git", "rev-parse", "HEAD"]
    try:
        told = subprocess.run(
            asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()
