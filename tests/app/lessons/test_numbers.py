"""Every number that a lesson names, computed.

A number in a lesson's text is in the table below, with what gives it; there is no other way to
bring one in. Numbers of what is measured are not in the texts: they come from the measurement.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from app.engine.pipeline import Pipeline, PipelineConfig
from app.lessons.lesson import Lesson, Place, Span, Stage
from app.lessons.library import load_lessons
from app.lessons.quantities import more_drift, ranking
from app.lessons.quantities.depth_error_ratio import depth_error_m
from app.settings.settings import Settings
from app.sources.demo_loop import DEMO_SIZE
from app.sources.opening import open_source
from models.estimator import EstimatorOptions
from models.frames import Frame
from models.metrics import boundary_f1, warped_error
from models.scene_places import ON_BACK_WALL

LESSONS = load_lessons().lessons
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])")
_POWER_OR_NAME = re.compile(r"z²|\bF1\b|1/m|1 / [zd]\b|\b20\d\d\b")


def at(name: str, step: int, stage: Stage) -> Settings:
    """The settings at a place of a lesson."""
    lesson = next(one for one in LESSONS if one.name == name)
    return Settings(**lesson.settings_at(Place(step, stage)))  # type: ignore[arg-type]


def disparity(distance_m: float) -> float:
    return 1.0 / distance_m


FIXED: dict[str, dict[str, Callable[[], float]]] = {
    "1-disparity-or-depth": {
        "2": lambda: 1.0 / disparity(4.0) - 1.0 / disparity(2.0),
        "4": lambda: 2.0 * 2.0,
        "0.5": lambda: disparity(2.0),
        "0.25": lambda: disparity(2.0) - disparity(4.0),
        "0.025": lambda: 0.1 / 2.0**2,
        "10": lambda: 100.0 * 0.025 * 2.0**2,
        "20": lambda: 2.0 * 10.0,
        "40": lambda: 100.0 * 0.025 * 4.0**2,
    },
    "2-scale-ambiguity": {},
    "3-cues": {
        "80": lambda: 100.0 * at("3-cues", 0, Stage.OBSERVE).scene_raise,
        "100": lambda: 100.0 * (1.0 / at("3-cues", 1, Stage.OBSERVE).scene_size - 1.0),
    },
    "4-per-frame-range": {},
    "5-flicker": {
        "80": lambda: 100.0 * at("5-flicker", 0, Stage.PREDICT).ema_factor,
        "20": lambda: 100.0 * (1.0 - at("5-flicker", 0, Stage.PREDICT).ema_factor),
        "95": lambda: 100.0 * at("5-flicker", 1, Stage.OBSERVE).ema_factor,
        "15": lambda: at("5-flicker", 0, Stage.OBSERVE).flicker_window,
        "0": lambda: warped_error(*[np.full((4, 4), 0.5, np.float32)] * 3),
    },
    "6-memory": {
        "30": lambda: at("6-memory", 0, Stage.OBSERVE).flicker_window,
        "9": lambda: round(half_life_frames()),
    },
    "7-resolution-and-edges": {
        "480": lambda: DEMO_SIZE[1],
        "160": lambda: at("7-resolution-and-edges", 0, Stage.OBSERVE).input_size,
        "384": lambda: at("7-resolution-and-edges", 1, Stage.OBSERVE).input_size,
        "2.4": lambda: 384 / 160,
        "5.8": lambda: round((384 / 160) ** 2, 1),
        "6": lambda: round((384 / 160) ** 2),
        "1": lambda: perfect_score(),
        "0": lambda: 1.0 - perfect_score(),
        "0.2": lambda: 0.2,  # Chou et al. 2025, table 2: the best is 0.109 and 0.185
    },
    "8-where-it-fails": {"3": lambda: ON_BACK_WALL.width},
    "9-how-to-evaluate": {"5": lambda: 100.0 * more_drift.ALIKE},
}
"""By lesson and number: what gives it."""


def perfect_score() -> float:
    depth_m = np.where(np.arange(64) < 32, 1.0, 2.0).astype(np.float32)[None].repeat(8, 0)
    return boundary_f1(depth_m, depth_m)


def half_life_frames() -> float:
    """Frames after a reset until half of the difference to a lane without reset is gone."""
    frames = frames_of_scene(48)
    kept, reset = (lite(frames, at) for at in (0, 30))
    apart = [float(np.abs(one - other).mean()) for one, other in zip(kept, reset, strict=True)][30:]
    return next(n for n, value in enumerate(apart) if value <= apart[0] / 2)


def lite(frames: list[Frame], reset_at: int) -> list[np.ndarray]:
    """Disparity of every frame; the memory is emptied before frame `reset_at`."""
    pipeline = Pipeline()
    options = EstimatorOptions(device="cpu", precision="float32")
    pipeline.configure(PipelineConfig("flashdepth-lite", "off", options=options))
    found = []
    for number, frame in enumerate(frames):
        if reset_at and number == reset_at:
            pipeline.reset()
        found.append(pipeline.step(frame).lanes["a"].depth.disparity[::8, ::8])
    pipeline.close()
    return found


def frames_of_scene(count: int) -> list[Frame]:
    source = open_source("synthetic")
    frames = [source.read(1.0) for _ in range(count)]
    source.close()
    return [frame for frame in frames if isinstance(frame, Frame)]


def numbers_in(lesson: Lesson) -> set[str]:
    """All numbers that a reader of the lesson sees, except powers, names and years."""
    said = []
    for place in lesson.places:
        part = lesson.part_at(place)
        said += [part.text, *([] if part.question is None else [part.question.text])]
        for answer in part.question.answers if part.question is not None else ():
            said.append(answer.reply)
            bounds = answer.holds if isinstance(answer.holds, Span) else Span()
            own = {f"{end:g}" for end in (bounds.low, bounds.high) if end is not None}
            said.append(" ".join(set(_NUMBER.findall(answer.text)) - own))
    return set(_NUMBER.findall(_POWER_OR_NAME.sub(" ", "\n".join(said))))


def test_the_table_has_every_lesson() -> None:
    assert FIXED.keys() == {lesson.name for lesson in LESSONS if not lesson.name.startswith("99")}


@pytest.mark.parametrize("lesson", LESSONS, ids=[one.name for one in LESSONS])
def test_every_number_is_computed_and_no_number_is_left(lesson: Lesson) -> None:
    known = FIXED.get(lesson.name, {})
    assert numbers_in(lesson) == known.keys()
    for number, compute in known.items():
        assert compute() == pytest.approx(float(number), rel=1e-6), number


def test_the_law_of_the_first_lesson_holds_for_small_errors() -> None:
    assert depth_error_m(0.0025, 2.0) == pytest.approx(0.0025 * 2.0**2, rel=0.01)
    assert depth_error_m(0.0025, 4.0) / depth_error_m(0.0025, 2.0) == pytest.approx(4.0, rel=0.01)
    assert depth_error_m(0.025, 4.0) / depth_error_m(0.025, 2.0) > 4.0


def test_what_the_last_lesson_samples_lasts_for_seconds() -> None:
    assert pytest.approx(8.0) == ranking.FRAMES * ranking.STRIDE / 25.0
