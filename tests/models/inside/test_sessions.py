"""What sessions give of a network's inside: on request, shared, and without changing anything."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from models.checked import CheckedSession
from models.devices.pipeline import DevicePipeline
from models.estimator import EstimatorOptions, FrameMemo, Prediction, Session, inspect
from models.estimators import lite
from models.estimators.neural import NeuralSession
from models.estimators.pool import NetworkPool
from models.estimators.recipe import NetworkRecipe
from models.estimators.smoothed import SmoothedSession
from models.estimators.streamed import StreamedSession
from models.flashdepth.lite import FlashDepthLite
from models.frames import Frame
from models.inside.probe import REMEMBERED, Inside, Part, Probe
from models.picture_format import CENTRED_32
from tests.support.late_device import LateDevice

CPU = EstimatorOptions(device="cpu", precision="float32")
EVERYTHING = Probe(frozenset(Part))


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def network() -> FlashDepthLite:
    return lite.NETWORKS[0].load(torch.device("cpu"), torch.float32)


def recipe(network: FlashDepthLite) -> NetworkRecipe:
    return NetworkRecipe("lite", "Lite", lambda _d, _t: network, CENTRED_32, 96, autocast=False)


def session(network: FlashDepthLite, temporal: bool = True) -> NeuralSession:
    return NeuralSession(recipe(network), CPU, NetworkPool(), temporal=temporal)


def frame(index: int) -> Frame:
    noise = np.random.default_rng(7).integers(0, 200, (96, 128, 3), np.uint8)
    return Frame(np.roll(noise, 4 * index, 1), index, 0, 0, 0.0)


def run(session: Session, count: int, probe: Probe = EVERYTHING) -> list[Prediction]:
    return [session.submit(frame(n), FrameMemo(probe)).result() for n in range(count)]


class Counted(TorchDispatchMode):
    """Counts the operations of torch."""

    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names[str(func)] += 1
        return func(*args, **(kwargs or {}))


def operations(session: NeuralSession, probe: Probe) -> Counter[str]:
    """Those of the third frame of a video."""
    run(session, 2, probe)
    with Counted() as counted:
        session.submit(frame(2), FrameMemo(probe)).result()
    return counted.names


def test_nothing_is_computed_without_a_request(network: FlashDepthLite) -> None:
    plain = operations(session(network), Probe())
    with torch.inference_mode():
        picture = torch.randn(1, 3, 96, 128).to(memory_format=torch.channels_last)
        state = None
        for _ in range(3):
            with Counted() as counted:
                _, state = network.decode(network.encode(picture), state)
    handling = [
        "permute",
        "unsqueeze",
        "select",
        "detach",
        "resolve_conj",
        "resolve_neg",
        "lift_fresh",
        "to",
    ]
    assert {name.split(".")[1] for name in plain - counted.names} <= set(handling)
    assert not counted.names - plain
    for part in set(Part) - {Part.TOKENS, Part.ATTENTION}:  # these cost nothing, or are not there
        assert operations(session(network), Probe(frozenset({part}))).total() > plain.total()


def test_a_probe_changes_neither_disparity_nor_memory(network: FlashDepthLite) -> None:
    for probed, plain in zip(
        run(session(network), 3), run(session(network), 3, Probe()), strict=True
    ):
        assert np.array_equal(probed.disparity, plain.disparity)
        assert probed.inside is not None
        assert plain.inside is None


def test_a_network_without_memory_lacks_what_needs_one(network: FlashDepthLite) -> None:
    inside = run(session(network, temporal=False), 2)[-1].inside
    assert inside is not None
    assert set(inside.missing) >= REMEMBERED
    assert set(inside.arrays) == {Part.TOKENS, Part.PYRAMID}


def test_the_last_frame_can_be_looked_into_again(network: FlashDepthLite) -> None:
    live, late = session(network), session(network)
    expected = run(live, 3)[-1].inside
    run(late, 3, Probe())
    assert expected is not None
    for _ in range(2):
        found = late.inspect(frame(2), EVERYTHING).named()
        assert list(found) == list(expected.named())
        for name, array in expected.named().items():
            np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-4)
    after = [s.submit(frame(3), FrameMemo()).result().disparity for s in (live, late)]
    assert np.array_equal(*after)


def test_lanes_that_ask_for_different_parts_share_one_run_of_the_encoder(
    network: FlashDepthLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    encode = network.encode
    monkeypatch.setattr(network, "encode", lambda *a: (runs.append(1), encode(*a))[1])
    pool, made = NetworkPool(), recipe(network)
    a, b = (NeuralSession(made, CPU, pool, temporal=memory) for memory in (True, False))
    tokens, pyramid = (Probe(frozenset({part})) for part in (Part.TOKENS, Part.PYRAMID))
    memo = FrameMemo(tokens.joined(pyramid))
    first = a.submit(frame(0), memo.asking(tokens)).result().inside
    second = b.submit(frame(0), memo.asking(pyramid)).result().inside
    assert len(runs) == 1
    assert first is not None and second is not None
    assert set(first.arrays) == {Part.TOKENS}
    assert set(second.arrays) == {Part.PYRAMID}
    assert len(second.arrays[Part.PYRAMID]) == 4


def test_the_lane_without_memory_lends_its_answer(
    network: FlashDepthLite, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[bool] = []
    decode = network.decode

    def counted(*arguments: Any, **keywords: Any) -> Any:
        runs.append(keywords["temporal"])
        return decode(*arguments, **keywords)

    monkeypatch.setattr(network, "decode", counted)
    pool, made = NetworkPool(), recipe(network)
    a, b = (NeuralSession(made, CPU, pool, temporal=memory) for memory in (True, False))
    alone = Probe(frozenset({Part.ALONE}))
    for n in range(2):
        memo = FrameMemo(alone)
        inside = a.submit(frame(n), memo.asking(alone)).result().inside
        other = b.submit(frame(n), memo.asking(Probe())).result()
        assert inside is not None
        assert np.array_equal(inside.arrays[Part.ALONE][0], other.disparity)
    assert runs == [True, False] * 2


def test_wrapped_sessions_pass_on_what_is_inside(network: FlashDepthLite) -> None:
    for wrapped in (
        SmoothedSession(session(network), 0.5),
        CheckedSession(session(network), "checked"),
    ):
        inside = run(wrapped, 2)[-1].inside
        again = inspect(wrapped, frame(1), EVERYTHING)
        assert inside is not None
        assert set(inside.arrays) == set(again.arrays) == set(Part) - {Part.ATTENTION}


def test_a_model_that_knows_nothing_of_its_inside_says_so() -> None:
    class Other:
        frames_in_flight = 1

        def submit(self, frame: Frame, memo: FrameMemo) -> Any: ...
        def reset(self) -> None: ...
        def close(self) -> None: ...

    answer = inspect(Other(), frame(0), EVERYTHING)
    assert not answer.arrays
    assert set(answer.missing) == set(Part)


def test_a_device_with_streams_gives_the_same(network: FlashDepthLite) -> None:
    pipeline: DevicePipeline[int] = DevicePipeline(LateDevice(seed=3))
    streamed = StreamedSession(
        recipe(network), network, pipeline, dtype=torch.float32, input_size=96
    )
    plain = run(session(network), 3)
    for expected, found in zip(plain, run(streamed, 3), strict=True):
        assert_same(found.inside, expected.inside)
    for _ in range(2):  # once more, without remembering it twice
        assert_same(streamed.inspect(frame(2), EVERYTHING), plain[-1].inside)
    assert streamed.submit(frame(3), FrameMemo()).result().inside is None
    streamed.close()


def assert_same(found: Inside | None, expected: Inside | None) -> None:
    assert found is not None and expected is not None
    assert found.missing == expected.missing
    assert set(found.named()) == set(expected.named())
    for name, array in expected.named().items():
        if not name.startswith(Part.ALONE):  # which the device brings in another size
            np.testing.assert_allclose(found.named()[name], array, rtol=1e-3, atol=1e-3)
