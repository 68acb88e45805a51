"""The cut detector on real clips, on rendered motion and under flickering light."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.core.source import Ended
from app.sources.cuts import CutDetector, ShotCounter
from app.sources.video import VideoSource
from models.frames import Frame, UInt8
from models.scenes import Renderer, demo_scene, random_scene
from tests.support.clips import BIKES_CUTS, big_buck_bunny, bikes, carphone


def cuts_in(pictures: Iterable[UInt8]) -> list[int]:
    detector = CutDetector()
    return [index for index, picture in enumerate(pictures) if detector.update(picture)]


def pictures_of(path: Path) -> list[UInt8]:
    with closing(VideoSource(path)) as source:
        pictures = []
        while not isinstance(reading := source.read(5.0), Ended):
            assert isinstance(reading, Frame)
            pictures.append(reading.rgb)
    return pictures


def rendered(seed: int, times_s: Iterable[float]) -> list[UInt8]:
    renderer = Renderer(160, 120, 1)
    scene = demo_scene() if seed == 0 else random_scene(seed)
    pictures = [renderer.render(scene, time_s).rgb for time_s in times_s]
    renderer.close()
    return pictures


def test_the_five_cuts_of_a_real_clip_are_found_and_nothing_else() -> None:
    assert cuts_in(pictures_of(bikes())) == list(BIKES_CUTS)


@pytest.mark.parametrize("stride", [1, 3, 6, 12])
def test_cuts_are_exact_whatever_is_dropped_behind_the_counter(stride: int) -> None:
    shots = ShotCounter()
    marked = [shots.mark(Frame(p, n, 0, 0, n / 25)) for n, p in enumerate(pictures_of(bikes()))]
    taken = marked[::stride]
    found = [now.index for last, now in pairwise(taken) if now.shot != last.shot]
    due = [cut for cut in BIKES_CUTS if cut <= taken[-1].index]
    assert found == [next(f.index for f in taken if f.index >= cut) for cut in due]


@pytest.mark.parametrize("stride", [3, 6, 12])
def test_motion_between_distant_frames_is_no_cut(stride: int) -> None:
    shots = ShotCounter()
    pictures = rendered(3, np.arange(36) * 8 / 25)
    marked = [shots.mark(Frame(p, n, 0, 0, n / 25)) for n, p in enumerate(pictures)]
    assert {frame.shot for frame in marked[::stride]} == {0}


def test_a_break_is_no_cut_and_a_source_that_knows_its_shots_is_believed() -> None:
    shots, pictures = ShotCounter(), [rendered(seed, [0.0])[0] for seed in (0, 3)]
    assert [shots.mark(Frame(p, n, n, 0, 0.0)).shot for n, p in enumerate(pictures)] == [0, 0]
    assert shots.mark(Frame(pictures[0], 2, 1, 0, 0.0, shot=7)).shot == 7


@pytest.mark.parametrize("clip", [big_buck_bunny, carphone])
def test_clips_of_one_shot_have_no_cut(clip: Callable[[], Path]) -> None:
    assert cuts_in(pictures_of(clip())) == []


def test_cuts_are_found_in_mirrored_dark_and_small_pictures() -> None:
    pictures = [picture[::2, ::-2] // 2 for picture in pictures_of(bikes())]
    assert cuts_in(pictures) == list(BIKES_CUTS)


@pytest.mark.parametrize("seed", [0, 3, 4])
def test_a_scene_played_eight_times_too_fast_has_no_cut(seed: int) -> None:
    assert cuts_in(rendered(seed, np.arange(40) * 8 / 25)) == []


@pytest.mark.parametrize("share", [0.05, 0.12, 0.2])
def test_a_whipped_pan_has_no_cut(share: float) -> None:
    wide = rendered(0, [0.0])[0]
    window = wide.shape[1] // 3
    step = max(1, round(window * share))
    starts = range(0, wide.shape[1] - window, step)
    still = [wide[:, :window]] * 5  # the pan starts from rest
    assert cuts_in(still + [wide[:, start : start + window] for start in starts]) == []


def test_flickering_exposure_is_no_cut() -> None:
    random = np.random.default_rng(1)
    pictures = rendered(0, np.arange(40) / 25)
    gains = random.uniform(0.5, 1.7, len(pictures))
    tints = random.uniform(0.9, 1.1, (len(pictures), 3))
    lit = [
        np.clip(picture * gain * tint, 0, 255).astype(np.uint8)
        for picture, gain, tint in zip(pictures, gains, tints, strict=True)
    ]
    assert cuts_in(lit) == []


def test_noise_in_the_dark_is_no_cut() -> None:
    random = np.random.default_rng(2)
    pictures = [random.integers(0, 12, (120, 160, 3), dtype=np.uint8) for _ in range(30)]
    assert cuts_in(pictures) == []


def test_two_scenes_spliced_are_cut_where_they_meet() -> None:
    times = np.arange(10) / 25
    pictures = rendered(0, times) + rendered(3, times) + rendered(4, times)
    assert cuts_in(pictures) == [10, 20]


def test_a_change_of_size_alone_is_no_cut() -> None:
    picture = rendered(0, [0.0])[0]
    assert cuts_in([picture, np.repeat(np.repeat(picture, 2, 0), 2, 1), picture]) == []


def test_nothing_comes_before_the_first_frame_or_after_a_reset() -> None:
    detector = CutDetector()
    first, second = rendered(0, [0.0])[0], rendered(3, [0.0])[0]
    assert not detector.update(first)
    detector.reset()
    assert not detector.update(second)
    assert detector.update(first)
