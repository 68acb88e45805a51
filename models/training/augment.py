"""What cameras do to pictures: random exposure, colour, optics, noise and compression.

Rendered frames are too clean to teach a network about webcams. Geometry is left alone here (crops
and flips are in `samples`), so the truth stays exact. All values are drawn from the generator that
is handed in: the same generator gives the same picture.

In a clip the camera stays the same; its automatic exposure and white balance wander a little from
frame to frame, and noise and compression are new in each. That is what a memory has to see through.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.frames import Float32, UInt8
from models.opencv import cv2


@dataclass(frozen=True, slots=True)
class Camera:
    """How one camera renders light. All fields are in terms of values in [0, 1].

    gain : (3,) exposure and white balance on linear light.
    gamma, contrast, saturation : of the tone curve and the colours.
    vignette : share of light lost in the corners.
    blur : standard deviation of defocus, in pixels; sharpen : strength of the edge filter.
    streak, streak_angle : length (pixels) and direction (radians) of motion blur.
    shrink : resolution lost before the picture was scaled up again, 1 for none.
    noise, chroma_noise : standard deviation of fine noise and of coarse coloured noise.
    jpeg : quality, or 0 for none.
    order : channel order; other than (0, 1, 2) only to keep colours from meaning too much.
    """

    gain: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    contrast: float = 0.0
    saturation: float = 1.0
    vignette: float = 0.0
    blur: float = 0.0
    sharpen: float = 0.0
    streak: float = 0.0
    streak_angle: float = 0.0
    shrink: float = 1.0
    noise: float = 0.0
    chroma_noise: float = 0.0
    jpeg: int = 0
    order: tuple[int, int, int] = (0, 1, 2)


def random_camera(rng: np.random.Generator) -> Camera:
    """A camera from a good one in daylight to a poor one indoors."""

    def sometimes(share: float, low: float, high: float, otherwise: float = 0.0) -> float:
        return float(rng.uniform(low, high)) if rng.random() < share else otherwise

    exposure = 2.0 ** rng.normal(0.0, 0.55)
    white = np.exp(rng.normal(0.0, 0.12, 3)) * exposure
    grey = rng.random() < 0.06
    order = tuple(rng.permutation(3)) if rng.random() < 0.05 else (0, 1, 2)
    return Camera(
        gain=(float(white[0]), float(white[1]), float(white[2])),
        gamma=float(np.exp(rng.normal(0.0, 0.18))),
        contrast=float(rng.uniform(-0.25, 0.6)),
        saturation=0.0 if grey else float(np.clip(rng.normal(1.0, 0.35), 0.0, 2.0)),
        vignette=sometimes(0.4, 0.05, 0.5),
        blur=sometimes(0.3, 0.3, 1.6),
        sharpen=sometimes(0.25, 0.3, 1.5),
        streak=sometimes(0.12, 2.0, 9.0),
        streak_angle=float(rng.uniform(0.0, np.pi)),
        shrink=sometimes(0.2, 0.45, 0.9, otherwise=1.0),
        noise=sometimes(0.7, 0.002, 0.05),
        chroma_noise=sometimes(0.3, 0.005, 0.04),
        jpeg=int(sometimes(0.5, 20, 95)),
        order=(int(order[0]), int(order[1]), int(order[2])),
    )


def wandering(camera: Camera, length: int, rng: np.random.Generator) -> list[Camera]:
    """The same camera over `length` frames: automatic exposure and colour hunt, focus breathes."""
    strength = float(rng.choice([0.0, 0.03, 0.1]))
    drift = np.cumsum(rng.normal(0.0, strength / 2, (length, 3)), 0)
    flicker = rng.normal(0.0, strength, (length, 1)) + rng.normal(0.0, strength / 4, (length, 3))
    frames = []
    for offset in np.exp(drift + flicker):
        gain = tuple(float(g * o) for g, o in zip(camera.gain, offset, strict=True))
        streak = camera.streak * float(rng.uniform(0.3, 1.3))
        frames.append(replace(camera, gain=(gain[0], gain[1], gain[2]), streak=streak))
    return frames


def photograph(rgb: UInt8, camera: Camera, rng: np.random.Generator) -> UInt8:
    """(H, W, 3) uint8 as `camera` would have delivered it; noise is drawn from `rng`."""
    x = _optics(_GAMMA_TO_LINEAR[rgb], camera)
    x *= np.asarray(camera.gain, np.float32)
    np.clip(x, 0.0, 1.0, out=x)
    x = _LINEAR_TO_GAMMA[(x * (len(_LINEAR_TO_GAMMA) - 1)).astype(np.uint16)]
    if camera.gamma != 1.0:
        cv2.pow(x, camera.gamma, x)
    if camera.contrast:  # an S-curve, or its opposite, that keeps black and white
        x = x + camera.contrast * (x * (1.0 - x) * (2.0 * x - 1.0))
    if camera.saturation != 1.0:
        luma = x @ np.array([[0.299], [0.587], [0.114]], np.float32)
        x = luma + camera.saturation * (x - luma)
    x = x[..., list(camera.order)]
    x = _sensor(np.ascontiguousarray(x, np.float32), camera, rng)
    picture = np.clip(x * 255.0 + 0.5, 0.0, 255.0).astype(np.uint8)
    return _compress(picture, camera.jpeg) if camera.jpeg else picture


def _optics(x: Float32, camera: Camera) -> Float32:
    height, width = x.shape[:2]
    if camera.shrink < 1.0:
        small = (max(8, int(width * camera.shrink)), max(8, int(height * camera.shrink)))
        x = cv2.resize(x, small, interpolation=cv2.INTER_AREA)
        x = cv2.resize(x, (width, height), interpolation=cv2.INTER_LINEAR)
    if camera.blur > 0.0:
        x = cv2.GaussianBlur(x, (0, 0), camera.blur)
    if camera.streak > 1.0:
        x = cv2.filter2D(x, -1, _streak_kernel(camera.streak, camera.streak_angle))
    if camera.vignette > 0.0:
        across = np.linspace(-1.0, 1.0, width, dtype=np.float32) ** 2
        down = np.linspace(-1.0, 1.0, height, dtype=np.float32) ** 2
        x = x * (1.0 - camera.vignette * 0.5 * (across[None, :] + down[:, None]))[..., None]
    return np.asarray(x, np.float32)


def _streak_kernel(length: float, angle: float) -> Float32:
    size = int(length) // 2 * 2 + 3
    kernel = np.zeros((size, size), np.float32)
    centre = size // 2
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    start = (round(centre - dx), round(centre - dy))
    cv2.line(kernel, start, (round(centre + dx), round(centre + dy)), 1.0)
    return np.asarray(kernel / kernel.sum(), np.float32)


def _sensor(x: Float32, camera: Camera, rng: np.random.Generator) -> Float32:
    height, width = x.shape[:2]
    if camera.sharpen > 0.0:
        x = x + camera.sharpen * (x - cv2.GaussianBlur(x, (0, 0), 1.2))
    if camera.noise > 0.0:
        x = x + camera.noise * rng.standard_normal(x.shape, np.float32)
    if camera.chroma_noise > 0.0:
        coarse = (height // 6 + 1, width // 6 + 1, 3)
        blotches = rng.standard_normal(coarse, np.float32) * camera.chroma_noise
        x = x + cv2.resize(blotches, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(x, np.float32)


def _compress(picture: UInt8, quality: int) -> UInt8:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


_GAMMA_TO_LINEAR = ((np.arange(256) / 255.0) ** 2.2).astype(np.float32)
_LINEAR_TO_GAMMA = (np.linspace(0.0, 1.0, 65536) ** (1 / 2.2)).astype(np.float32)
