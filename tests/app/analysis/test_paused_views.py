"""The comparing views while paused, stepping and across breaks: never blank, never a false pair."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from app.analysis.analyzer import Analyzer
from app.analysis.history import MAX_FRAMES, MAX_LEVELS_BYTES, History, HistoryEntry
from app.analysis.request import AnalysisRequest
from app.core.results import Analysis, FrameResult, LaneResult
from app.core.slots import LatestSlot
from app.engine.inference import InferenceLoop
from app.engine.pipeline import Pipeline, PipelineConfig
from models.frames import DepthMap, Float32, Frame, GroundTruth, Unit
from models.scenes import Renderer, random_scene
from tests.support.waiting import attempts

SIZE = (128, 96)
HEAT = AnalysisRequest(flicker_window=8, heat=True)
SLICES = AnalysisRequest(scan_line=0.5)
NOTHING = AnalysisRequest()
FRAMES = 12
RNG = np.random.default_rng(4)
PICTURE = RNG.integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
BASE: Float32 = np.linspace(1, 2, SIZE[0] * SIZE[1], dtype=np.float32).reshape(SIZE[1], SIZE[0])


def frame(n: int, segment: int = 0, picture: int = 0) -> Frame:
    """A still picture with a corner that tells the frame's number."""
    rgb = PICTURE.copy()
    rgb[:24, :24] = (17 * n + 90 * picture) % 256
    return Frame(rgb, n, segment, 0, n / 25)


def lanes(n: int, flicker: float = 0.1, fresh: bool = False) -> dict[str, LaneResult]:
    """Lane A steady, lane B up and down as a whole; levels tell the frame's number."""
    found = {}
    for name, disparity in (("a", BASE), ("b", (BASE + flicker * (n % 2)).astype(np.float32))):
        levels = np.full(disparity.shape, n + 1, np.uint8)
        depth = DepthMap(disparity, Unit.RELATIVE, n)
        found[name] = LaneResult("fake", depth, levels, (1, 2), 1, fresh)
    return found


def play(
    analyzer: Analyzer, request: AnalysisRequest, start: int = 0, end: int = FRAMES
) -> Analysis:
    for n in range(start, end):
        found = analyzer.analyze(frame(n), lanes(n), request)
    assert request.nothing or found is not None
    return found  # type: ignore[return-value]


def looked(analyzer: Analyzer, n: int, request: AnalysisRequest, **how: int) -> Analysis:
    fresh = bool(how.get("segment"))
    found = analyzer.analyze(frame(n, **how), lanes(n, fresh=fresh), request)
    assert found is not None
    return found


def heat_of(analysis: Analysis) -> Float32:
    assert analysis.flicker is not None
    return analysis.flicker.lanes["b"].heat


def lines(analysis: Analysis) -> list[int]:
    """The frames whose lines are in lane A's slice, oldest first."""
    column = analysis.slices["a"][:, 0]
    kept = column[:: len(column) // analysis.slice_window].astype(int) - 1
    return [int(n) for n in kept if n >= 0]


def test_flicker_switched_on_while_paused_shows_the_last_pair_although_no_view_was_on() -> None:
    analyzer = Analyzer()
    play(analyzer, NOTHING)
    found = looked(analyzer, FRAMES - 1, HEAT)
    expected = play(Analyzer(), HEAT, FRAMES - 2)
    assert found.flicker is not None and found.flicker.frames == 2
    np.testing.assert_allclose(heat_of(found), heat_of(expected), atol=1e-5)
    assert heat_of(found).min() > 0.1


def test_flicker_switched_on_while_paused_after_another_view_is_that_of_the_last_pair() -> None:
    analyzer = Analyzer()
    play(analyzer, SLICES)
    assert np.nanmin(heat_of(looked(analyzer, FRAMES - 1, HEAT))) > 0.1


def test_slices_switched_on_while_paused_go_back_as_far_as_is_remembered() -> None:
    analyzer = Analyzer()
    play(analyzer, HEAT)
    assert lines(looked(analyzer, FRAMES - 1, SLICES)) == list(range(FRAMES))
    analyzer = Analyzer()
    play(analyzer, NOTHING)
    assert lines(looked(analyzer, FRAMES - 1, SLICES)) == [FRAMES - 2, FRAMES - 1]


def test_another_window_takes_effect_while_paused() -> None:
    def jump(request: AnalysisRequest) -> Analysis:
        analyzer = Analyzer()
        for n in range(FRAMES):
            analyzer.analyze(frame(n), lanes(int(n >= FRAMES - 4)), request)
        found = analyzer.analyze(frame(FRAMES - 1), lanes(1), HEAT)  # paused
        assert found is not None
        return found

    narrow, wide = (AnalysisRequest(flicker_window=w, heat=True) for w in (2, 60))
    played = heat_of(jump(HEAT))
    for other in (narrow, wide):
        np.testing.assert_allclose(heat_of(jump(other)), played, rtol=0.02)


def test_a_moved_row_keeps_its_lines_while_paused() -> None:
    analyzer = Analyzer()
    play(analyzer, SLICES)
    for row in (0.2, 0.7, 0.5):
        found = looked(analyzer, FRAMES - 1, AnalysisRequest(scan_line=row))
        assert lines(found) == list(range(FRAMES))


def test_a_step_back_leaves_what_was_seen_before_it_in_both_views() -> None:
    analyzer = Analyzer()
    both = AnalysisRequest(flicker_window=8, heat=True, scan_line=0.5)
    play(analyzer, both)
    for back, n in enumerate((FRAMES - 2, FRAMES - 3), start=1):
        found = looked(analyzer, n, both, segment=back)
        assert lines(found) == list(range(n + 1))
        assert found.slice_breaks["a"][-1] == (0, "reset")
        assert np.nanmin(heat_of(found)) > 0.05
        assert found.flicker is not None
        assert np.isnan(found.flicker.lanes["b"].flicker)  # memory began anew: no pair


def test_a_step_back_to_a_frame_that_was_left_out_while_playing_empties_nothing() -> None:
    analyzer = Analyzer()
    both = AnalysisRequest(flicker_window=8, heat=True, scan_line=0.5)
    seen = [n for n in range(2 * FRAMES) if n % 3 == 0]
    for n in seen:
        analyzer.analyze(frame(n), lanes(n), both)
    back = seen[-1] - 1
    found = looked(analyzer, back, both, segment=1)
    assert lines(found) == [*seen[:-1], back]
    assert np.isfinite(heat_of(found)).any()


def test_a_frame_that_looks_like_no_other_begins_empty_views_though_its_number_is_near() -> None:
    analyzer = Analyzer()
    for n in range(0, FRAMES, 3):
        analyzer.analyze(frame(n), lanes(n), SLICES)
    elsewhere = Frame(255 - PICTURE, FRAMES - 2, 1, 0, 0.0)
    found = analyzer.analyze(elsewhere, lanes(FRAMES - 2, fresh=True), SLICES)
    assert found is not None
    assert lines(found) == [FRAMES - 2]


def test_stepping_on_after_a_step_back_compares_neighbours_again() -> None:
    analyzer = Analyzer()
    play(analyzer, HEAT)
    looked(analyzer, FRAMES - 3, HEAT, segment=1)
    found = analyzer.analyze(frame(FRAMES - 2, 1), lanes(FRAMES - 2), HEAT)
    assert found is not None and found.flicker is not None
    assert found.flicker.gap == 1
    assert found.flicker.lanes["b"].error == pytest.approx(0.1, rel=0.01)


def test_a_jump_elsewhere_and_another_source_begin_empty_views() -> None:
    for n, picture in ((50, 0), (FRAMES - 2, 1)):
        analyzer = Analyzer()
        both = AnalysisRequest(flicker_window=8, heat=True, scan_line=0.5)
        play(analyzer, both)
        found = looked(analyzer, n, both, segment=1, picture=picture)
        assert lines(found) == [n]
        assert found.slice_breaks["a"] == ()
        assert np.isnan(heat_of(found)).all()


def test_a_cut_is_marked_in_the_slice_and_stays_where_it_was() -> None:
    analyzer = Analyzer()
    play(analyzer, SLICES, 0, 5)
    analyzer.analyze(frame(5), lanes(5, fresh=True), SLICES, cut=True)
    found = play(analyzer, SLICES, 6, 9)
    assert lines(found) == list(range(9))
    assert found.slice_breaks == {"a": ((3, "cut"),), "b": ((3, "cut"),)}


def test_a_reset_is_marked_in_the_slice_and_keeps_the_heat() -> None:
    analyzer = Analyzer()
    both = AnalysisRequest(flicker_window=8, heat=True, scan_line=0.5)
    play(analyzer, both, 0, 5)
    found = analyzer.analyze(frame(5), lanes(5, fresh=True), both)
    assert found is not None
    assert found.slice_breaks["b"] == ((0, "reset"),)
    assert np.nanmin(heat_of(found)) > 0.05


def test_memory_that_is_emptied_while_paused_makes_a_mark_and_no_pair() -> None:
    analyzer = Analyzer()
    both = AnalysisRequest(flicker_window=8, heat=True, scan_line=0.5)
    play(analyzer, both, 0, 5)
    found = analyzer.analyze(frame(4), lanes(4, flicker=0.5, fresh=True), both)  # R
    assert found is not None
    assert lines(found) == list(range(5))
    assert found.slice_breaks["b"] == ((0, "reset"),)
    assert found.flicker is not None
    assert np.isnan(found.flicker.lanes["b"].flicker)
    found = analyzer.analyze(frame(5), lanes(4, flicker=0.5), both)
    assert found is not None and found.flicker is not None
    assert found.flicker.lanes["b"].error == pytest.approx(0.0, abs=1e-3)


def test_stepping_back_to_the_first_frame_after_a_cut_does_not_pair_across_it() -> None:
    analyzer = Analyzer()
    play(analyzer, HEAT, 0, 5)
    analyzer.analyze(frame(5), lanes(5, fresh=True), HEAT, cut=True)
    analyzer.analyze(frame(6), lanes(6), HEAT)
    found = looked(analyzer, 5, HEAT, segment=1)
    assert np.isnan(heat_of(found)).all()


def test_frames_that_went_by_while_flicker_was_off_make_no_pair() -> None:
    for other in (NOTHING, SLICES):
        analyzer = Analyzer()
        play(analyzer, HEAT, 0, 4)
        play(analyzer, other, 4, 9)
        found = looked(analyzer, 9, HEAT)
        assert found.flicker is not None
        assert found.flicker.gap == 1  # the frame before was remembered


def test_the_most_frames_between_the_pairs_of_the_window_are_told() -> None:
    analyzer = Analyzer()
    for n, widest in ((0, 0), (1, 1), (5, 4), (6, 4), (7, 4)):
        found = looked(analyzer, n, HEAT)
        assert found.flicker is not None and found.flicker.gap == widest
    for n in range(8, 8 + HEAT.flicker_window):
        found = looked(analyzer, n, HEAT)
    assert found.flicker is not None and found.flicker.gap == 1


def test_what_is_remembered_is_bounded_and_nothing_but_a_pair_while_no_view_is_on() -> None:
    history = History()
    analyzer = Analyzer(history)
    play(analyzer, SLICES, 0, 200)
    assert len(history) == MAX_FRAMES
    assert sum(entry.frame is not None for entry in history) == 2
    play(analyzer, NOTHING, 200, 203)
    assert len(history) == 2
    recent, levels = History(), np.zeros((2160, 3840), np.uint8)
    for n in range(12):
        seen = HistoryEntry(n, 0, False, frozenset(), {"a": levels, "b": levels}, None, None)
        recent.add(seen, is_watched=True)
    held = sum(one.nbytes for moment in recent for one in moment.levels.values())
    assert held <= MAX_LEVELS_BYTES


def test_perfect_depth_of_a_rendered_clip_is_steady_after_a_replay() -> None:
    renderer, scene = Renderer(160, 120, threads=1), random_scene(3, "room")
    shots = [renderer.render(scene, n / 400) for n in range(6)]
    seen = [(shot.rgb.copy(), shot.disparity.copy()) for shot in shots]

    def run(paused: AnalysisRequest) -> Analysis:
        analyzer, found = Analyzer(), None
        for n, (rgb, disparity) in enumerate(seen):
            depth = DepthMap(disparity, Unit.INVERSE_METRE, n)
            levels = np.full(disparity.shape, 9, np.uint8)
            lane = {"b": LaneResult("truth", depth, levels, (0, 1), 1, False)}
            analyzer.analyze(Frame(rgb, n, 0, 0, n / 25), lane, HEAT)
        found = analyzer.analyze(Frame(rgb, n, 0, 0, n / 25), lane, paused)
        assert found is not None
        return found

    played = heat_of(run(HEAT))
    replayed = heat_of(run(AnalysisRequest(flicker_window=9, heat=True)))
    known = np.isfinite(played) & np.isfinite(replayed)
    assert known.mean() > 0.9
    assert np.median(replayed[known]) == pytest.approx(np.median(played[known]), rel=0.3)


def test_the_score_of_edges_becomes_that_of_the_frame_that_stays() -> None:
    frames: LatestSlot[Frame] = LatestSlot()
    results: LatestSlot[FrameResult] = LatestSlot()
    loop = InferenceLoop(frames, results, lambda: None, Pipeline())
    edges = AnalysisRequest(edges="a")
    loop.configure(PipelineConfig("ground-truth", "off", analysis=edges))
    recorded: list[FrameResult] = []
    loop.taps = (recorded.append,)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        for n in range(3):
            truth = GroundTruth(np.kron(RNG.random((6, 8), np.float32) + 1, np.ones((16, 16))))
            truth = GroundTruth(truth.disparity.astype(np.float32))
            assert frames.put_when_free(Frame(PICTURE, n, 0, 0, n / 25, truth=truth), 10)
        seen = []
        for _ in attempts():
            found = results.take(0.1)
            if found is not None and found.analysis is not None:
                analysis = found.analysis
                seen.append((found.frame.index, analysis.is_settled, analysis.boundary_f1))
            if seen and seen[-1][:2] == (2, True):
                break
    finally:
        frames.close()
        loop.stop()
        thread.join(10)
    assert seen[-1] == (2, True, pytest.approx(1.0))
    assert [result.frame.index for result in recorded] == [0, 1, 2]
