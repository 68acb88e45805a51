"""PyTorch's ways to launch a network: the same answers, and as it is where they fail."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from models.devices.acceleration import accelerated
from models.flashdepth import FlashDepth, FlashDepthConfig


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What torch.compile was asked for; what it returns fails where the first value is negative."""
    asked: list[dict[str, Any]] = []

    def compile_it(work: Any, **options: Any) -> Any:
        asked.append(options)

        def run(x: Tensor) -> Any:
            if x[0] < 0:
                raise RuntimeError("cannot be recorded" if x[0] > -2 else "CUDA out of memory")
            return work(x)

        return run

    monkeypatch.setattr(torch, "compile", compile_it)
    return asked


def test_eager_is_the_function_itself(compiling: list[dict[str, Any]]) -> None:
    assert accelerated(abs, "eager") is abs and compiling == []


@pytest.mark.parametrize("how", ["graphs", "compiled"])
def test_answers_are_copies(compiling: list[dict[str, Any]], how: str) -> None:
    kept = torch.ones(3)
    run = accelerated(lambda x: (kept, [kept, 5]), how)
    answer, (other, number) = run(torch.ones(1))
    assert torch.equal(answer, kept) and answer is not kept and other is not kept and number == 5
    assert len(compiling) == 1


def test_what_cannot_be_recorded_runs_as_it_is_from_then_on(
    compiling: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    run = accelerated(lambda x: x, "graphs")
    given = torch.tensor([-1.0])
    assert run(given) is given
    assert run(torch.ones(1)) is not None
    assert [record.message for record in caplog.records] == [
        "running without graphs: cannot be recorded"
    ]


def test_full_memory_is_not_taken_for_what_cannot_be_recorded(
    compiling: list[dict[str, Any]],
) -> None:
    run = accelerated(lambda x: x, "compiled")
    with pytest.raises(RuntimeError, match="out of memory"):
        run(torch.tensor([-5.0]))


@pytest.mark.slow
def test_our_networks_can_be_recorded_as_one_graph() -> None:
    torch.manual_seed(0)
    network = FlashDepth(FlashDepthConfig.small()).eval().requires_grad_(False)
    picture = torch.randn(1, 3, 70, 84)
    graphs: list[int] = []

    def backend(graph: Any, _inputs: Any) -> Any:
        graphs.append(len(graph.graph.nodes))
        return graph.forward

    with torch.inference_mode():
        features = network.encode(picture)  # fills the cache of position embeddings
        expected, state = network.decode(features, None)
        recorded = torch.compile(network.decode, backend=backend, dynamic=False, fullgraph=True)
        answer, after = recorded(features, None)
        assert torch.allclose(answer, expected, atol=1e-5)
        expected, _ = network.decode(features, state)
        answer, _ = recorded(features, after)
        assert torch.allclose(answer, expected, atol=1e-5)
        encoded = torch.compile(network.encode, backend=backend, dynamic=False, fullgraph=True)
        assert torch.allclose(encoded(picture).path, features.path, atol=1e-4)
    assert len(graphs) == 3
