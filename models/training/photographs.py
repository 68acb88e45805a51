"""Photographs that rendered scenes wear as pictures, posters, screens and fabrics.

They come with scikit-image and scikit-learn; each may be used and shared. MODEL_CARD.md beside the
weights lists them with their authors.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np

from models.errors import UsageError
from models.extras import missing_extra
from models.frames import UInt8
from models.opencv import cv2

SCIKIT_IMAGE = (
    "astronaut.png",  # NASA, public domain
    "brick.png",  # CC0Textures
    "camera.png",  # Lav Varshney, CC0
    "chelsea.png",  # Stefan van der Walt, CC0
    "coffee.png",  # Rachel Michetti, CC0
    "grass.png",  # linolafett, CC0
    "gravel.png",  # CC0Textures
    "hubble_deep_field.jpg",  # NASA, public domain
    "rocket.jpg",  # SpaceX, public domain
)
SCIKIT_LEARN = (
    "china.jpg",  # danielbuechele, CC BY 2.0
    "flower.jpg",  # vultilion, CC BY 2.0
)
CROPS = 3
SMALLEST_SIDE = 96


@lru_cache(maxsize=1)
def photographs() -> tuple[UInt8, ...]:
    """(H, W, 3) uint8 RGB: every picture whole, and CROPS fixed parts of it.

    Raises UsageError if the packages that carry them are not installed.
    """
    try:
        folders = (
            (resources.files("skimage") / "data", SCIKIT_IMAGE),
            (resources.files("sklearn.datasets") / "images", SCIKIT_LEARN),
        )
    except ModuleNotFoundError as error:
        raise UsageError(
            missing_extra(
                "The photographs for training need", "train", "scikit-image, scikit-learn"
            )
        ) from error
    rng = np.random.default_rng(11)
    found: list[UInt8] = []
    for folder, names in folders:
        for name in names:
            picture = _read(folder / name)
            found.append(picture)
            found += [_part(picture, rng) for _ in range(CROPS)]
    return tuple(found)


def _read(file: Traversable) -> UInt8:
    data = np.frombuffer(file.read_bytes(), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)


def _part(picture: UInt8, rng: np.random.Generator) -> UInt8:
    height, width = picture.shape[:2]
    side = int(rng.uniform(SMALLEST_SIDE, min(height, width)))
    top, left = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    return np.ascontiguousarray(picture[top : top + side, left : left + side])
