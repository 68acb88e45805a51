"""Numbers of the FlashDepth paper, to stand beside ours.

All are second hand: from a summary that reprints the paper's tables, whose mean ranks agree with
its columns. AbsRel is not among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PAPER_SETS = ("eth3d", "sintel", "waymo", "unreal4k", "urbansyn")
"""The paper's columns, in its order."""
BOUNDARY_SETS = ("unreal4k", "urbansyn")
SOURCE = (
    "Second hand: numbers of the paper (Chou et al. 2025) as a summary of it reprints them, not "
    "read in the paper itself. The released weights are not those of the paper."
)


@dataclass(frozen=True, slots=True)
class Published:
    """One method of the paper.

    Attributes
    ----------
    name, size
        As printed, with the size of its input.
    delta1, boundary_f1
        By data set; what is not printed is absent.
    rank
        Mean rank over the five data sets; None if not printed.
    fps
        On an A100; None if not printed.
    """

    name: str
    size: str
    delta1: Mapping[str, float] = field(default_factory=dict)
    boundary_f1: Mapping[str, float] = field(default_factory=dict)
    rank: float | None = None
    fps: float | None = None


def _five(*values: float) -> dict[str, float]:
    return dict(zip(PAPER_SETS, values, strict=True))


def _edges(*values: float) -> dict[str, float]:
    return dict(zip(BOUNDARY_SETS, values, strict=True))


PUBLISHED: tuple[Published, ...] = (
    Published(
        "Depth Anything V2", "924x518",
        _five(0.633, 0.561, 0.897, 0.379, 0.622), _edges(0.058, 0.118), 5.4, 30,
    ),
    Published(
        "DepthCrafter", "1024x576",
        _five(0.745, 0.697, 0.790, 0.399, 0.556), _edges(0.021, 0.044), 4.6, 2.1,
    ),
    Published(
        "Video Depth Anything", "924x518",
        _five(0.864, 0.660, 0.944, 0.606, 0.892), _edges(0.049, 0.097), 1.6, 24,
    ),
    Published(
        "CUT3R", "512x288",
        _five(0.836, 0.509, 0.902, 0.851, 0.878), _edges(0.007, 0.019), 3.6, 14,
    ),
    Published(
        "FlashDepth-L", "924x518",
        _five(0.875, 0.642, 0.924, 0.566, 0.882), _edges(0.048, 0.136), 2.2, 30,
    ),
    Published("FlashDepth-L at 2K", "2044x1148", {}, _edges(0.143, 0.271), None, 6.0),
    Published(
        "FlashDepth Full", "2044x1148",
        _five(0.848, 0.642, 0.916, 0.545, 0.862), _edges(0.109, 0.185), 3.4, 24,
    ),
    Published(
        "FlashDepth-S", "924x518", {"eth3d": 0.786, "waymo": 0.898, "urbansyn": 0.784}
    ),
)  # fmt: skip
