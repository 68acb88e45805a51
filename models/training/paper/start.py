"""The network that a run of the paper's training begins with, and the weights that it ends with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from models import installed, published
from models.checkpoint_file import read_tensors
from models.errors import UsageError, UserError
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.flashdepth.config import EncoderConfig
from models.flashdepth.vit import VisionTransformer
from models.training.paper.config import SCRATCH, PaperConfig

_NETWORKS = {
    "flashdepth-s": FlashDepthConfig.small,
    "flashdepth-l": FlashDepthConfig.large,
    "flashdepth": FlashDepthConfig.full,
}
_NEW = ("mamba.", "hybrid_fusion.", "teacher_model.")
"""What the start of a run need not have."""


def start_network(config: PaperConfig) -> FlashDepth:
    """The untrained parts zero-initialised at their ends, so that it gives what its start gives.

    Raises
    ------
    UserError
        If weights are not installed or are those of another network.
    """
    torch.manual_seed(config.seed)
    network = FlashDepth(_NETWORKS[config.variant]())
    if config.start == SCRATCH:
        for name, parameter in network.pretrained.named_parameters():
            if name.endswith(".gamma"):  # fine-tuning starts small, a fresh encoder does not
                nn.init.ones_(parameter)
    else:
        _load(network, _tensors(config.start), config.start, may_lack=_NEW)
    if config.teacher:
        teacher = _tensors(config.teacher)
        kept = {k: v for k, v in teacher.items() if not k.startswith("mamba.")}
        _load(network.teacher_model, kept, config.teacher)
        network.teacher_model.requires_grad_(False)
    if config.blocks:
        keep_blocks(network, config.blocks)
    return network


def _tensors(source: str) -> dict[str, Tensor]:
    """Of installed weights by name, or of a file."""
    if source in {release.name for release in published.releases()}:
        reason = installed.missing(source)
        if reason is not None:
            raise UserError(reason)
        return read_tensors(installed.weights_path(source))
    path = Path(source)
    if not path.is_file():
        raise UsageError(f"There are no weights {source!r}; give a file or a model's name.")
    return read_tensors(path)


def _load(
    network: nn.Module, tensors: dict[str, Tensor], source: str, may_lack: tuple[str, ...] = ()
) -> None:
    """Load by name; all that `network` has must be there, except for what it may lack."""
    try:
        outcome = network.load_state_dict(tensors, strict=False)
    except RuntimeError as error:  # shapes differ
        raise UserError(f"{source} has the weights of another network; choose others.") from error
    lacking = [key for key in outcome.missing_keys if not key.startswith(may_lack or ("\0",))]
    if lacking:
        raise UserError(f"{source} lacks {lacking[0]}; choose the weights of the right network.")


def keep_blocks(network: FlashDepth, blocks: tuple[int, ...]) -> None:
    """Replace the encoder by one of only those `blocks`.

    The decoder is fed after the last of them up to each place where the published encoder feeds it.

    Raises
    ------
    UsageError
        If two of these places are the same.
    """
    whole = EncoderConfig.named(network.config.encoder)
    taps = tuple(sum(block <= tap for block in blocks) - 1 for tap in whole.taps)
    if sorted(set(blocks)) != list(blocks) or sorted(set(taps)) != list(taps) or taps[0] < 0:
        raise UsageError(
            f"blocks must be in order, with one or more up to each of {whole.taps}; change them."
        )
    first, second, third, fourth = taps
    cut = VisionTransformer(replace(whole, depth=len(blocks), taps=(first, second, third, fourth)))
    kept = {}
    for key, value in network.pretrained.state_dict().items():
        parts = key.split(".")
        if parts[0] != "blocks":
            kept[key] = value
        elif int(parts[1]) in blocks:
            kept[".".join(["blocks", str(blocks.index(int(parts[1]))), *parts[2:]])] = value
    cut.load_state_dict(kept)
    network.pretrained = cut


def whole_state(network: FlashDepth, blocks: tuple[int, ...]) -> dict[str, Tensor]:
    """The weights under their published names.

    Blocks that were taken away are zero, which adds nothing to what passes through them.
    """
    state = {key: value.detach().contiguous().cpu() for key, value in network.state_dict().items()}
    if not blocks:
        return state
    with torch.device("meta"):
        names = FlashDepth(network.config).state_dict()
    full = {}
    for key, like in names.items():
        parts = key.split(".")
        if parts[:2] != ["pretrained", "blocks"]:
            full[key] = state[key]
        elif int(parts[2]) in blocks:
            own = str(blocks.index(int(parts[2])))
            full[key] = state[".".join([*parts[:2], own, *parts[3:]])]
        else:
            full[key] = torch.zeros(like.shape)
    return full
