"""What the memory of Video Depth Anything costs beside the same network frame by frame.

    python -m tests.bench.bench_video_depth_anything [--encoder vits] [--width 518] [--height 518]
        [--rounds 5]

Both runs share one process and take turns; medians of one thread's processor time are reported. The
memory is full: a window of 32 slots.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch

from models.video_depth_anything import VideoDepthAnything


def _ms(run: Callable[[], object]) -> float:
    begun_s = time.thread_time()
    run()
    return 1000 * (time.thread_time() - begun_s)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", choices=("vits", "vitb", "vitl"), default="vits")
    parser.add_argument("--width", type=int, default=518)
    parser.add_argument("--height", type=int, default=518)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    net = VideoDepthAnything(asked.encoder).eval().requires_grad_(False)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    frame = torch.randn(1, 3, asked.height, asked.width, generator=torch.Generator().manual_seed(0))
    frame = frame.to(memory_format=torch.channels_last)
    with torch.inference_mode():
        _, first = net(frame)
        assert first is not None
        state = first
        for _ in range(41):  # the same frame again stands for any other
            state = state.followed_by(first.first)
        remembering, alone = [], []
        for _ in range(asked.rounds):
            remembering.append(_ms(lambda: net(frame, state)))
            alone.append(_ms(lambda: net(frame, None, temporal=False)))
    with_ms, without_ms = statistics.median(remembering), statistics.median(alone)
    print(f"{asked.encoder} {asked.width}x{asked.height}: with memory / per frame "
          f"{with_ms / without_ms:.3f} ({with_ms:.0f} / {without_ms:.0f} ms)")  # fmt: skip


if __name__ == "__main__":
    main()
