"""The scene that opens first is played from files, with the renderer's own truth."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from app.sources.demo_loop import DEMO_SIZE, DemoLoopSource, demo_folder
from app.sources.demo_scene import DemoSceneSource
from app.sources.opening import open_source
from app.sources.synthetic import FPS, SyntheticSource
from models.errors import SourceError
from models.frames import Frame, GroundTruth
from models.scenes import RenderedFrame, Renderer, demo_scene
from models.scenes.demo import DEMO_PERIOD_S

PERIOD = round(DEMO_PERIOD_S * FPS)
PLACES = (0, 137, 268, PERIOD - 1)


@pytest.fixture
def source() -> Iterator[DemoLoopSource]:
    opened = DemoLoopSource(with_flow=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def rendered() -> dict[int, RenderedFrame]:
    """Frames of the loop as the renderer draws them, with flow."""
    renderer, scene = Renderer(*DEMO_SIZE), demo_scene()
    frames = {n: renderer.render(scene, n / FPS, (n - 1) / FPS) for n in PLACES}
    renderer.close()
    return frames


def _at(source: DemoLoopSource, index: int) -> Frame:
    source.seek(index)
    return _next(source)


def _next(source: DemoLoopSource) -> Frame:
    reading = source.read(1.0)
    assert isinstance(reading, Frame)
    return reading


def _truth(frame: Frame) -> GroundTruth:
    assert frame.truth is not None
    return frame.truth


def _pair(source: DemoLoopSource, index: int) -> Frame:
    """Frame `index` with the flow to the one before it."""
    _at(source, index - 1)
    return _next(source)


@pytest.mark.parametrize("place", PLACES)
def test_disparity_is_the_renderers_and_pose_and_camera_too(
    source: DemoLoopSource, rendered: dict[int, RenderedFrame], place: int
) -> None:
    frame, drawn = _at(source, place), rendered[place]
    disparity = _truth(frame).disparity
    assert disparity.dtype == np.float32
    np.testing.assert_allclose(disparity, drawn.disparity, rtol=0, atol=1e-6)
    assert np.ptp(drawn.disparity) / 100_000 > 1e-6
    np.testing.assert_array_equal(_truth(frame).camera_to_world, drawn.camera_to_world)
    assert frame.intrinsics == drawn.intrinsics


@pytest.mark.parametrize("place", PLACES)
def test_flow_is_the_renderers_also_across_the_seam(
    source: DemoLoopSource, rendered: dict[int, RenderedFrame], place: int
) -> None:
    truth, drawn = _truth(_pair(source, place + PERIOD)), rendered[place]
    assert truth.flow_to_previous is not None
    assert drawn.flow_to_previous is not None
    assert truth.covisible is not None
    np.testing.assert_allclose(truth.flow_to_previous, drawn.flow_to_previous, rtol=0, atol=2e-3)
    assert (truth.covisible == drawn.covisible).mean() > 0.9999


@pytest.mark.parametrize("place", PLACES)
def test_pictures_are_the_renderers_as_film_keeps_them(
    source: DemoLoopSource, rendered: dict[int, RenderedFrame], place: int
) -> None:
    error = _at(source, place).rgb.astype(np.float64) - rendered[place].rgb
    assert np.sqrt((error**2).mean()) < 6.0
    assert np.abs(error.mean(axis=(0, 1))).max() < 2.0  # no colour is shifted


def test_the_last_frame_continues_in_the_first_without_a_break(source: DemoLoopSource) -> None:
    last = _at(source, PERIOD - 1)
    first = _next(source)
    assert (first.index, first.segment, first.shot) == (PERIOD, last.segment, last.shot)
    assert first.time_s == pytest.approx(DEMO_PERIOD_S)
    step = np.abs(first.rgb.astype(np.float64) - last.rgb).mean()
    usual = np.abs(_next(source).rgb.astype(np.float64) - first.rgb).mean()
    assert step < 1.5 * usual
    assert np.array_equal(_at(source, 0).rgb, first.rgb)


def test_a_frame_is_the_same_whenever_it_is_asked_for(source: DemoLoopSource) -> None:
    frames = [_at(source, 98), *(_next(source) for _ in range(4))]
    for index in (101, 99, 99 + 3 * PERIOD):
        again, first = _at(source, index), frames[index % PERIOD - 98]
        assert np.array_equal(again.rgb, first.rgb)
        assert np.array_equal(_truth(again).disparity, _truth(first).disparity)
        assert again.segment != first.segment
        assert _truth(again).flow_to_previous is None


def test_it_never_ends_and_closing_twice_is_fine(source: DemoLoopSource) -> None:
    assert source.info.is_endless
    assert _at(source, 1_000_000).index == 1_000_000
    source.close()
    source.close()
    assert source.read(0.1) is None


def test_only_the_scene_that_opens_first_at_its_size_is_played() -> None:
    for spec, size, is_played in (
        ("synthetic", None, True),
        ("synthetic", DEMO_SIZE, True),
        ("synthetic", (320, 240), False),
        ("synthetic:0", None, False),
    ):
        opened = open_source(spec, size)
        opened.close()
        assert isinstance(opened, DemoSceneSource if is_played else SyntheticSource)


def test_playing_it_needs_no_renderer() -> None:
    code = (
        "import sys; from app.sources.opening import open_source; "
        "open_source('synthetic').read(1.0); sys.exit('models.scenes' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_damaged_files_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("demo")
    for file in demo_folder().iterdir():
        (folder / file.name).write_bytes(file.read_bytes()[: 1 << 20])
    monkeypatch.setattr("app.sources.demo_loop.demo_folder", lambda: folder)
    with pytest.raises(SourceError, match="install the app again"):
        DemoLoopSource()


def test_its_files_are_small_and_say_what_their_licence_is() -> None:
    files = list(demo_folder().iterdir())
    assert sum(file.stat().st_size for file in files) < 15e6
    assert "Apache-2.0" in (demo_folder() / "README.md").read_text(encoding="utf-8")
