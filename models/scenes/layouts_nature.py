"""Random scenes of leaves, animals and crowds."""

from __future__ import annotations

from models.scenes.animals import animal
from models.scenes.builder import SceneBuilder
from models.scenes.camera_kinds import held
from models.scenes.furniture import plant
from models.scenes.light_kinds import indoor_light, outdoor_light
from models.scenes.outdoors import bush, house, rock, tree
from models.scenes.paint import chance, paint, rgb
from models.scenes.people import person, random_appearance
from models.scenes.rooms import furnish, shell
from models.scenes.scene import Material, Scene


def _u(b: SceneBuilder, low: float, high: float) -> float:
    return float(b.rng.uniform(low, high))


def _meadow(b: SceneBuilder) -> None:
    group = str(b.rng.choice(["grass", "grass", "ground", "foliage", "stone"]))
    b.floor(-300, -40, 300, 600, 0, paint(b, group, 1.5, 0.0, 0.02))


def leaf_cards(b: SceneBuilder, count: int, reach: float, near: float, far: float) -> None:
    """Single leaves and sprays between `near` and `far`, turned every way, some in the air."""
    cutout = b.atlas.pick(b.rng, "leaf")
    for _ in range(count):
        y = near + (far - near) * _u(b, 0, 1) ** 2
        tint = paint(b, "leaf", 0.0, 0.1, 0.0, 0.4)
        skin = Material(cutout, 0.0, rgb([1.2 * g for g in tint.gain]), rgb(0.05), 0.1)
        size = _u(b, 0.06, 0.35)
        at = (_u(b, -reach, reach) * (0.3 + y), y, _u(b, 0.05, 2.2))
        b.panel(at, size, size * _u(b, 1.0, 2.2), skin, _u(b, -3.1, 3.1), _u(b, -1.2, 1.2),
                True, cutout)  # fmt: skip


def foliage(b: SceneBuilder, seed: int) -> Scene:
    """Leaves and twigs near the lens, trunks and bushes behind, a wood or a garden."""
    _meadow(b)
    depth = _u(b, 3, 25)
    leaf_cards(b, int(b.rng.integers(10, 60)), 0.7, _u(b, 0.35, 0.8), _u(b, 1.5, 4.0))
    bark = paint(b, "bark", 0.4)
    for _ in range(int(b.rng.integers(2, 12))):
        y, lean = _u(b, 0.8, depth), _u(b, -0.3, 0.3)
        x = _u(b, -0.8, 0.8) * (y + 0.5)
        b.rod((x, y, 0), (x + lean, y + lean, _u(b, 1.5, 5)), _u(b, 0.02, 0.25), bark, 0.015)
    for _ in range(int(b.rng.integers(3, 16))):
        y = _u(b, 1.8, depth + 4)
        with b.at(_u(b, -0.9, 0.9) * y, y, 0, _u(b, 0, 6.3)):
            (bush, bush, tree, plant, rock)[int(b.rng.integers(5))](b)
    if chance(b.rng, 0.3):
        with b.at(_u(b, -6, 6), depth + 8, 0):
            house(b, _u(b, 6, 14), 8.0, _u(b, 3, 8))
    eye = (0.0, 0.0, _u(b, 0.3, 1.8))
    target = (_u(b, -1.0, 1.0), 3.0, eye[2] + _u(b, -0.9, 0.7))
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.12), _u(b, -0.12, 0.12))
    light = outdoor_light(b, 12.0)
    return b.build("foliage", seed, light, camera, _u(b, 40, 85), (-10, -3, 10, 20))


def wildlife(b: SceneBuilder, seed: int) -> Scene:
    """Animals from near, in a room or in the open."""
    indoors = chance(b.rng, 0.45)
    near, half, height = _u(b, 0.7, 2.2), _u(b, 1.5, 3.5), _u(b, 2.2, 3.0)
    extent = (-half, -0.8, half, near + _u(b, 1.5, 4.0))
    if indoors:
        shell(b, *extent, height)
        furnish(b, *extent, int(b.rng.integers(1, 5)), near + 0.7)
    else:
        _meadow(b)
        for _ in range(int(b.rng.integers(2, 12))):
            y = _u(b, near + 1.5, near + 25)
            with b.at(_u(b, -0.9, 0.9) * y, y, 0, _u(b, 0, 6.3)):
                (bush, tree, rock)[int(b.rng.integers(3))](b)
    for i in range(int(b.rng.integers(1, 5))):
        with b.at(_u(b, -0.35, 0.35) * (near + i), near + 0.7 * i, 0, _u(b, 0, 6.3)):
            animal(b)
    eye = (_u(b, -0.2, 0.2), -0.2, _u(b, 0.25, 1.5))
    target = (_u(b, -0.2, 0.2), near, _u(b, 0.1, 0.7))
    light = indoor_light(b, *extent, height) if indoors else outdoor_light(b, 12.0)
    camera = held(b.rng, eye, target, _u(b, 0.02, 0.1), _u(b, -0.12, 0.12))
    place = extent if indoors else (-8.0, -3.0, 8.0, 16.0)
    wall_m = height if indoors else 0.0
    return b.build("wildlife", seed, light, camera, _u(b, 40, 80), place, wall_m)


def crowd(b: SceneBuilder, seed: int) -> Scene:
    """Many people near and far, standing and walking, in a square or a hall."""
    indoors = chance(b.rng, 0.4)
    half, depth, height = _u(b, 3, 7), _u(b, 6, 18), _u(b, 3.0, 6.0)
    extent = (-half, -1.5, half, depth + 2)
    if indoors:
        shell(b, *extent, height)
    else:
        group = str(b.rng.choice(["ground", "tile", "stone", "brick"]))
        b.floor(-200, -40, 200, 400, 0, paint(b, group, 1.5, 0.0, 0.02))
        for x in (-14.0, 0.0, 14.0):
            if chance(b.rng, 0.7):
                with b.at(x + _u(b, -2, 2), depth + _u(b, 6, 20), 0):
                    house(b, _u(b, 8, 14), 8.0, _u(b, 5, 14))
    taken: list[tuple[float, float]] = []
    for _ in range(int(b.rng.integers(6, 22))):
        y = 1.2 + (depth - 1.2) * _u(b, 0, 1) ** 1.5
        x = _u(b, -0.7, 0.7) * min(y, half * 1.2)
        if any((x - p) ** 2 + (y - q) ** 2 < 0.3 for p, q in taken):
            continue
        taken.append((x, y))
        with b.at(x, y, 0, _u(b, 0, 6.3)):
            person(b, random_appearance(b), walking=chance(b.rng, 0.4))
    eye = (0.0, 0.0, _u(b, 1.0, 2.8))
    target = (_u(b, -1, 1), depth * 0.6, _u(b, 0.5, 1.6))
    light = indoor_light(b, *extent, height) if indoors else outdoor_light(b, 20.0)
    camera = held(b.rng, eye, target, _u(b, 0.03, 0.15), _u(b, -0.08, 0.08))
    place = extent if indoors else (-12.0, -4.0, 12.0, 25.0)
    return b.build("crowd", seed, light, camera, _u(b, 45, 85), place, height if indoors else 0.0)
