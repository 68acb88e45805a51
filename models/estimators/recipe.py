"""What is needed to run an image network as a lane. Made for the menus, without loading torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from models.errors import UserError
from models.picture_format import IMAGENET_14, PictureFormat

if TYPE_CHECKING:
    import torch
    from torch import Tensor


class Gives(Enum):
    """Meaning of a network's output: affine-invariant disparity, inverse metres or metres."""

    DISPARITY = "disparity"
    INVERSE_METRES = "inverse metres"
    DEPTH_M = "metres"


class StreamNetwork(Protocol):
    """A network split where memory enters. Features and state are opaque (hence Any)."""

    def encode(self, frames: Tensor) -> Any:
        """(1, 3, h, w) prepared picture to features, which do not depend on memory."""
        ...

    def decode(self, features: Any, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        """(1, h, w) output and the state after the frame; the features are not modified."""
        ...


@dataclass(frozen=True, slots=True)
class NetworkRecipe:
    """How a network is loaded, and what pictures it takes.

    Attributes
    ----------
    name
        Of its weights; lanes of the same name share one network.
    title
        Its name in messages.
    load
        Builds it on a device, ready for inference in that precision. Raises CheckpointError.
    picture
        Format of its input.
    input_size
        Default short side in pixels; None is native.
    gives
        What its output means.
    autocast
        In bfloat16 its weights stay float32 and torch chooses the precision per operation; False
        for a network that `load` returns in bfloat16 and that takes bfloat16 pictures.
    int8
        Returns the file of `models.devices.quantised` for these weights, or None.
    """

    name: str
    title: str
    load: Callable[[torch.device, torch.dtype], StreamNetwork]
    picture: PictureFormat = IMAGENET_14
    input_size: int | None = 518
    gives: Gives = Gives.DISPARITY
    autocast: bool = True
    int8: Callable[[], Path | None] = lambda: None

    def unusable(self) -> UserError:
        """The error for a frame whose disparity contains NaN or infinity."""
        return UserError(
            f"{self.title} returned no usable disparity for this frame and its memory was reset; "
            "if it keeps happening, choose another input size or model."
        )
