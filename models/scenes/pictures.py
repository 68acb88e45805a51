"""Procedural pictures that are hung, printed or displayed: painted scenes, text, screens, facades.

They look as if they had depth but are flat, which the network must learn. Every maker returns
(SIZE, SIZE, 3) float32 in display values 0–1.
"""

from __future__ import annotations

import numpy as np

from models.opencv import cv2
from models.scenes.textures import SIZE, Float32, Rng, blend, colour, noise


def _canvas(rng: Rng, saturation: float = 0.5) -> Float32:
    ramp = np.linspace(0, 1, SIZE, dtype=np.float32)[:, None].repeat(SIZE, 1)
    return blend(ramp, colour(rng, saturation), colour(rng, saturation))


def landscape(rng: Rng) -> Float32:
    """A painted landscape: sky, ranges of hills, perhaps a sun."""
    picture = _canvas(rng)
    if rng.random() < 0.5:
        centre = (int(rng.integers(20, 236)), int(rng.integers(20, 110)))
        cv2.circle(picture, centre, int(rng.integers(8, 30)), (1.0, 0.95, 0.7), -1, cv2.LINE_AA)
    x = np.arange(SIZE)
    for i in range(int(rng.integers(2, 6))):
        ridge = noise(rng, 1.8)[0] * rng.uniform(40, 160) + 40 + i * 35
        outline = np.concatenate([np.stack([x, ridge], 1), [[SIZE, SIZE], [0, SIZE]]])
        cv2.fillPoly(picture, [outline.astype(np.int32)], colour(rng, 0.5).tolist(), cv2.LINE_AA)
    return np.clip(picture, 0, 1)


def abstract(rng: Rng) -> Float32:
    """A poster of random shapes."""
    picture = _canvas(rng, 0.8)
    for _ in range(int(rng.integers(3, 25))):
        tint = colour(rng, 0.9, 0.05).tolist()
        a, b = rng.integers(-20, SIZE + 20, 2), rng.integers(10, 120, 2)
        at = (int(a[0]), int(a[1]))
        match int(rng.integers(0, 4)):
            case 0:
                cv2.rectangle(picture, at, (int(a[0] + b[0]), int(a[1] + b[1])), tint, -1)
            case 1:
                cv2.circle(picture, at, int(b[0] // 2), tint, -1, cv2.LINE_AA)
            case 2:
                end = (int(a[0] + b[0] * 2), int(a[1] - b[1]))
                cv2.line(picture, at, end, tint, int(rng.integers(1, 16)), cv2.LINE_AA)
            case _:
                corners = (a + rng.integers(-70, 70, (3, 2))).astype(np.int32)
                cv2.fillPoly(picture, [corners], tint, cv2.LINE_AA)
    return np.clip(picture, 0, 1)


def corridor_painting(rng: Rng) -> Float32:
    """A painted perspective, nested frames that look like a passage."""
    picture = _canvas(rng)
    centre = rng.uniform(0.3, 0.7, 2) * SIZE
    for scale in np.geomspace(1.0, 0.05, int(rng.integers(4, 12))):
        low = (centre * (1 - scale)).astype(int)
        high = (centre + (SIZE - centre) * scale).astype(int)
        first, last = (int(low[0]), int(low[1])), (int(high[0]), int(high[1]))
        cv2.rectangle(picture, first, last, (colour(rng, 0.5) * scale**0.4).tolist(), -1)
    return picture


def portrait(rng: Rng) -> Float32:
    """A painted head and shoulders."""
    picture = _canvas(rng)
    cx, skin = int(rng.integers(90, 166)), np.array([0.85, 0.65, 0.52]) * rng.uniform(0.4, 1.1)
    cv2.ellipse(picture, (cx, 270), (95, 95), 0, 0, 360, colour(rng, 0.7).tolist(), -1, cv2.LINE_AA)
    hair = colour(rng, 0.4, 0.05, 0.5).tolist()
    cv2.ellipse(picture, (cx, 105), (56, 68), 0, 0, 360, hair, -1, cv2.LINE_AA)
    face = np.minimum(skin, 1).tolist()
    cv2.ellipse(picture, (cx, 120), (44, 58), 0, 0, 360, face, -1, cv2.LINE_AA)
    for dx in (-18, 18):
        cv2.circle(picture, (cx + dx, 108), 5, (0.1, 0.1, 0.1), -1, cv2.LINE_AA)
    cv2.line(picture, (cx - 14, 148), (cx + 14, 148), (0.6, 0.25, 0.25), 3, cv2.LINE_AA)
    return np.clip(picture, 0, 1)


def text(rng: Rng) -> Float32:
    """A printed page: a heading, lines of words, perhaps a block."""
    paper = colour(rng, 0.1, 0.8, 1.0)
    picture = np.zeros((SIZE, SIZE, 3), np.float32) + paper
    ink = colour(rng, 0.4, 0.0, 0.3).tolist()
    pitch = int(rng.choice([7, 9, 12]))
    y = 16
    while y < SIZE - 12:
        x, end = 14, SIZE - int(rng.integers(14, 90))
        height = pitch // 2 if rng.random() < 0.9 else pitch
        while x < end:
            width = int(rng.integers(4, 28))
            cv2.rectangle(picture, (x, y), (min(x + width, end), y + height - 1), ink, -1)
            x += width + 5
        y += pitch + (pitch if rng.random() < 0.12 else 0)
    if rng.random() < 0.5:
        tint = colour(rng, 0.7).tolist()
        cv2.rectangle(picture, (20, 60), (int(rng.integers(80, 230)), 130), tint, -1)
    return np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.float32)


def screen(rng: Rng) -> Float32:
    """A window system, an editor or a film."""
    if rng.random() < 0.3:
        return landscape(rng)
    dark = rng.random() < 0.5
    low, high = (0.05, 0.2) if dark else (0.8, 1.0)
    picture = np.zeros((SIZE, SIZE, 3), np.float32) + colour(rng, 0.3, low, high)
    for _ in range(int(rng.integers(1, 5))):
        x, y = int(rng.integers(0, 160)), int(rng.integers(0, 150))
        w, h = int(rng.integers(60, 160)), int(rng.integers(50, 140))
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour(rng, 0.3, low, high).tolist(), -1)
        cv2.rectangle(picture, (x, y), (x + w, y + 9), colour(rng, 0.6).tolist(), -1)
        for line in range(y + 18, y + h - 5, 8):
            end = x + 6 + int(rng.integers(10, max(w - 10, 11)))
            cv2.line(picture, (x + 6, line), (end, line), colour(rng, 0.8).tolist(), 3)
    return picture


def facade(rng: Rng) -> Float32:
    """A house front: a grid of windows, repeating."""
    wall = colour(rng, 0.35, 0.35)
    picture = np.zeros((SIZE, SIZE, 3), np.float32) + wall
    picture *= 0.85 + 0.3 * noise(rng, 0.8)[..., None]
    nx, ny = int(rng.choice([2, 3, 4])), int(rng.choice([2, 3, 4]))
    w, h = SIZE // nx, SIZE // ny
    mx, my = int(w * rng.uniform(0.12, 0.3)), int(h * rng.uniform(0.12, 0.3))
    frame, glass = colour(rng, 0.2, 0.3).tolist(), colour(rng, 0.4, 0.1, 0.9)
    for i in range(nx):
        for j in range(ny):
            low, high = (i * w + mx, j * h + my), ((i + 1) * w - mx, (j + 1) * h - my)
            cv2.rectangle(picture, low, high, (glass * rng.uniform(0.4, 1.1)).tolist(), -1)
            cv2.rectangle(picture, low, high, frame, 3)
            cv2.line(picture, (i * w + w // 2, low[1]), (i * w + w // 2, high[1]), frame, 2)
            cv2.line(
                picture, (low[0], high[1] + 4), (high[0], high[1] + 4), (wall * 0.6).tolist(), 3
            )
    return np.asarray(np.clip(picture, 0, 1))


def books(rng: Rng) -> Float32:
    """Spines of books seen flat."""
    picture = np.zeros((SIZE, SIZE, 3), np.float32) + 0.1
    x = 0
    while x < SIZE:
        width, top = int(rng.integers(8, 30)), int(rng.integers(0, 60))
        tint = colour(rng, 0.8)
        cv2.rectangle(picture, (x, top), (min(x + width - 2, SIZE), SIZE), tint.tolist(), -1)
        mark = int(rng.integers(top + 15, 200))
        cv2.rectangle(picture, (x + 2, mark), (x + width - 4, mark + 25), colour(rng).tolist(), -1)
        x += width
    return picture


def keyboard(rng: Rng) -> Float32:
    """Rows of keys."""
    picture = np.zeros((SIZE, SIZE, 3), np.float32) + colour(rng, 0.1, 0.02, 0.5)
    key, ink = colour(rng, 0.1, 0.05, 0.9).tolist(), colour(rng, 0.1).tolist()
    for row in range(5):
        x, y = int(rng.integers(0, 8)), row * 51
        while x < SIZE:
            width = 15 if rng.random() < 0.85 else 32
            cv2.rectangle(picture, (x + 1, y + 4), (x + width - 2, y + 46), key, -1)
            cv2.rectangle(picture, (x + 4, y + 14), (x + 7, y + 24), ink, -1)
            x += width
    return picture


def label(rng: Rng) -> Float32:
    """A packet or a tin: bands, a badge, lettering."""
    picture = np.zeros((SIZE, SIZE, 3), np.float32) + colour(rng, 0.9)
    for _ in range(3):
        y = int(rng.integers(0, SIZE))
        tint = colour(rng, 0.9).tolist()
        cv2.rectangle(picture, (0, y), (SIZE, y + int(rng.integers(4, 60))), tint, -1)
    for cx in (64, 192):
        cv2.ellipse(picture, (cx, 120), (45, 45), 0, 0, 360, colour(rng).tolist(), -1, cv2.LINE_AA)
    ink, x = colour(rng, 0.2, 0.0, 1.0).tolist(), int(rng.integers(4, 30))
    while x < 230:
        width = int(rng.integers(6, 22))
        cv2.rectangle(picture, (x, 100), (x + width, 100 + int(rng.integers(15, 40))), ink, 5)
        x += width + 10
    return picture


def leaf_mask(rng: Rng) -> Float32:
    """(SIZE, SIZE) outline of a twig with leaves, 1 inside."""
    mask = np.zeros((SIZE, SIZE), np.float32)
    cv2.line(mask, (128, 255), (128, 60), 1.0, 3)
    count, length = int(rng.integers(5, 12)), int(rng.integers(35, 65))
    for i in range(count):
        y, side = 235 - i * 190 // count, 1 if i % 2 else -1
        angle = side * float(rng.uniform(25, 60)) - 90
        radians = np.deg2rad(angle)
        at = (int(128 + np.cos(radians) * length), int(y + np.sin(radians) * length * 0.8))
        cv2.ellipse(mask, at, (length, int(rng.integers(8, 20))), angle, 0, 360, 1.0, -1)
    return mask


def crown_mask(rng: Rng) -> Float32:
    """(SIZE, SIZE) outline of a bush or the crown of a tree with gaps, 1 inside."""
    axis = (np.arange(SIZE, dtype=np.float32) - 127.5) / 128
    radius = np.hypot(axis[None], axis[:, None])
    ragged = noise(rng, 1.2, 3.0)
    mask = (radius + (ragged - 0.5) * 0.9 < 0.72) & (noise(rng, 0.9, 6.0) > 0.32)
    return np.asarray(mask, np.float32)


def lattice_mask(rng: Rng) -> Float32:
    """(SIZE, SIZE) bars, a grid or a mesh, 1 on the bars."""
    axis = np.arange(SIZE)
    n, bar = int(rng.choice([16, 32, 64])), int(rng.integers(3, 8))
    u, v = np.meshgrid(axis, axis)
    if rng.random() < 0.5:
        u, v = u + v, u - v
    mask = (u % n < bar) | ((v % n < bar) & (rng.random() < 0.7))
    return np.asarray(mask, np.float32)
