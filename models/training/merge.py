"""The mean of networks, with the memories of another.

    python -m models.training.merge FRAMES ... --memories FILE --out FILE

Memories that were trained on the frames' weights of one run serve weights that are near to them.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from models.flashdepth import lite_weights
from models.flashdepth.lite import FlashDepthLite
from models.training.start import mean_network, source_commit

MEMORIES = ("temporal.", "hold.")
"""How the names of their weights begin."""


def merge(frames: Sequence[FlashDepthLite], memories: FlashDepthLite) -> FlashDepthLite:
    """The mean of `frames`, which share a start, with the weights of the memories of `memories`."""
    network = mean_network(frames)
    kept = {k: v for k, v in memories.state_dict().items() if k.startswith(MEMORIES)}
    network.load_state_dict(network.state_dict() | kept)
    return network


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m models.training.merge")
    parser.add_argument("frames", type=Path, nargs="+", metavar="FRAMES")
    parser.add_argument("--memories", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    asked = parser.parse_args()
    frames = [lite_weights.load(path) for path in asked.frames]
    network = merge(frames, lite_weights.load(asked.memories))
    run = f"mean of {', '.join(map(str, asked.frames))}; memories of {asked.memories}"
    notes = {"run": run, "commit": source_commit()}
    lite_weights.save(asked.out, network.state_dict(), network.config, notes)


if __name__ == "__main__":
    main()
