"""Every family of the hub gives what transformers gives, in the unit its table says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from models import registry
from models.errors import CheckpointError, UsageError
from models.estimator import EstimatorOptions, FrameMemo
from models.frames import Frame, Unit
from models.hub.names import parse

transformers = pytest.importorskip("transformers")

H, W = 96, 128


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def picture() -> NDArray[np.uint8]:
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 255, (6, 8, 3)).astype(np.float32)
    smooth = torch.nn.functional.interpolate(
        torch.from_numpy(coarse).permute(2, 0, 1)[None], (H, W), mode="bicubic"
    )
    return smooth[0].permute(1, 2, 0).clamp(0, 255).byte().contiguous().numpy()


def _dinov2(size: int = 56) -> Any:
    return transformers.Dinov2Config(
        hidden_size=32, num_hidden_layers=4, num_attention_heads=2, image_size=size, patch_size=14,
        out_indices=[1, 2, 3, 4], reshape_hidden_states=False, apply_layernorm=True,
    )  # fmt: skip


def _depth_anything(**changes: Any) -> tuple[Any, Any]:
    config = transformers.DepthAnythingConfig(
        backbone_config=_dinov2(), reassemble_hidden_size=32, patch_size=14,
        neck_hidden_sizes=[8, 16, 24, 32], fusion_hidden_size=16, head_hidden_size=8, **changes,
    )  # fmt: skip
    processor = transformers.DPTImageProcessorPil(
        size={"height": 56, "width": 56}, keep_aspect_ratio=True, ensure_multiple_of=14,
        resample=3, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225],
    )  # fmt: skip
    return transformers.DepthAnythingForDepthEstimation(config), processor


def _dpt(backbone: Any = None) -> tuple[Any, Any]:
    changes: dict[str, Any] = {}
    if backbone is not None:
        backbone.reshape_hidden_states = False
        changes = {"backbone_config": backbone}
    config = transformers.DPTConfig(
        hidden_size=32, num_hidden_layers=4, num_attention_heads=2, intermediate_size=64,
        image_size=64 if backbone is None else 56, patch_size=16 if backbone is None else 14,
        backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 16, 24, 32],
        fusion_hidden_size=16, is_hybrid=False, **changes,
    )  # fmt: skip
    side = 64 if backbone is None else 56
    processor = transformers.DPTImageProcessorPil(
        size={"height": side, "width": side}, keep_aspect_ratio=False
    )
    return transformers.DPTForDepthEstimation(config), processor


def _glpn() -> tuple[Any, Any]:
    config = transformers.GLPNConfig(
        hidden_sizes=[8, 16, 24, 32], depths=[1, 1, 1, 1], num_attention_heads=[1, 1, 2, 2],
        decoder_hidden_size=16,
    )  # fmt: skip
    return transformers.GLPNForDepthEstimation(config), transformers.GLPNImageProcessorPil()


def _zoedepth() -> tuple[Any, Any]:
    backbone = transformers.BeitConfig(
        hidden_size=32, num_hidden_layers=4, num_attention_heads=2, intermediate_size=64,
        image_size=64, patch_size=16, out_indices=[1, 2, 3, 4], reshape_hidden_states=False,
        use_relative_position_bias=True,
    )  # fmt: skip
    config = transformers.ZoeDepthConfig(
        backbone_config=backbone, neck_hidden_sizes=[8, 16, 24, 32], fusion_hidden_size=16,
        bottleneck_features=16, num_relative_features=8, bin_embedding_dim=16,
        num_attractors=[4, 2, 2, 1], bin_configurations=[
            {"n_bins": 16, "min_depth": 0.001, "max_depth": 10.0, "name": "nyu"}
        ],
    )  # fmt: skip
    processor = transformers.ZoeDepthImageProcessorPil(size={"height": 64, "width": 96})
    return transformers.ZoeDepthForDepthEstimation(config), processor


MAKERS = {
    "depth_anything": (_depth_anything, Unit.RELATIVE),
    "depth_anything_metric": (
        lambda: _depth_anything(depth_estimation_type="metric", max_depth=20), Unit.INVERSE_METRE
    ),
    "dpt": (_dpt, Unit.RELATIVE),
    "dpt_dinov2": (lambda: _dpt(_dinov2()), Unit.INVERSE_METRE),
    "glpn": (_glpn, Unit.INVERSE_METRE),
    "zoedepth": (_zoedepth, Unit.INVERSE_METRE),
}  # fmt: skip


def saved(folder: Path, made: tuple[Any, Any]) -> tuple[Any, Any]:
    """Random weights large enough that the output varies, saved as transformers does."""
    model, processor = made
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                spread = 1.6 / parameter[0].numel() ** 0.5
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * spread)
            else:
                parameter.add_(0.1 * torch.rand(parameter.shape, generator=generator))
    model.eval().save_pretrained(folder, safe_serialization=True)
    processor.save_pretrained(folder)
    return model, processor


@pytest.mark.parametrize("kind", MAKERS)
def test_a_lane_shows_what_transformers_computes(kind: str, tmp_path: Path) -> None:
    make, unit = MAKERS[kind]
    model, processor = saved(tmp_path / "model", make())
    session = registry.find(f"hf:{tmp_path}/model").open(EstimatorOptions("cpu"))
    rgb = picture()
    shown = session.submit(Frame(rgb, 0, 0, 0, 0.0), FrameMemo()).result().upsampled()
    with torch.inference_mode():
        output = model(processor(rgb, return_tensors="pt")["pixel_values"])
    if kind == "zoedepth":  # its own post-processing needs torchvision
        high, wide = int((H / 2) ** 0.5 * 3), int((W / 2) ** 0.5 * 3)
        padded = torch.nn.functional.interpolate(
            output.predicted_depth[None], (H + 2 * high, W + 2 * wide), mode="bicubic"
        )
        expected = padded[0, 0, high:-high, wide:-wide]
    else:
        expected = processor.post_process_depth_estimation(output, [(H, W)])[0]["predicted_depth"]
    truth = expected.numpy()
    assert truth.std() > 1e-3 * abs(truth.mean())
    assert shown.unit is unit and shown.disparity.shape == (H, W)
    if unit is Unit.RELATIVE:
        difference = np.abs(shown.disparity - np.maximum(truth, 0))
        assert difference.max() <= 1e-4 * truth.std()
    else:
        known = truth >= 1e-3
        assert np.allclose(1 / shown.disparity[known], truth[known], atol=1e-4 * truth.std())
        assert np.isnan(shown.disparity[~known]).all()
    session.close()


def test_the_input_size_is_the_processors_own_until_another_is_chosen(tmp_path: Path) -> None:
    saved(tmp_path / "model", _depth_anything())
    entry = registry.find(f"hf:{tmp_path}/model")
    assert entry.input_size == 56
    sizes = []
    for chosen in (None, 84):
        session = entry.open(EstimatorOptions("cpu", chosen))
        result = session.submit(Frame(picture(), 0, 0, 0, 0.0), FrameMemo()).result()
        sizes.append(result.network_size)
    assert sizes == [(70, 56), (112, 84)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hf:org/name", ("org/name", "", None)),
        ("hf:org/name@v1.0", ("org/name", "v1.0", None)),
        ("hf:./local", ("", "", Path("local"))),
        ("hf:/abs/olute", ("", "", Path("/abs/olute"))),
    ],
)
def test_names_say_repository_revision_or_folder(name: str, expected: tuple[object, ...]) -> None:
    model = parse(name)
    assert (model.repository, model.revision, model.folder) == expected


@pytest.mark.parametrize("name", ["hf:", "hf:name", "hf:a/b/c", "hf:a/../b", "hf:a/b@", "hf:a b/c"])
def test_other_names_are_refused_with_a_sentence(name: str) -> None:
    if name == "hf:a/b@":
        assert parse(name).revision == ""
        return
    with pytest.raises(UsageError, match="names no model of the hub"):
        registry.find(name)


def test_a_type_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    saved(tmp_path / "model", _depth_anything())
    config = tmp_path / "model" / "config.json"
    config.write_text(config.read_text().replace('"depth_anything"', '"bert"'))
    with pytest.raises(CheckpointError, match="not known here"):
        registry.find(f"hf:{tmp_path}/model").open(EstimatorOptions("cpu"))


def test_code_that_a_model_brings_is_never_run(tmp_path: Path) -> None:
    saved(tmp_path / "model", _depth_anything())
    config = tmp_path / "model" / "config.json"
    text = config.read_text().rstrip().removesuffix("}")
    config.write_text(text + ', "auto_map": {"AutoModelForDepthEstimation": "evil.Model"}}')
    (tmp_path / "model" / "evil.py").write_text("raise SystemExit('ran')")
    with pytest.raises(CheckpointError, match="code of its own"):
        registry.find(f"hf:{tmp_path}/model").open(EstimatorOptions("cpu"))


@pytest.mark.parametrize("content", [b"", b"\x00" * 64, b"<html>no</html>" * 100])
def test_damaged_weights_end_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    saved(tmp_path / "model", _depth_anything())
    (tmp_path / "model" / "model.safetensors").write_bytes(content)
    with pytest.raises(CheckpointError, match="cannot be loaded"):
        registry.find(f"hf:{tmp_path}/model").open(EstimatorOptions("cpu"))


def test_pickles_alone_are_no_model(tmp_path: Path) -> None:
    saved(tmp_path / "model", _depth_anything())
    weights = tmp_path / "model" / "model.safetensors"
    weights.rename(weights.with_name("pytorch_model.bin"))
    reason = registry.find(f"hf:{tmp_path}/model").missing()
    assert reason is not None and "safetensors" in reason
