"""What it takes to run an image network as a lane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from models.errors import UserError
from models.preprocess import IMAGENET_14, PictureFormat


class StreamNetwork(Protocol):
    """A network cut where memory comes in. Features and state are its own business (hence Any)."""

    def encode(self, frames: Tensor) -> Any:
        """(1, 3, h, w) prepared picture to features, which do not depend on memory."""
        ...

    def decode(self, features: Any, state: Any, *, temporal: bool) -> tuple[Tensor, Any]:
        """(1, h, w) disparity and the state after the frame; the features stay as they are."""
        ...


@dataclass(frozen=True, slots=True)
class NetworkRecipe:
    """A network, how it is loaded and what pictures it wants.

    Attributes
    ----------
    name : of its weights; lanes of the same name share one network.
    title : what messages call it.
    load : builds it on a device, ready for inference in that precision. Raises CheckpointError.
    input_size : short side in pixels it runs at unless told otherwise; None is native.
    autocast : in bfloat16 its weights stay float32 and torch picks the precision per operation;
        False for a network that `load` returns in bfloat16 and that takes bfloat16 pictures.
    """

    name: str
    title: str
    load: Callable[[torch.device, torch.dtype], StreamNetwork]
    picture: PictureFormat = IMAGENET_14
    input_size: int | None = 518
    autocast: bool = True

    def unusable(self) -> UserError:
        """What to say about a frame whose disparity has NaN or infinity in it."""
        return UserError(
            f"{self.title} returned no usable disparity for this frame; its memory was reset, and "
            "if that keeps happening choose another input size or model."
        )
