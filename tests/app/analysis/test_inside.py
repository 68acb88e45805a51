"""Pictures of networks' insides: each says what the plain arrays say."""

from __future__ import annotations

import numpy as np
import pytest

from app.analysis.analyzer import Analyzer
from app.analysis.inside.analyst import NO_PAST, WHEN_PAUSED
from app.analysis.inside.memory import HISTORY, bars
from app.analysis.inside.request import InsideRequest
from app.analysis.inside.table import QUANTITIES
from app.analysis.inside.titles import TITLES
from app.analysis.request import AnalysisRequest
from app.core.inside_values import InsidePicture
from app.core.results import Analysis, LaneResult
from app.settings.settings import Settings
from app.views.inside import VIEW
from models.frames import DepthMap, Float32, Frame, Unit
from models.inside.probe import REMEMBERED, Inside, Part, Probe

SIZE = (64, 48)
GRID = (6, 8)
NOISE = np.random.default_rng(3)
EVERYTHING = Probe(frozenset(Part))


def arrays(seed: int = 0) -> dict[Part, tuple[Float32, ...]]:
    rng = np.random.default_rng(seed)

    def some(*shape: int) -> Float32:
        return rng.random(shape, np.float32)

    return {
        Part.TOKENS: (rng.normal(size=(*GRID, 12)).astype(np.float32),),
        Part.ATTENTION: tuple(rng.normal(size=(2, 3, 49, 4)).astype(np.float32)),
        Part.PYRAMID: (some(6, 8), some(12, 16), some(24, 32), some(48, 64)),
        Part.HALF_LIFE: (some(4) + 0.1, 10 * some(4) + 1),
        Part.SHARE: (some(2, 3, 4), some(2, 3, 4)),
        Part.CORRECTION: (some(12, 16),),
        Part.GATE: (some(6, 8),),
        Part.ALONE: (some(48, 64),),
    }


def lane(inside: Inside | None, fresh: bool = False) -> LaneResult:
    disparity = np.full((SIZE[1], SIZE[0]), 0.5, np.float32)
    levels = np.full(disparity.shape, 9, np.uint8)
    depth = DepthMap(disparity, Unit.RELATIVE, 0)
    return LaneResult("flashdepth-lite", depth, levels, (0.0, 1.0), 1.0, fresh, inside=inside)


def frame(index: int = 0, segment: int = 0) -> Frame:
    return Frame(np.zeros((SIZE[1], SIZE[0], 3), np.uint8), index, segment, 0, 0.0)


def shown(
    key: str, inside: Inside | None, analyzer: Analyzer | None = None, index: int = 0
) -> Analysis:
    request = AnalysisRequest(inside=InsideRequest(key, key))
    found = (analyzer or Analyzer()).analyze(frame(index), {"a": lane(inside)}, request)
    assert found is not None
    return found


def picture(key: str, analyzer: Analyzer | None = None, index: int = 0) -> InsidePicture:
    return shown(key, Inside(arrays(index), answers=EVERYTHING), analyzer, index).inside["a"]


def cells(levels: np.ndarray, grid: tuple[int, int]) -> np.ndarray:
    """The value in the middle of each cell of a picture."""
    rows, columns = (
        (np.arange(count) + 0.5) * side / count
        for count, side in zip(grid, levels.shape, strict=True)
    )
    return levels[np.ix_(rows.astype(int), columns.astype(int))]


def expected_levels(share: np.ndarray) -> np.ndarray:
    return (1.5 + 254 * np.clip(share, 0, 1)).astype(np.uint8)


def test_every_quantity_has_a_title_and_a_picture_of_the_frame() -> None:
    assert list(QUANTITIES) == list(TITLES)
    for key, quantity in QUANTITIES.items():
        made = picture(key)
        assert made.levels.shape == (SIZE[1], SIZE[0])
        assert made.levels.dtype == np.uint8
        assert made.low < made.high
        assert quantity.caveat


def test_maps_span_their_scales() -> None:
    values = arrays()
    past, present = values[Part.SHARE][0] + values[Part.SHARE][1]
    gate, correction = values[Part.GATE][0], values[Part.CORRECTION][0]
    for key, share in (
        ("share", past / (past + present)),
        ("gate", gate),
        ("correction", correction / np.quantile(correction, 0.995)),
    ):
        found = cells(picture(key).levels, share.shape)
        np.testing.assert_allclose(found.astype(int), expected_levels(share).astype(int), atol=1)


def test_the_query_is_the_cursor_else_the_newest_pin_else_the_centre() -> None:
    inside = Inside(arrays(), answers=EVERYTHING)
    analyzer = Analyzer()
    pins = ((0.9, 0.9), (0.1, 0.1))
    for cursor, pinned, patch in (
        ((0.99, 0.0), pins, (0, 7)),
        (None, pins, (0, 0)),
        (None, (), (3, 4)),
    ):
        analyzer.inside.cursor = cursor
        request = AnalysisRequest(inside=InsideRequest("similarity", "tokens"), pins=pinned)
        found = analyzer.analyze(frame(), {"a": lane(inside)}, request)
        assert found is not None
        levels = cells(found.inside["a"].levels, GRID)
        assert np.unravel_index(levels.argmax(), GRID) == patch


def test_attention_by_head_is_a_mosaic_and_the_mean_is_one_map() -> None:
    mean, heads = picture("attention"), picture("heads")
    assert mean.high > 1  # somebody gets more than an even share
    assert len(np.unique(cells(mean.levels, GRID))) > 20
    assert (heads.levels[-10:, -10:] == 0).all()  # three heads leave one of four places
    assert (heads.levels[2:10, 2:10] > 0).all()


def test_without_memory_is_shown_in_the_range_of_the_lane() -> None:
    values = arrays()[Part.ALONE][0]
    found = picture("alone")
    assert (found.low, found.high) == (0.0, 1.0)
    np.testing.assert_allclose(found.levels, expected_levels(values), atol=1)
    change = np.abs(0.5 - values)
    levels = picture("change").levels.astype(int)
    limit = picture("change").high
    np.testing.assert_allclose(levels, expected_levels(change / limit).astype(int), atol=1)


def test_bars_grow_to_the_right_and_stand_on_their_rows() -> None:
    shares = np.array([[1.0, 0.0], [0.5, 1.0]], np.float32)  # two frames, two rows
    levels = bars(shares, (HISTORY, 40))
    assert (levels[:, :-2] == 0).all()
    assert [int((levels[:20, -at] > 0).sum()) for at in (2, 1)] == [18, 9]
    assert [int((levels[20:, -at] > 0).sum()) for at in (2, 1)] == [1, 18]
    assert levels[19, -2] == 255


def test_half_lives_are_kept_frame_by_frame_and_begin_anew_in_another_segment() -> None:
    analyzer = Analyzer()
    widths = []
    for index in (0, *range(1, 9), 8, *range(9, 17)):
        levels = picture("half-life", analyzer, index).levels
        widths.append(int((levels > 0).any(0).sum()))
    assert widths[0] < widths[8] == widths[9] < widths[-1]
    inside = Inside(arrays(), answers=EVERYTHING)
    request = AnalysisRequest(inside=InsideRequest("half-life", "tokens"))
    again = analyzer.analyze(frame(0, segment=1), {"a": lane(inside)}, request)
    assert again is not None
    assert int((again.inside["a"].levels > 0).any(0).sum()) == widths[0]


def test_colours_stay_put_while_the_cursor_moves_on_one_frame() -> None:
    analyzer = Analyzer()
    first = picture("tokens", analyzer).overlay
    for _ in range(5):
        again = picture("tokens", analyzer).overlay
    assert first is not None and again is not None
    assert np.array_equal(first, again)


@pytest.mark.parametrize("key", TITLES)
def test_what_is_missing_has_its_reason(key: str) -> None:
    reason = "This network has none."
    missing = Inside({}, dict.fromkeys(Part, reason), EVERYTHING)
    assert shown(key, missing).inside_reasons == {"a": reason}
    nothing_yet = shown(key, Inside({}, {}, EVERYTHING)).inside_reasons
    assert nothing_yet == {"a": NO_PAST}
    assert (shown(key, None).inside_reasons == {"a": WHEN_PAUSED}) is not QUANTITIES[key].is_live


def test_what_a_request_asks_of_a_network() -> None:
    request = InsideRequest("attention", "change", block=3)
    assert Part.ATTENTION in request.probe("a").parts
    assert request.probe("a").block == 2
    assert request.probe("b").parts == {Part.ALONE} <= REMEMBERED
    assert not request.live_probe("b", is_lent=False)
    assert request.live_probe("b", is_lent=True) == request.probe("b")


def test_a_hidden_pane_asks_for_nothing() -> None:
    every = view_settings(panes=("rgb", "depth_a", "depth_b"))
    alone = view_settings(panes=("rgb", "depth_b"))
    request, of_one = (VIEW.needs(settings).inside for settings in (every, alone))
    assert request is not None and of_one is not None
    assert request.probe("a") and not of_one.probe("a")
    assert request.probe("b") == of_one.probe("b")
    inside = Inside(arrays(), answers=EVERYTHING)
    lanes = {"a": lane(inside), "b": lane(inside)}
    found = Analyzer().analyze(frame(), lanes, AnalysisRequest(inside=of_one))
    assert found is not None
    assert set(found.inside) == {"b"}


def view_settings(panes: tuple[str, ...]) -> Settings:
    return Settings(view="inside", panes=panes)
