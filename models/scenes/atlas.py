"""All textures of a scene and their reduced copies in one picture, sampled by one remap.

Layout of a texture's tile: the full picture on the left, its halvings stacked on the right, each
with a wrapped border of one texel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2
from models.scenes import pictures, textures
from models.scenes.textures import SIZE, Float32, Maker, Rng

LEVELS = 8
TILE_HEIGHT = SIZE + 14
TILE_WIDTH = SIZE + SIZE // 2 + 4

_GROUPS: dict[str, tuple[tuple[Maker, int], ...]] = {
    "plain": ((textures.plain, 1),),
    "wall": ((textures.plaster, 4), (textures.stripes, 1), (textures.dots, 1), (textures.stone, 1)),
    "wood": ((textures.wood, 5),),
    "grain": ((textures.grain, 5),),
    "floor": ((textures.parquet, 3), (textures.tiles, 3), (textures.speckle, 2)),
    "tile": ((textures.tiles, 3),),
    "brick": ((textures.brick, 3),),
    "stone": ((textures.stone, 3),),
    "cloth": (
        (textures.fabric, 4),
        (textures.stripes, 2),
        (textures.checks, 2),
        (textures.dots, 1),
    ),
    "rug": ((textures.rug, 4),),
    "ground": ((textures.ground, 5),),
    "grass": ((textures.grass, 3),),
    "foliage": ((textures.foliage, 3),),
    "bark": ((textures.bark, 2),),
    "metal": ((textures.metal, 2),),
    "cloud": ((textures.clouds, 4),),
    "picture": (
        (pictures.landscape, 4),
        (pictures.abstract, 4),
        (pictures.portrait, 2),
        (pictures.corridor_painting, 2),
    ),
    "text": ((pictures.text, 3),),
    "screen": ((pictures.screen, 4),),
    "facade": ((pictures.facade, 5),),
    "books": ((pictures.books, 3),),
    "keyboard": ((pictures.keyboard, 2),),
    "label": ((pictures.label, 5),),
}
_MASKS: dict[str, tuple[tuple[Maker, int], ...]] = {
    "leaf": ((pictures.leaf_mask, 3),),
    "crown": ((pictures.crown_mask, 4),),
    "lattice": ((pictures.lattice_mask, 3),),
}


@dataclass(frozen=True, slots=True, eq=False)
class TextureAtlas:
    """Textures with their halvings in one picture.

    Attributes
    ----------
    picture
        (n * TILE_HEIGHT, TILE_WIDTH, 4) uint8; the fourth channel is empty, and there because
        OpenCV samples four channels in a third of the time of three.
    masks
        Index of a texture to (SIZE, SIZE) uint8 outlines, full size first, 255 inside.
    groups
        Name to the indices of the textures that belong to it.
    level_x, level_y
        (LEVELS,) where each halving starts within its tile.
    """

    picture: NDArray[np.uint8]
    masks: dict[int, tuple[NDArray[np.uint8], ...]]
    groups: dict[str, tuple[int, ...]]
    level_x: NDArray[np.float32]
    level_y: NDArray[np.float32]

    def pick(self, rng: Rng, group: str) -> int:
        """The index of a random texture of a group."""
        members = self.groups[group]
        return members[int(rng.integers(len(members)))]

    def with_photographs(self, photographs: Sequence[NDArray[np.uint8]]) -> TextureAtlas:
        """The same atlas with (H, W, 3) uint8 RGB pictures added as the group "photo".

        Raises
        ------
        ValueError
            If there are more textures than one picture can hold.
        """
        extra = [_squeeze(photograph) for photograph in photographs]
        first = len(self.picture) // TILE_HEIGHT
        if (first + len(extra)) * TILE_HEIGHT >= 32767:
            raise ValueError(f"at most {32766 // TILE_HEIGHT - first} photographs fit the atlas")
        picture = np.concatenate([self.picture, _tiles(extra)])
        groups = self.groups | {"photo": tuple(range(first, first + len(extra)))}
        return TextureAtlas(picture, self.masks, groups, self.level_x, self.level_y)


def _squeeze(photograph: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrunk: NDArray[np.uint8] = cv2.resize(photograph, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return shrunk


def _levels() -> tuple[list[int], list[int]]:
    x, y, top = [1], [1], 0
    for level in range(1, LEVELS):
        x.append(SIZE + 3)
        y.append(top + 1)
        top += (SIZE >> level) + 2
    return x, y


def _tiles(textures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """(n * TILE_HEIGHT, TILE_WIDTH, 4) the tiles of (SIZE, SIZE, 3) textures, one below another."""
    tiles = np.zeros((len(textures), TILE_HEIGHT, TILE_WIDTH, 4), np.uint8)
    for tile, texture in zip(tiles, textures, strict=True):
        picture = texture
        for level, (x, y) in enumerate(zip(*_levels(), strict=True)):
            size = SIZE >> level
            if level:
                picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
            wrapped = cv2.copyMakeBorder(picture, 1, 1, 1, 1, cv2.BORDER_WRAP)
            tile[y - 1 : y + size + 1, x - 1 : x + size + 1, :3] = wrapped
    return tiles.reshape(-1, TILE_WIDTH, 4)


def _to_bytes(picture: Float32) -> NDArray[np.uint8]:
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def _halvings(mask: Float32) -> tuple[NDArray[np.uint8], ...]:
    full = _to_bytes(mask)
    return tuple(
        cv2.resize(full, (SIZE >> level, SIZE >> level), interpolation=cv2.INTER_AREA)
        for level in range(LEVELS)
    )


@lru_cache(maxsize=1)
def default_atlas() -> TextureAtlas:
    """The textures of all built-in scenes, made once (under a second) and kept."""
    return build_atlas(2024)


def build_atlas(seed: int) -> TextureAtlas:
    """Textures of all groups, newly drawn; the same for the same seed."""
    rng = np.random.default_rng(seed)
    drawn: list[NDArray[np.uint8]] = []
    groups: dict[str, tuple[int, ...]] = {}
    masks: dict[int, tuple[NDArray[np.uint8], ...]] = {}
    for name, makers in _GROUPS.items():
        first = len(drawn)
        drawn += [_to_bytes(maker(rng)) for maker, count in makers for _ in range(count)]
        groups[name] = tuple(range(first, len(drawn)))
    foliage, metal = groups["foliage"][0], groups["metal"][0]
    for name, makers in _MASKS.items():
        first = len(drawn)
        for maker, count in makers:
            for i in range(count):
                masks[len(drawn)] = _halvings(maker(rng))
                drawn.append(drawn[metal if name == "lattice" else foliage + i % 3])
        groups[name] = tuple(range(first, len(drawn)))
    x, y = _levels()
    return TextureAtlas(
        _tiles(drawn),
        masks,
        groups,
        np.array(x, np.float32),
        np.array(y, np.float32),
    )
