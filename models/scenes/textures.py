"""Procedural textures: small tileable pictures, each a function of a random generator.

Every maker returns (SIZE, SIZE, 3) float32 in display values 0–1 and repeats without a seam.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.opencv import cv2

SIZE = 256
Float32 = NDArray[np.float32]
Rng = np.random.Generator
Maker = Callable[[Rng], Float32]


def noise(rng: Rng, slope: float = 1.6, low: float = 1.0, stretch: float = 1.0) -> Float32:
    """(SIZE, SIZE) tileable noise in 0–1 whose spectrum falls off with `slope` above `low`."""
    spectrum = np.fft.rfft2(rng.standard_normal((SIZE, SIZE)))
    spectrum /= _falloff(slope, low, stretch)
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=(SIZE, SIZE))
    field = 0.5 + field * (0.2 / max(float(field.std()), 1e-9))
    return np.clip(field, 0, 1).astype(np.float32)


@lru_cache(maxsize=16)
def _falloff(slope: float, low: float, stretch: float) -> NDArray[np.float64]:
    """(SIZE, SIZE // 2 + 1) the frequency, at least `low`, to the power of `slope`."""
    fy = np.fft.fftfreq(SIZE)[:, None] * SIZE * stretch
    fx = np.fft.rfftfreq(SIZE)[None] * SIZE / stretch
    falloff: NDArray[np.float64] = np.maximum(np.hypot(fy, fx), low) ** slope
    falloff.flags.writeable = False
    return falloff


def colour(rng: Rng, saturation: float = 0.5, low: float = 0.15, high: float = 0.95) -> Float32:
    """(3,) a random colour of at most `saturation`, brightness between `low` and `high`.

    Half of them are warm, as most things that are built, woven or grown.
    """
    hue = rng.normal(0.09, 0.04) % 1.0 if rng.random() < 0.5 else rng.uniform(0, 1)
    weight = np.clip(np.abs((hue * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1, 0, 1)
    s = rng.uniform(0, saturation)
    return np.asarray(rng.uniform(low, high) * (1 - s + s * weight), np.float32)


def blend(mask: Float32, a: Float32, b: Float32) -> Float32:
    """Colours a where mask is 0, b where it is 1."""
    return _by_channel(lambda c: a[..., c] + (b[..., c] - a[..., c]) * mask)


def _by_channel(plane: Callable[[int], Float32]) -> Float32:
    """(SIZE, SIZE, 3) made of planes; three wide operations take less time than one narrow."""
    return np.asarray(cv2.merge([plane(c) for c in range(3)]))


def _grid() -> tuple[Float32, Float32]:
    axis = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE
    across, down = np.broadcast_arrays(axis[None], axis[:, None])
    return np.asarray(across, np.float32), np.asarray(down, np.float32)


def _grain(rng: Rng, picture: Float32, amount: float, slope: float = 0.8) -> Float32:
    factor = 1 + amount * (noise(rng, slope) - 0.5) * 2
    return _by_channel(lambda c: np.clip(picture[..., c] * factor, 0, 1))


def plain(rng: Rng) -> Float32:
    """One colour with the faintest grain."""
    return _grain(rng, np.broadcast_to(colour(rng, 0.3, 0.6), (SIZE, SIZE, 3)), 0.03)


def plaster(rng: Rng) -> Float32:
    """Painted wall: fine grain and large clouds of one colour."""
    base = np.broadcast_to(colour(rng, 0.25, 0.6), (SIZE, SIZE, 3))
    return _grain(rng, _grain(rng, base, 0.08, 0.5), rng.uniform(0.05, 0.25), 2.0)


def stone(rng: Rng) -> Float32:
    """Concrete or marble."""
    veins = np.abs(noise(rng, 2.0) - 0.5) * rng.uniform(3, 8)
    a, b = colour(rng, 0.2, 0.4), colour(rng, 0.2, 0.5)
    return _grain(rng, blend(np.clip(veins, 0, 1), a, b), 0.15)


def wood(rng: Rng, planks: int | None = None) -> Float32:
    """Boards with grain along u."""
    count = int(rng.choice([1, 3, 4, 6, 8])) if planks is None else planks
    x, y = _grid()
    board = np.floor(y * count).astype(np.intp)
    wave = noise(rng, 1.3, 2.0, 5.0)
    rings = 0.5 + 0.5 * np.sin((wave * rng.uniform(6, 20) + y * count) * 2 * np.pi)
    light = np.array([0.75, 0.52, 0.32], np.float32) * np.float32(rng.uniform(0.6, 1.3))
    picture = blend(rings * 0.6 + wave * 0.4, light, light * np.float32(rng.uniform(0.55, 0.85)))
    picture = picture * rng.uniform(0.8, 1.1, count).astype(np.float32)[board][..., None]
    if count > 1:
        seam = np.abs(y * count - np.round(y * count)) < 0.02 * count / 4
        joint = rng.uniform(0, 1, count)[board]
        seam |= np.abs((x - joint + 0.5) % 1.0 - 0.5) < 0.004
        picture[seam] *= 0.45
    return _grain(rng, picture, 0.08)


def grain(rng: Rng) -> Float32:
    """One wide board, as furniture is made of."""
    return wood(rng, 1)


def parquet(rng: Rng) -> Float32:
    """Floor boards."""
    return wood(rng, int(rng.choice([4, 6, 8])))


def tiles(rng: Rng) -> Float32:
    """Square or oblong tiles with joints, a colour each."""
    nx, ny = int(rng.choice([1, 2, 4, 8])), int(rng.choice([2, 4, 8]))
    x, y = _grid()
    ix, iy = np.floor(x * nx).astype(np.intp), np.floor(y * ny).astype(np.intp)
    shade = rng.uniform(1 - rng.uniform(0, 0.4), 1, (ny, nx)).astype(np.float32)
    picture = colour(rng, 0.5, 0.4) * shade[iy, ix][..., None]
    if rng.random() < 0.3:
        picture = blend(((ix + iy) % 2).astype(np.float32), picture, colour(rng))
    edge = np.minimum(
        np.abs(x * nx - np.round(x * nx)) / nx, np.abs(y * ny - np.round(y * ny)) / ny
    )
    joint = (edge < rng.uniform(0.004, 0.012)).astype(np.float32)
    return _grain(rng, blend(joint, picture, colour(rng, 0.1)), 0.1)


def brick(rng: Rng) -> Float32:
    """Bricks in running bond."""
    rows = int(rng.choice([6, 8, 12]))
    columns = rows // 2
    x, y = _grid()
    row = np.floor(y * rows).astype(np.intp)
    shifted = (x + (row % 2) * 0.5 / columns) % 1.0
    column = np.floor(shifted * columns).astype(np.intp)
    shade = rng.uniform(0.65, 1.1, (rows, columns)).astype(np.float32)[row, column]
    base = np.array([0.62, 0.33, 0.24], np.float32) if rng.random() < 0.6 else colour(rng, 0.3, 0.4)
    gap_x = np.abs(shifted * columns - np.round(shifted * columns)) < 0.05
    gap_y = np.abs(y * rows - np.round(y * rows)) < 0.09
    mask = (gap_x | gap_y).astype(np.float32)
    return _grain(rng, blend(mask, base * shade[..., None], colour(rng, 0.1, 0.5)), 0.25)


def stripes(rng: Rng) -> Float32:
    """Wallpaper or cloth with stripes."""
    x, y = _grid()
    n, m = int(rng.choice([2, 4, 8, 16])), int(rng.choice([0, 0, 0, 1]))
    wave = 0.5 + 0.5 * np.sin((x * n + y * n * m) * 2 * np.pi)
    mask = wave if rng.random() < 0.3 else (wave > rng.uniform(0.2, 0.8)).astype(np.float32)
    return _grain(rng, blend(mask, colour(rng, 0.6), colour(rng, 0.6)), 0.08)


def checks(rng: Rng) -> Float32:
    """Checkerboard or gingham."""
    x, y = _grid()
    n = int(rng.choice([2, 4, 8]))
    a, b = ((x * n) % 1 < 0.5).astype(np.float32), ((y * n) % 1 < 0.5).astype(np.float32)
    mask = np.abs(a - b) if rng.random() < 0.5 else (a + b) * np.float32(0.5)
    return _grain(rng, blend(mask, colour(rng, 0.7), colour(rng, 0.4)), 0.08)


def dots(rng: Rng) -> Float32:
    """Regular dots or small motifs."""
    x, y = _grid()
    n = int(rng.choice([4, 8, 12]))
    u, v = (x * n + 0.5 * (np.floor(y * n) % 2)) % 1 - 0.5, (y * n) % 1 - 0.5
    shape = np.hypot(u, v) if rng.random() < 0.6 else np.abs(u) + np.abs(v)
    mask = np.clip((rng.uniform(0.15, 0.4) - shape) * 20, 0, 1)
    return _grain(rng, blend(mask, colour(rng, 0.5), colour(rng, 0.7)), 0.06)


def fabric(rng: Rng) -> Float32:
    """Woven cloth."""
    x, y = _grid()
    n = int(rng.choice([32, 64]))
    weave = 0.5 + 0.25 * np.sin(x * n * 2 * np.pi) * np.sign(np.sin(y * n * np.pi))
    picture = blend(weave.astype(np.float32), colour(rng, 0.7) * 0.8, colour(rng, 0.5))
    return _grain(rng, _grain(rng, picture, 0.25), 0.15, 1.8)


def rug(rng: Rng) -> Float32:
    """A carpet with borders and a figure in the middle."""
    x, y = _grid()
    ring = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y)) * int(rng.choice([8, 12, 20]))
    palette = np.stack([colour(rng, 0.8) for _ in range(5)])
    index = np.floor(ring).astype(np.intp) % 5
    figure = np.sin(x * 2 * np.pi * int(rng.integers(2, 9))) * np.sin(y * 2 * np.pi * 4)
    index = np.where((ring > 2) & (figure > rng.uniform(0, 0.6)), (index + 2) % 5, index)
    return _grain(rng, palette[index], 0.2)


def ground(rng: Rng) -> Float32:
    """Asphalt, gravel, soil or sand."""
    base = colour(rng, 0.15, 0.25, 0.7)
    fine = noise(rng, rng.uniform(0.1, 0.9))
    picture = base * (0.6 + 0.8 * fine[..., None])
    return _grain(rng, picture, rng.uniform(0.03, 0.2), 1.5)


def grass(rng: Rng) -> Float32:
    """Meadow or lawn."""
    green = np.array([0.4, 0.52, 0.22], np.float32) * rng.uniform(0.7, 1.2)
    dry = np.array([0.55, 0.5, 0.25], np.float32)
    picture = blend(noise(rng, 1.5) * rng.uniform(0.2, 1), green, dry)
    return _grain(rng, _grain(rng, picture, 0.5, 0.3), 0.3, 1.5)


def foliage(rng: Rng) -> Float32:
    """A mass of leaves, light upon dark."""
    picture = np.zeros((SIZE, SIZE, 3), np.float32) + 0.12
    green = np.array([0.45, 0.62, 0.25], np.float32) * rng.uniform(0.8, 1.25, 3).astype(np.float32)
    for i in range(420):
        centre = rng.integers(0, SIZE, 2)
        axes = (int(rng.integers(4, 13)), int(rng.integers(2, 6)))
        tint = green * np.float32(0.35 + 0.65 * i / 420) * np.float32(rng.uniform(0.8, 1.25))
        for dx in (-SIZE, 0, SIZE):
            at = (int(centre[0]) + dx, int(centre[1]))
            cv2.ellipse(picture, at, axes, float(rng.uniform(0, 180)), 0, 360, tint.tolist(), -1)
    return np.asarray(np.clip(picture, 0, 1))


def bark(rng: Rng) -> Float32:
    """The bark of a tree, grain along v."""
    base = np.array([0.35, 0.26, 0.18], np.float32) * rng.uniform(0.7, 1.6)
    return np.clip(base * (0.4 + 1.2 * noise(rng, 1.1, 3.0, 0.3)[..., None]), 0, 1)


def metal(rng: Rng) -> Float32:
    """Brushed metal."""
    return _grain(
        rng, (0.5 + 0.3 * noise(rng, 0.8, 1.0, 8.0))[..., None] * colour(rng, 0.1, 0.6), 0.1
    )


def speckle(rng: Rng) -> Float32:
    """Terrazzo, granite, carpet."""
    mask = (noise(rng, rng.uniform(0.2, 1.0)) > rng.uniform(0.4, 0.65)).astype(np.float32)
    return _grain(rng, blend(mask, colour(rng, 0.3), colour(rng, 0.4)), 0.15)


def clouds(rng: Rng) -> Float32:
    """White on black, soft."""
    field = noise(rng, rng.uniform(1.5, 2.2), 2.0)
    mask = np.clip((field - rng.uniform(0.3, 0.55)) * rng.uniform(2, 4), 0, 1)
    return np.repeat(mask[..., None], 3, axis=2)
