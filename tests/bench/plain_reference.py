"""FlashDepth written down without a thought for speed: what the benchmark compares with.

The same maths on the same weights, the way one would first write it: attention with its full matrix
of weights, the memory token by token, the position embedding resized for every frame, each lane for
itself, and in the hybrid the student's coarse levels computed twice, as the published code does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from models.flashdepth import FlashDepth

State = list[Tensor]


def plain_forward(
    net: FlashDepth, frames: Tensor, state: State | None, *, temporal: bool = True
) -> tuple[Tensor, State | None]:
    """(1, 3, H, W) to (1, H, W) disparity and the next state, with the weights of `net`."""
    height, width = frames.shape[-2:]
    grid = height // 14, width // 14
    features = _encode(net.pretrained, frames)
    head = net.depth_head
    levels = [_level(head, index, features[index], grid) for index in range(4)]
    path = _refine(head, 4, levels[3], None, levels[2].shape[-2:])
    if net.config.teacher is not None:
        again = [_level(head, index, features[index], grid) for index in (2, 3)]
        path = _refine(head, 4, again[1], None, again[0].shape[-2:])
        path = _fuse(net, path, _teach(net, frames))
    for number in (3, 2, 1):
        if number < 3 or net.config.memory.after_path < 4:
            target = levels[number - 2].shape[-2:] if number > 1 else None
            path = _refine(head, number, path, levels[number - 1], target)
        if temporal and number == net.config.memory.after_path:
            path, state = _remember(net.mamba, path, state)
    maps = _resize(head.scratch.output_conv1(path), (height, width))
    return F.relu(head.scratch.output_conv2(maps))[:, 0], state


def _encode(vit: Any, frames: Tensor) -> list[Tensor]:
    height, width = frames.shape[-2:]
    tokens = vit.patch_embed.proj(frames).flatten(2).transpose(1, 2).contiguous()
    tokens = torch.cat([vit.cls_token.expand(len(tokens), -1, -1), tokens], 1)
    tokens = tokens + (
        vit.pos_embed if height == width == 518 else vit._resized_positions(height, width)
    )
    features = []
    for index, block in enumerate(vit.blocks):
        x = block.norm1(tokens)
        b, n, c = x.shape
        heads = block.attn.heads
        qkv = block.attn.qkv(x).reshape(b, n, 3, heads, c // heads).permute(2, 0, 3, 1, 4)
        weights = (qkv[0] * (c // heads) ** -0.5) @ qkv[1].transpose(-2, -1)
        x = (weights.softmax(-1) @ qkv[2]).transpose(1, 2).reshape(b, n, c)
        tokens = tokens + block.attn.proj(x) * block.ls1.gamma
        x = block.mlp.fc2(F.gelu(block.mlp.fc1(block.norm2(tokens))))
        tokens = tokens + x * block.ls2.gamma
        if index in vit.taps:
            features.append(vit.norm(tokens)[:, 1:])
    return features


def _level(head: Any, index: int, features: Tensor, grid: tuple[int, int]) -> Tensor:
    maps = features.transpose(1, 2).reshape(len(features), -1, *grid).contiguous()
    maps = head.resize_layers[index](head.projects[index](maps))
    return cast(Tensor, head.scratch.narrow(index + 1)(maps))


def _unit(unit: Any, maps: Tensor) -> Tensor:
    return cast(Tensor, maps + unit.conv2(F.relu(unit.conv1(F.relu(maps)))))


def _refine(
    head: Any, number: int, path: Tensor, level: Tensor | None, size: Sequence[int] | None
) -> Tensor:
    block = head.scratch.refine(number)
    if level is not None:
        path = path + _unit(block.resConfUnit1, level)
    path = _unit(block.resConfUnit2, path)
    path = _resize(path, size or (2 * path.shape[-2], 2 * path.shape[-1]))
    return cast(Tensor, block.out_conv(path))


def _resize(maps: Tensor, size: Sequence[int]) -> Tensor:
    return F.interpolate(maps, tuple(size), mode="bilinear", align_corners=True)


def _teach(net: FlashDepth, frames: Tensor) -> Tensor:
    height, width = frames.shape[-2:]
    lines = net.config.teacher_height
    if lines is not None and height > lines:
        frames = _resize(frames, (lines, int((lines / height) * width) // 14 * 14))
    grid = frames.shape[-2] // 14, frames.shape[-1] // 14
    features = _encode(net.teacher_model.pretrained, frames)
    head = net.teacher_model.depth_head
    levels = [_level(head, index, features[index], grid) for index in (2, 3)]
    return _refine(head, 4, levels[1], None, levels[0].shape[-2:])


def _fuse(net: FlashDepth, path: Tensor, advice: Tensor) -> Tensor:
    layers: Any = net.hybrid_fusion.blocks[0]
    tokens = path.flatten(2).transpose(1, 2)
    context = layers[0].context_proj(advice.flatten(2).transpose(1, 2))
    for layer in layers:
        b, n, d = tokens.shape
        q = layer.attention.q(layer.norm1(tokens)).reshape(b, n, 2, -1).transpose(1, 2)
        kv = layer.attention.kv(layer.context_norm(context)).reshape(b, -1, 2, 2, d // 2)
        k, v = kv.permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-2, -1) * (d // 2) ** -0.5).softmax(-1)
        tokens = tokens + layer.attention.proj((weights @ v).transpose(1, 2).reshape(b, n, d))
        tokens = tokens + layer.mlp(layer.norm2(tokens))
    return tokens.transpose(1, 2).reshape(path.shape)


def _remember(module: Any, path: Tensor, state: State | None) -> tuple[Tensor, State]:
    height, width = path.shape[-2:]
    pooled = int(height * module.downsample), int(width * module.downsample)
    tokens = F.adaptive_avg_pool2d(path, pooled).flatten(2).transpose(1, 2)
    after = []
    for index, block in enumerate(module.blocks[0]):
        mixed, last = _scan(block.mamba, block.norm1(tokens), state[index] if state else None)
        tokens = tokens + mixed
        tokens = tokens + block.mlp(block.norm2(tokens))
        after.append(last)
    change = _resize(tokens.transpose(1, 2).reshape(len(path), -1, *pooled), (height, width))
    change = module.final_layer(change.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    return path + change, after


def _scan(layer: Any, tokens: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
    """Token by token, as the recurrence is written."""
    z, mixed, dt = layer.in_proj(tokens).split(
        [layer.d_inner, layer.d_inner + 2 * layer.d_state, layer.heads], -1
    )
    mixed = F.silu(layer.conv1d(F.pad(mixed.transpose(1, 2), (layer.d_conv - 1, 0))))
    x, b, c = mixed.transpose(1, 2).split([layer.d_inner, layer.d_state, layer.d_state], -1)
    x = x.reshape(*x.shape[:2], layer.heads, layer.headdim)
    dt = F.softplus(dt + layer.dt_bias)
    rate = -torch.exp(layer.A_log)
    state = layer.first_state(tokens) if state is None else state
    outputs = []
    for t in range(tokens.shape[1]):
        decay = torch.exp(dt[:, t] * rate)[..., None, None]
        added = (dt[:, t, :, None] * x[:, t])[..., None] * b[:, t, None, None, :]
        state = decay * state + added
        seen = (state * c[:, t, None, None, :]).sum(-1)
        outputs.append(seen + layer.D[:, None] * x[:, t])
    y = torch.stack(outputs, 1).flatten(2) * F.silu(z)
    y = y / torch.sqrt(y.square().mean(-1, keepdim=True) + layer.norm.eps) * layer.norm.weight
    return layer.out_proj(y), state
