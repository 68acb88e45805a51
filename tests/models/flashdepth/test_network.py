"""The networks' interface: names, purity, the seam between encode and decode, precision."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from models.depth_anything import DepthAnythingV2
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.flashdepth.config import EncoderConfig, MemoryConfig
from tests.fixtures.flashdepth.fixture_weights import fill

KEYS = Path(__file__).parents[2] / "fixtures" / "flashdepth"


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other crawl on a machine that is busy with other tests."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def listed_keys(name: str) -> dict[str, tuple[int, ...]]:
    lines = (KEYS / f"keys_{name}.txt").read_text().splitlines()
    rows = [line.split("\t") for line in lines]
    return {key: tuple(int(side) for side in shape.split("x")) for key, shape, _ in rows}


def filled(net: nn.Module) -> nn.Module:
    fill(net)
    return net.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def small() -> FlashDepth:
    net = filled(FlashDepth(FlashDepthConfig.small()))
    assert isinstance(net, FlashDepth)
    return net


def frames(batch: int = 1, height: int = 70, width: int = 98, seed: int = 0) -> torch.Tensor:
    return torch.randn(batch, 3, height, width, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("listing", "make"),
    [
        ("flashdepth_s", lambda: FlashDepth(FlashDepthConfig.small())),
        ("flashdepth_l", lambda: FlashDepth(FlashDepthConfig.large())),
        ("flashdepth_full", lambda: FlashDepth(FlashDepthConfig.full())),
        ("dav2_vits", lambda: DepthAnythingV2("vits")),
        ("dav2_vitb", lambda: DepthAnythingV2("vitb")),
        ("dav2_vitl", lambda: DepthAnythingV2("vitl")),
    ],
)
def test_names_and_shapes_are_those_of_the_released_weights(listing: str, make: object) -> None:
    assert callable(make)
    with torch.device("meta"):
        state = make().state_dict()
    assert {key: tuple(tensor.shape) for key, tensor in state.items()} == listed_keys(listing)


def test_without_memory_flashdepth_is_depth_anything(small: FlashDepth) -> None:
    per_frame = DepthAnythingV2("vits")
    own = {k: v for k, v in small.state_dict().items() if not k.startswith("mamba.")}
    per_frame.load_state_dict(own, strict=True)
    picture = frames(2)
    with torch.no_grad():
        disparity, state = small(picture, None, temporal=False)
        assert torch.equal(per_frame(picture), disparity)
    assert state is None


def test_encoding_once_serves_both_lanes(small: FlashDepth) -> None:
    picture = frames()
    with torch.no_grad():
        features = small.encode(picture)
        kept, kept_levels = features.path.clone(), [level.clone() for level in features.levels]
        with_memory, state = small.decode(features, None)
        without, _ = small.decode(features, None, temporal=False)
        again, _ = small.decode(features, None)
        whole, _ = small(picture)
    assert torch.equal(features.path, kept)
    for level, before in zip(features.levels, kept_levels, strict=True):
        assert torch.equal(level, before)
    assert torch.equal(with_memory, whole)
    assert torch.equal(again, whole)
    assert not torch.allclose(without, with_memory)
    assert state is not None


def test_what_is_made_of_the_pyramid_alone_is_made_once_for_all_lanes(small: FlashDepth) -> None:
    made: list[int] = []
    units = [small.depth_head.scratch.refine(number).resConfUnit1 for number in (1, 2, 3)]
    hooks = [
        unit.register_forward_hook(lambda _unit, _in, _out, number=number: made.append(number))
        for number, unit in enumerate(units, start=1)
    ]
    with torch.no_grad():
        features = small.encode(frames())
        for temporal in (True, False):
            small.decode(features, None, temporal=temporal)
    for hook in hooks:
        hook.remove()
    assert sorted(made) == [1, 2, 3]


def test_the_same_state_gives_the_same_answer_twice(small: FlashDepth) -> None:
    with torch.no_grad():
        _, state = small(frames(seed=1))
        first, _ = small(frames(seed=2), state)
        small(frames(seed=3), state)
        second, _ = small(frames(seed=2), state)
    assert torch.equal(first, second)


def test_videos_of_a_batch_do_not_see_each_other(small: FlashDepth) -> None:
    a, b = frames(seed=1), frames(seed=2)
    with torch.no_grad():
        _, state = small(torch.cat([a, b]))
        both, _ = small(torch.cat([b, a]), state)
        _, alone_state = small(a)
        alone, _ = small(b, alone_state)
    torch.testing.assert_close(both[:1], alone, atol=1e-5, rtol=1e-5)


def test_the_teacher_looks_at_the_height_alone() -> None:
    config = FlashDepthConfig(
        "vits", MemoryConfig(3, 4, 32), teacher="vits", teacher_height=70, fusion_layers=1
    )
    net = FlashDepth(config).eval()
    seen: list[tuple[int, ...]] = []
    net.teacher_model.pretrained.register_forward_pre_hook(
        lambda _module, args: seen.append(tuple(args[0].shape[-2:]))
    )
    with torch.no_grad():
        for height, width in [(70, 140), (98, 210), (140, 98)]:
            net.advice(frames(height=height, width=width))
        net.config = dataclasses.replace(config, teacher_height=None)
        net.advice(frames(height=98, width=70))
    assert seen == [(70, 140), (70, 140), (70, 42), (98, 70)]


def test_position_embeddings_are_computed_once_per_size(small: FlashDepth) -> None:
    vit = small.pretrained
    with torch.no_grad():
        assert vit.positions(70, 98) is vit.positions(70, 98)
        assert vit.positions(70, 98).shape == (1, 1 + 5 * 7, 384)
        for side in range(5, 12):
            vit.positions(14 * side, 98)
    assert len(vit._positions) <= 4
    assert not any("position" in key for key in small.state_dict())


def test_new_weights_make_new_position_embeddings() -> None:
    vit = DepthAnythingV2("vits").requires_grad_(False).pretrained
    before = vit.positions(70, 98)
    vit.load_state_dict({k: v + 1 for k, v in vit.state_dict().items()})
    torch.testing.assert_close(vit.positions(70, 98), before + 1)


def test_while_learning_the_position_embedding_gets_its_gradient() -> None:
    vit = DepthAnythingV2("vits").pretrained
    vit.positions(70, 98).sum().backward()
    assert vit.pos_embed.grad is not None
    assert bool((vit.pos_embed.grad != 0).any())


@pytest.mark.parametrize("shape", [(1, 3, 70, 75), (1, 3, 72, 70), (3, 70, 70), (1, 4, 70, 70)])
def test_frames_of_another_shape_are_refused(small: FlashDepth, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="frame"):
        small(torch.zeros(shape))


def test_bfloat16_stays_near_float32_and_keeps_its_memory_wide(small: FlashDepth) -> None:
    picture = frames(height=140, width=140)
    with torch.inference_mode():
        exact, _ = small(picture)
        with torch.autocast("cpu", torch.bfloat16):
            rough, state = small(picture)
    assert state is not None
    assert {layer.dtype for layer in state.layers} == {torch.float32}
    assert (rough.float() - exact).abs().mean() < 0.05 * exact.std()


def test_a_whole_clip_can_be_learnt_from() -> None:
    net = FlashDepth(FlashDepthConfig.small())
    fill(net)
    first, state = net(frames(seed=1))
    second, _ = net(frames(seed=2), state)
    (first.mean() + second.mean()).backward()
    unused = {"pretrained.mask_token"} | {
        f"depth_head.scratch.refinenet4.resConfUnit1.{conv}.{kind}"
        for conv in ("conv1", "conv2")
        for kind in ("weight", "bias")
    }
    silent = {name for name, p in net.named_parameters() if p.grad is None}
    assert silent == unused


def test_unknown_numbers_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="vits, vitb, vitl"):
        EncoderConfig.named("vitg")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="multiple of 14"):
        FlashDepthConfig.full(teacher_height=100)
    with pytest.raises(ValueError, match="path 1, 2, 3 or 4"):
        MemoryConfig(after_path=5, expand=2, headdim=32)


def test_bfloat16_makes_no_staircase_of_disparity(small: FlashDepth) -> None:
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        disparity, _ = small(frames(height=140, width=140))
    assert disparity.dtype == torch.float32
    assert len(disparity.unique()) > 0.5 * disparity.numel()
