"""Random halls: libraries, staircases between columns, bare corners of rooms."""

from __future__ import annotations

import math

from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import held
from models.scenes.furniture import chair, floor_lamp, plant, sofa, stool, table
from models.scenes.layouts_work import stairs
from models.scenes.light_kinds import evening, indoor_light
from models.scenes.paint import chance, paint, shown, solid
from models.scenes.people import person, random_appearance
from models.scenes.rooms import shell
from models.scenes.scene import Material, Scene


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def bookcase(b: SceneBuilder, width: float, height: float, timber: Material) -> None:
    """A case along x that faces -y, its boards full of books of many sizes, some leaning."""
    depth, pitch = 0.3, _u(b, 0.28, 0.4)
    b.panel((0, depth / 2, height / 2), width, height, timber)
    for x in (-width / 2, width / 2):
        b.block(x, 0, 0, (0.03, depth, height), timber)
    for i in range(int(height / pitch)):
        z = 0.05 + i * pitch
        b.block(0, 0, z, (width, depth, 0.025), timber)
        x = -width / 2 + 0.03
        while x < width / 2 - 0.1:
            part = min(_u(b, 0.12, 0.5), width / 2 - x - 0.02)
            tall = (pitch - 0.05) * _u(b, 0.55, 0.95)
            back = _u(b, 0.0, 0.07)
            if chance(b.rng, 0.88):
                rows = shown(b, "books")
                size = (part * 0.97, depth * 0.7, tall)
                b.block(x + part / 2, back, z + 0.025, size, solid(b), front=rows)
            x += part + (0.0 if chance(b.rng, 0.7) else _u(b, 0.02, 0.2))


def library(b: SceneBuilder, seed: int) -> Scene:
    """Full bookcases: along an aisle, or a wall of them seen from near, straight or at a slant."""
    half, depth, height = _u(b, 1.0, 3.0), _u(b, 1.6, 9.0), _u(b, 2.3, 3.6)
    x0, y0, x1, y1 = -half - 0.4, -1.0, half + 0.4, depth + 0.4
    shell(b, x0, y0, x1, y1, height)
    timber = paint(b, "grain" if chance(b.rng, 0.7) else "plain", 0.9)
    tall = min(height - 0.1, _u(b, 1.6, 2.6))
    with b.at(0, depth):
        bookcase(b, 2 * half, tall, timber)
    for side in (-1, 1):
        if chance(b.rng, 0.75):
            for i in range(int(depth / 1.2)):
                with b.at(side * half, 0.6 + i * 1.2, 0, side * -math.pi / 2):
                    bookcase(b, 1.15, tall, timber)
    for _ in range(int(b.rng.integers(0, 4))):
        with b.at(_u(b, -0.5, 0.5) * half, _u(b, 0.5, 0.9) * depth, 0, _u(b, 0, 6.3)):
            (stool, chair, plant, floor_lamp)[int(b.rng.integers(4))](b)
    if chance(b.rng, 0.4):
        with b.at(_u(b, -0.4, 0.4) * half, depth * 0.7, 0, _u(b, 0, 6.3)):
            person(b, random_appearance(b))
    eye = (_u(b, -0.5, 0.5) * half, 0.0, _u(b, 0.8, 1.8))
    target = (_u(b, -1.1, 1.1) * half, depth * _u(b, 0.5, 1.0), _u(b, 0.5, 1.7))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.12), _u(b, -0.1, 0.1))
    return b.build("library", seed, light, camera, _u(b, 45, 90), (x0, y0, x1, y1), height)


def hall(b: SceneBuilder, seed: int) -> Scene:
    """A high hall with rows of columns, flights of stairs and a few people."""
    half, depth, height = _u(b, 2.5, 7.0), _u(b, 6, 22), _u(b, 3.0, 7.0)
    x0, y0, x1, y1 = -half, -1.5, half, depth
    shell(b, x0, y0, x1, y1, height)
    skin = paint(b, str(b.rng.choice(["stone", "wall", "plain", "brick"])), 1.2)
    radius, pitch, round_ = _u(b, 0.12, 0.45), _u(b, 1.8, 4.0), chance(b.rng, 0.6)
    for side in (-1, 1):
        for i in range(int((depth - 1.5) / pitch)):
            x, y = side * half * 0.55, 2.0 + i * pitch
            if round_:
                b.rod((x, y, 0), (x, y, height), radius, skin, radius * 0.85, capped=False)
            else:
                b.block(x, y, 0, (2 * radius, 2 * radius, height), skin)
            b.block(x, y, 0, (2.6 * radius, 2.6 * radius, 0.15), skin)
    for _ in range(int(b.rng.integers(1, 3))):
        yaw = float(b.rng.choice([0.0, math.pi / 2, -math.pi / 2, math.pi]))
        with b.at(_u(b, -0.7, 0.7) * half, depth * _u(b, 0.35, 0.8), 0, yaw):
            stairs(b, _u(b, 1.0, 2.5), min(height, _u(b, 1.0, 3.2)))
    for _ in range(int(b.rng.integers(0, 6))):
        with b.at(_u(b, -0.5, 0.5) * half, _u(b, 2.0, depth - 0.5), 0, _u(b, 0, 6.3)):
            person(b, random_appearance(b), walking=chance(b.rng, 0.5))
    eye = (_u(b, -0.4, 0.4) * half, 0.0, _u(b, 0.8, 2.2))
    target = (_u(b, -0.5, 0.5) * half, depth * 0.7, eye[2] + _u(b, -1.2, 1.2))
    light = (evening if chance(b.rng, 0.3) else indoor_light)(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.03, 0.15), _u(b, -0.1, 0.1))
    return b.build("hall", seed, light, camera, _u(b, 50, 95), (x0, y0, x1, y1), height)


def bare_corner(b: SceneBuilder, seed: int) -> Scene:
    """Plain walls from near and at a slant, with little else in view, the camera often askew."""
    half, depth, height = _u(b, 0.9, 3.0), _u(b, 1.2, 4.5), _u(b, 2.2, 3.2)
    x0, y0, x1, y1 = -half, -0.8, half, depth
    pale = solid(b, 0.2, 0.35, 0.95, 0.0)
    b.floor(x0, y0, x1, y1, 0, paint(b, str(b.rng.choice(["floor", "rug", "wood", "tile"])), 1.2))
    with b.shadowless():
        b.ceiling(x0, y0, x1, y1, height, solid(b, 0.1, 0.6, 1.0, 0.0))
        across, along = x1 - x0, y1 - y0
        for x, y, length, yaw in (
            (0.0, y1, across, 0.0), (x1, (y0 + y1) / 2, along, -math.pi / 2),
            (0.0, y0, across, math.pi), (x0, (y0 + y1) / 2, along, math.pi / 2),
        ):  # fmt: skip
            with b.at(x, y, 0, yaw):
                skin = pale if chance(b.rng, 0.8) else paint(b, "wall", 2.0)
                b.panel((0, 0, height / 2), length, height, skin)
                if chance(b.rng, 0.6):
                    b.box((0, -0.01, 0.05), (length, 0.02, 0.1), solid(b, 0.2, 0.3, 1.0))
                if chance(b.rng, 0.4):
                    w, h = _u(b, 0.4, 1.4), _u(b, 0.3, 1.0)
                    at = (_u(b, -0.3, 0.3) * length, -0.03, _u(b, 1.2, 1.7))
                    b.box(at, (w, 0.05, h), solid(b, 0.3, 0.05, 0.9), front=shown(b, "picture"))
    for _ in range(int(b.rng.integers(0, 3))):
        side = 1 if chance(b.rng, 0.5) else -1
        with b.at(side * (half - 0.5), _u(b, 0.6, 0.95) * depth - 0.2, 0, side * -math.pi / 2):
            (sofa, floor_lamp, plant, table, chair)[int(b.rng.integers(5))](b)
    eye = (_u(b, -0.5, 0.5) * half, 0.0, _u(b, 0.9, 1.7))
    target = (_u(b, -1.3, 1.3) * half, depth * _u(b, 0.6, 1.0), _u(b, 0.3, 2.0))
    light = indoor_light(b, x0, y0, x1, y1, height)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.1), float(b.rng.normal(0.0, 0.25)))
    return b.build("bare_corner", seed, light, camera, _u(b, 50, 85), (x0, y0, x1, y1), height)
