"""Functions that a graph replays: the same answers, and no memory read that others may free."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from models.devices.graphs import EAGER_CALLS, MOST_SIZES, Graphed
from models.flashdepth.config import EncoderConfig
from models.flashdepth.vit import VisionTransformer
from tests.support.pointer_graph import FreedMemoryError, PointerGraph


class Counted:
    """Makes graphs, remembers them, and counts the calls that a function has seen."""

    def __init__(self) -> None:
        self.graphs: list[PointerGraph] = []
        self.calls = 0

    def new_graph(self) -> PointerGraph:
        self.graphs.append(PointerGraph())
        return self.graphs[-1]

    def graphed(self, work: Callable[..., Any]) -> Graphed:
        def counted(*arguments: Any) -> Any:
            self.calls += 1
            return work(*arguments)

        return Graphed(counted, self.new_graph)

    @property
    def replays(self) -> list[int]:
        return [graph.replays for graph in self.graphs]


@pytest.fixture
def made() -> Counted:
    return Counted()


def small_encoder() -> VisionTransformer:
    torch.manual_seed(0)
    config = EncoderConfig(width=8, depth=2, heads=2, taps=(0, 0, 1, 1))
    return VisionTransformer(config).eval().requires_grad_(False)


def picture(height: int, width: int, seed: int = 0) -> Tensor:
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def test_shapes_that_come_again_are_replayed_with_the_same_answers(made: Counted) -> None:
    def work(x: Tensor, state: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        with torch.inference_mode():
            after = x * 2 + state[0]
            return after.relu(), (after[1:], after)

    graphed = made.graphed(work)
    state: tuple[Tensor, ...] = (torch.zeros(3),)
    plain: tuple[Tensor, ...] = (torch.zeros(3),)
    for number in range(6):
        x = torch.arange(3.0) - number
        answer, after = graphed(x, state)
        expected, plain_after = work(x, plain)
        assert torch.equal(answer, expected)
        state, plain = after[1:], plain_after[1:]
    assert made.replays == [6 - EAGER_CALLS]
    assert made.calls == EAGER_CALLS + 1  # one of them was recorded


def test_a_replay_does_not_reach_into_earlier_answers(made: Counted) -> None:
    graphed = made.graphed(lambda x: x * 2)
    answers = [graphed(torch.full((3,), float(n))) for n in range(6)]
    assert [answer[0].item() for answer in answers] == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]


def test_a_graph_owns_the_positions_that_the_encoder_has_forgotten(made: Counted) -> None:
    encoder = small_encoder()

    def work(frames: Tensor) -> Tensor:
        with torch.inference_mode():
            return encoder(frames, (3,))[0]

    graphed = made.graphed(work)
    for seed in range(EAGER_CALLS):
        graphed(picture(28, 42, seed))
    (key,) = encoder._positions
    for side in range(3, 9):  # other lanes, other sizes
        encoder(picture(14 * side, 28))
    assert key not in encoder._positions
    again = picture(28, 42, 9)
    assert torch.equal(graphed(again), work(again))
    assert made.replays == [1]


def test_the_graph_of_the_test_notices_memory_that_was_freed() -> None:
    encoder, frames, graph = small_encoder(), picture(28, 42), PointerGraph()
    with torch.inference_mode():
        encoder(frames)
        graph.capture(lambda: encoder(frames))
    graph.replay()
    encoder._positions.clear()
    with pytest.raises(FreedMemoryError):
        graph.replay()


def test_nothing_made_while_recording_is_taken_for_computed_by_later_calls(made: Counted) -> None:
    encoder = small_encoder()

    def work(frames: Tensor) -> Tensor:
        with torch.inference_mode():
            return encoder(frames, (3,))[0]

    graphed = made.graphed(work)
    for number in range(EAGER_CALLS):
        if number == EAGER_CALLS - 1:
            encoder._positions.clear()  # by the sizes of another lane
        graphed(picture(28, 42))
    assert work(picture(28, 42)).isfinite().all()


def test_graphs_follow_a_change_of_size_and_give_up_the_oldest(made: Counted) -> None:
    graphed = made.graphed(lambda x: x + 1)
    for size in range(1, MOST_SIZES + 3):
        for _ in range(EAGER_CALLS + 1):
            assert graphed(torch.zeros(size)).shape == (size,)
    assert made.replays == [1] * (MOST_SIZES + 2)
    assert len(graphed._known) == MOST_SIZES
    newest = MOST_SIZES + 2
    graphed(torch.zeros(newest - 1))  # used again, so the other one is older now
    graphed(torch.zeros(99))
    graphed(torch.zeros(newest - 1))
    assert made.replays[-2] == 3 and made.replays[-1] == 1


def test_a_graph_holds_what_it_reads_until_it_is_given_up(made: Counted) -> None:
    cache = [torch.ones(5)]
    graphed = made.graphed(lambda x: x + cache[0][1])
    for _ in range(EAGER_CALLS):
        graphed(torch.zeros(4))
    graph, read = weakref.ref(made.graphs.pop()), weakref.ref(cache.pop())
    gc.collect()
    assert graph() is not None and read() is not None
    graphed.forget()
    gc.collect()
    assert graph() is None and read() is None


def test_what_cannot_be_recorded_runs_as_it_is_for_those_shapes_alone(made: Counted) -> None:
    full = RuntimeError("CUDA out of memory")
    fails = [True, False]

    def work(x: Tensor) -> Tensor:
        return x * 3

    class Full(PointerGraph):
        def capture(self, work: Callable[[], Any]) -> Any:
            if fails.pop(0):
                raise full
            return super().capture(work)

    graphed = Graphed(work, lambda: made.graphs.append(Full()) or made.graphs[-1])  # type: ignore[func-returns-value]
    for size in (7, 2):
        for _ in range(5):
            assert graphed(torch.ones(size)).tolist() == [3.0] * size
        assert graphed.is_settled
    assert made.replays == [0, 5 - EAGER_CALLS]


def test_it_is_settled_when_nothing_is_left_to_record(made: Counted) -> None:
    graphed = made.graphed(lambda x: x + 1)
    settled = [graphed.is_settled]
    for size in (2, 2, 2, 3, 2, 3, 3):
        graphed(torch.zeros(size))
        settled.append(graphed.is_settled)
    assert settled == [True, False, True, True, False, True, True, True]
