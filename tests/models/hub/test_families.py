"""The hub's Depth Anything V2 is our own network; Depth Pro is prepared and read as its own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from models import registry
from models.depth_anything import DepthAnythingV2
from models.estimator import EstimatorOptions, FrameMemo
from models.frames import Frame, Unit
from models.hub.families import DEPTH_PRO_SIDE, FAMILIES
from models.picture_format import IMAGENET_14
from models.preprocess import prepare
from tests.fixtures.flashdepth.fixture_weights import fill
from tests.models.hub.test_session import picture, saved

transformers = pytest.importorskip("transformers")

_RENAMED = (
    (r"pretrained\.cls_token", "backbone.embeddings.cls_token"),
    (r"pretrained\.pos_embed", "backbone.embeddings.position_embeddings"),
    (r"pretrained\.mask_token", "backbone.embeddings.mask_token"),
    (r"pretrained\.patch_embed\.proj", "backbone.embeddings.patch_embeddings.projection"),
    (r"pretrained\.norm", "backbone.layernorm"),
    (r"pretrained\.blocks\.(\d+)\.attn\.proj", r"backbone.encoder.layer.\1.attention.output.dense"),
    (r"pretrained\.blocks\.(\d+)\.ls(\d)\.gamma", r"backbone.encoder.layer.\1.layer_scale\2.lambda1"),  # noqa: E501
    (r"pretrained\.blocks\.(\d+)", r"backbone.encoder.layer.\1"),
    (r"depth_head\.projects\.(\d)", r"neck.reassemble_stage.layers.\1.projection"),
    (r"depth_head\.resize_layers\.(\d)", r"neck.reassemble_stage.layers.\1.resize"),
    (r"depth_head\.scratch\.output_conv1", "head.conv1"),
    (r"depth_head\.scratch\.output_conv2\.0", "head.conv2"),
    (r"depth_head\.scratch\.output_conv2\.2", "head.conv3"),
)  # fmt: skip


def _theirs(key: str) -> str:
    """The name that transformers gives a weight of ours (except the fused qkv)."""
    if found := re.match(r"depth_head\.scratch\.layer(\d)_rn\.weight", key):
        return f"neck.convs.{int(found[1]) - 1}.weight"
    if found := re.match(r"depth_head\.scratch\.refinenet(\d)\.(.*)", key):
        rest = found[2].replace("out_conv", "projection")
        rest = re.sub(r"resConfUnit(\d)\.conv(\d)", r"residual_layer\1.convolution\2", rest)
        return f"neck.fusion_stage.layers.{4 - int(found[1])}.{rest}"
    for pattern, name in _RENAMED:
        if re.match(pattern, key):
            return re.sub(pattern, name, key, count=1)
    raise KeyError(key)


def _converted(ours: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    out = {}
    for key, tensor in ours.items():
        if found := re.match(r"pretrained\.blocks\.(\d+)\.attn\.qkv\.(\w+)", key):
            for name, part in zip(("query", "key", "value"), tensor.chunk(3), strict=True):
                at = f"backbone.encoder.layer.{found[1]}.attention.attention.{name}.{found[2]}"
                out[at] = part
        else:
            out[_theirs(key)] = tensor
    return out


def test_depth_anything_v2_small_of_the_hub_is_our_network(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    ours = DepthAnythingV2("vits").eval()
    fill(ours)
    backbone = transformers.Dinov2Config(
        hidden_size=384, num_hidden_layers=12, num_attention_heads=6, image_size=518, patch_size=14,
        out_indices=[3, 6, 9, 12], reshape_hidden_states=False, apply_layernorm=True,
    )  # fmt: skip
    config = transformers.DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=384, patch_size=14,
        neck_hidden_sizes=[48, 96, 192, 384], fusion_hidden_size=64, head_hidden_size=32,
    )  # fmt: skip
    config.architectures = ["DepthAnythingForDepthEstimation"]
    config.save_pretrained(tmp_path / "model")
    contiguous = {key: t.contiguous() for key, t in _converted(ours.state_dict()).items()}
    save_file(contiguous, tmp_path / "model" / "model.safetensors", {"format": "pt"})
    transformers.DPTImageProcessorPil(
        size={"height": 518, "width": 518}, keep_aspect_ratio=True, ensure_multiple_of=14,
        image_mean=list(IMAGENET_14.mean), image_std=list(IMAGENET_14.deviation),
    ).save_pretrained(tmp_path / "model")  # fmt: skip
    # At other sizes transformers resizes the position embedding without DINOv2's offset of 0.1.
    rgb = np.ascontiguousarray(np.tile(picture(), (6, 5, 1))[:518, :518])
    session = registry.find(f"hf:{tmp_path}/model").open(EstimatorOptions("cpu"))
    shown = session.submit(Frame(rgb, 0, 0, 0, 0.0), FrameMemo()).result().disparity
    with torch.inference_mode():
        expected = ours(prepare(rgb, ((518, 518),)))[0].numpy()
    assert np.abs(shown - expected).max() <= 2e-4 * expected.std()


def test_depth_pro_gives_metres_by_the_field_of_view_that_it_estimates() -> None:
    family = FAMILIES["depth_pro"]
    rgb = picture()
    pixels = family.prepare(None, rgb, 288)
    assert pixels.shape == (1, 3, DEPTH_PRO_SIDE, DEPTH_PRO_SIDE)
    assert pixels.min() >= -1 and pixels.max() <= 1
    column = pixels[0, :, :, 600].mean(1)
    assert torch.allclose(
        column, torch.from_numpy(rgb).float()[:, 49:51].mean((0, 1)) / 127.5 - 1, atol=0.05
    )

    class Output:
        predicted_depth = torch.full((1, 8, 8), 0.25)
        field_of_view = torch.tensor([90.0])

    depth_m = family.finish(Output, rgb.shape[:2])
    assert depth_m.shape == rgb.shape[:2]
    # canonical inverse depth * width / focal length, and the focal length is half the width at 90°
    assert torch.allclose(depth_m, torch.tensor(1 / (0.25 * 2)))


def test_depth_pro_runs_as_transformers_runs_it(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    vit = {
        "model_type": "dinov2", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
        "image_size": 384, "patch_size": 64,
    }  # fmt: skip
    config = transformers.DepthProConfig(
        image_model_config=vit, patch_model_config=vit, fov_model_config=vit, patch_size=384,
        fusion_hidden_size=8, intermediate_hook_ids=[1, 0], intermediate_feature_dims=[8, 8],
        scaled_images_ratios=[0.25, 0.5, 1], scaled_images_overlap_ratios=[0.0, 0.5, 0.25],
        scaled_images_feature_dims=[8, 8, 8], use_fov_model=True, num_fov_head_layers=2,
    )  # fmt: skip

    class NoProcessor:
        def save_pretrained(self, folder: Path) -> None:
            """Depth Pro's cannot be made without torchvision."""

    made: tuple[Any, Any] = transformers.DepthProForDepthEstimation(config), NoProcessor()
    model, _ = saved(tmp_path / "model", made)
    session = registry.find(f"hf:{tmp_path}/model").open(EstimatorOptions("cpu"))
    rgb = picture()
    found = session.submit(Frame(rgb, 0, 0, 0, 0.0), FrameMemo()).result()
    assert found.unit is Unit.INVERSE_METRE
    with torch.inference_mode():
        output = model(FAMILIES["depth_pro"].prepare(None, rgb, None))
        expected = FAMILIES["depth_pro"].finish(output, rgb.shape[:2]).numpy()
    assert np.allclose(1 / found.disparity, expected, rtol=1e-4)
    assert expected.std() > 0
