"""Batches: exact alignment of colours and truth, and nothing but the step decides them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from models.scenes import SCENE_KINDS, Renderer, random_scene
from models.training import render
from models.training.augment import Camera, photograph, random_camera, wandering
from models.training.cache import SceneCache
from models.training.clip import HELD_OUT, Clip
from models.training.config import DataConfig, TrainConfig
from models.training.render import HARD_KINDS, WIDEST_DEG, kind_of, night, varied
from models.training.samples import Batches, crop, cut

WIDTH, HEIGHT = 96, 64


def drawn(index: int, size: tuple[int, int], frames: int) -> Clip:
    """A scene whose colours spell its disparity, moving one pixel to the right per frame."""
    width, height = size
    x = np.arange(width, dtype=np.float32)[None, :] + 0.0 * np.arange(height)[:, None]
    y = np.arange(height, dtype=np.float32)[:, None] + 0.0 * x
    rng = np.random.default_rng(index)
    level = float(rng.uniform(0.2, 0.5))
    rgb, disparity = [], []
    for frame in range(frames):
        shifted = x - frame
        rgb.append(np.stack([x, y, np.full_like(x, 10 * frame)], -1).clip(0, 255).astype(np.uint8))
        disparity.append(level + shifted / width)
    flow = np.zeros((frames, height, width, 2), np.float32)
    flow[1:, ..., 0] = -1.0
    covisible = np.zeros((frames, height, width), np.bool_)
    covisible[1:, :, 1:] = True
    return Clip(np.stack(rgb), np.stack(disparity).astype(np.float32), flow, covisible)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainConfig:
    monkeypatch.setattr(render, "render_clip", drawn)
    data = DataConfig(
        cache=str(tmp_path), render_size=(WIDTH, HEIGHT), scenes=5, frames=3, workers=0
    )
    return TrainConfig(batch=2, size=(64, 32), clip_length=3, data=data)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("box", [(0, 0, 96, 64), (7.3, 4.9, 61.5, 40.2), (20, 10, 32, 16)])
def test_colours_and_disparity_stay_on_the_same_point(
    box: tuple[float, float, float, float], mirrored: bool
) -> None:
    clip = drawn(0, (WIDTH, HEIGHT), 1)
    out = cut(clip, box, (64, 32), mirrored=mirrored)
    column = out.rgb[0, ..., 0].astype(np.float32)
    level = float(clip.disparity[0, 0, 0])
    told = level + column / WIDTH
    # The nearest pixel is at most half a pixel away, and colours round to half a unit.
    assert float(np.abs(out.disparity[0] - told).max()) <= 1.05 / WIDTH


@pytest.mark.parametrize("mirrored", [False, True])
def test_flow_still_points_at_the_same_surface_after_a_cut(mirrored: bool) -> None:
    clip = drawn(0, (WIDTH, HEIGHT), 2)
    out = cut(clip, (16, 8, 64, 32), (128, 64), mirrored=mirrored)
    assert out.flow is not None
    step = 2.0 if mirrored else -2.0
    assert np.allclose(out.flow[1, ..., 0], step)
    now = out.disparity[1, :, 40:80]
    before = out.disparity[0, :, 40 + int(step) : 80 + int(step)]
    assert np.allclose(now, before, atol=1e-6)


def test_a_crop_keeps_unknown_pixels_unknown_and_makes_no_new_values() -> None:
    clip = drawn(0, (WIDTH, HEIGHT), 1)
    disparity = clip.disparity.copy()
    disparity[:, 20:40, 30:60] = np.nan
    out = crop(replace(clip, disparity=disparity), (64, 32), np.random.default_rng(5))
    values = out.disparity[np.isfinite(out.disparity)]
    assert np.isin(values, clip.disparity).all()
    assert np.isnan(out.disparity).any()


def test_a_step_gives_the_same_batch_again(config: TrainConfig) -> None:
    first, again = Batches(config)[3], Batches(config)[3]
    for one, other in zip(first, again, strict=True):
        assert one is not None
        assert torch.equal(torch.nan_to_num(one.float()), torch.nan_to_num(other.float()))


def test_another_step_and_another_seed_give_other_batches(config: TrainConfig) -> None:
    first = Batches(config)[3].frames
    assert not torch.equal(first, Batches(config)[4].frames)
    assert not torch.equal(first, Batches(replace(config, seed=1))[3].frames)


def test_a_batch_of_stills_carries_no_flow(config: TrainConfig) -> None:
    batch = Batches(replace(config, clip_length=1))[0]
    assert batch.frames.shape == (2, 1, 32, 64, 3)
    assert batch.flow is None
    assert batch.covisible is None


def test_scenes_are_rendered_once(config: TrainConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = SceneCache(Path(config.data.cache), (WIDTH, HEIGHT), 3)
    first = cache.get(2)

    def refuse(*_: object) -> Clip:
        raise AssertionError("rendered again")

    monkeypatch.setattr(render, "render_clip", refuse)
    again = cache.get(2)
    assert np.array_equal(first.rgb, again.rgb)
    assert again.flow is not None
    assert np.array_equal(first.disparity, again.disparity)


def test_the_pool_grows_with_the_steps_up_to_its_size() -> None:
    data = DataConfig(scenes=100, scenes_at_start=10, scenes_per_step=0.5)
    assert [data.pool(step) for step in (0, 20, 10_000)] == [10, 20, 100]


def test_a_perfect_camera_changes_no_colour() -> None:
    picture = np.random.default_rng(6).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    taken = photograph(picture, Camera(), np.random.default_rng(7))
    assert int(np.abs(taken.astype(int) - picture.astype(int)).max()) <= 1


def test_cameras_give_pictures_of_the_same_size_and_the_same_again() -> None:
    picture = np.random.default_rng(6).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    for seed in range(40):
        camera = random_camera(np.random.default_rng(seed))
        one = photograph(picture, camera, np.random.default_rng(seed))
        assert one.shape == picture.shape
        assert one.dtype == np.uint8
        assert np.array_equal(one, photograph(picture, camera, np.random.default_rng(seed)))


def test_a_clip_is_taken_with_one_camera_whose_exposure_wanders() -> None:
    cameras = wandering(Camera(vignette=0.3, jpeg=50), 6, np.random.default_rng(1))
    assert {(c.vignette, c.jpeg) for c in cameras} == {(0.3, 50)}
    assert len({c.gain for c in cameras}) > 1


def test_hard_kinds_are_a_share_of_the_pool_and_none_of_the_held_out_scenes() -> None:
    kinds = [kind_of(number) for number in range(400)]
    assert set(HARD_KINDS) <= set(kinds) <= {*HARD_KINDS, None}
    assert set(HARD_KINDS) <= set(SCENE_KINDS)
    assert 0.3 < sum(kind is not None for kind in kinds) / len(kinds) < 0.5
    assert [kind_of(number) for number in range(400)] == kinds
    assert all(kind_of(HELD_OUT + number) is None for number in range(100))


def test_wide_lenses_and_nights_are_a_share_of_the_pool_and_none_of_the_held_out_scenes() -> None:
    scene = random_scene(3, "street")
    pool = [varied(scene, number) for number in range(400)]
    wide = [one.fov_deg for one in pool if one.fov_deg != scene.fov_deg]
    dark = [one for one in pool if one.lighting != scene.lighting]
    assert 20 < len(wide) < 80
    assert 20 < len(dark) < 80
    assert 85 <= min(wide) <= max(wide) <= WIDEST_DEG
    assert [one.fov_deg for one in pool] == [varied(scene, n).fov_deg for n in range(400)]
    assert all(varied(scene, HELD_OUT + number) is scene for number in range(100))


@pytest.mark.parametrize("kind", ["street", "room"])
def test_at_night_it_is_darker_and_everything_is_where_it_was(kind: str) -> None:
    day = random_scene(5, kind)
    dark = replace(day, lighting=night(day, np.random.default_rng(0)))
    renderer = Renderer(96, 72, threads=1)
    by_day, by_night = renderer.render(day, 0.5), renderer.render(dark, 0.5)
    renderer.close()
    assert np.array_equal(by_day.disparity, by_night.disparity)
    assert np.quantile(by_night.rgb, 0.2) < 0.8 * np.quantile(by_day.rgb, 0.2)
