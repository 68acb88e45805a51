"""Weights: their installation and loading.

Published weights are fetched once or added from a file, checked key by key, converted to
safetensors (which cannot execute code and is memory-mapped) and kept in the user's cache; after
that no network connection is needed.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import filelock
import safetensors
import safetensors.torch
import torch
from torch import Tensor

from models.checkpoint_file import Mismatch, likeness, read_tensors, shapes_of
from models.depth_anything import DepthAnythingV2
from models.devices.device import is_out_of_memory
from models.errors import CheckpointError
from models.flashdepth import FlashDepth, FlashDepthConfig
from models.hub import failures, fetch
from models.hub.names import HubName
from models.installed import CACHE_VARIABLE, cache_folder, missing, weights_path
from models.progress import (
    DownloadCancelledError,
    IsCancelled,
    OnProgress,
    Progress,
    ignore_progress,
    never,
)
from models.published import Release, release
from models.video_depth_anything import VideoDepthAnything

Network = FlashDepth | DepthAnythingV2 | VideoDepthAnything

_NETWORKS: dict[str, Callable[[], Network]] = {
    "flashdepth": lambda: FlashDepth(FlashDepthConfig.full()),
    "flashdepth-l": lambda: FlashDepth(FlashDepthConfig.large()),
    "flashdepth-s": lambda: FlashDepth(FlashDepthConfig.small()),
    "depth-anything-v2-s": lambda: DepthAnythingV2("vits"),
    "depth-anything-v2-b": lambda: DepthAnythingV2("vitb"),
    "depth-anything-v2-l": lambda: DepthAnythingV2("vitl"),
    "video-depth-anything-s": lambda: VideoDepthAnything("vits"),
    "video-depth-anything-b": lambda: VideoDepthAnything("vitb"),
    "video-depth-anything-l": lambda: VideoDepthAnything("vitl"),
    "metric-video-depth-anything-s": lambda: VideoDepthAnything("vits"),
    "metric-video-depth-anything-b": lambda: VideoDepthAnything("vitb"),
    "metric-video-depth-anything-l": lambda: VideoDepthAnything("vitl"),
}


def untrained(name: str) -> Network:
    """The untrained network of a released name, on torch's default device."""
    return _NETWORKS[release(name).name]()


def load(name: str, device: torch.device) -> Network:
    """The network with its weights on `device`, ready for inference, in float32.

    Raises
    ------
    CheckpointError
        If they are not installed, damaged or too large for the device.
    """
    path = weights_path(name)
    reason = missing(name)
    if reason is not None:
        raise CheckpointError(reason)
    with torch.device("meta"):
        network = _NETWORKS[name]()
    try:
        state = safetensors.torch.load_file(path, device=str(device))
        network.load_state_dict(state, strict=True, assign=True)
    except (safetensors.SafetensorError, RuntimeError, OSError) as error:
        if is_out_of_memory(error):
            raise CheckpointError(
                f"{release(name).title} does not fit into the GPU's memory; close other programs, "
                "turn a lane off or choose a smaller model."
            ) from error
        raise CheckpointError(
            f"The installed weights of {release(name).title} are damaged; delete {path} and "
            "download them again."
        ) from error
    # The convolutions run up to twice as fast on channels-last weights.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network.eval().requires_grad_(False)


def add(
    file: Path, name: str, on_progress: OnProgress | None = None, *, revision: str = ""
) -> Path:
    """Install weights from a .pth or .safetensors file; returns their new path.

    `revision` is the commit of the published repository that the file is from, if it is.

    Raises
    ------
    UsageError
        For an unknown name.
    CheckpointError
        If the file is not those weights.
    """
    release(name)
    tensors = read_tensors(file)
    check(tensors, name, file.name)
    total = sum(tensor.nbytes for tensor in tensors.values())
    if on_progress is not None:
        on_progress(Progress("convert", 0, total))
    path = _write(tensors, name, file.name, fetch.sha256_of(file, ignore_progress), revision)
    if on_progress is not None:
        on_progress(Progress("convert", total, total))
    return path


def pull(
    name: str,
    on_progress: OnProgress = ignore_progress,
    is_cancelled: IsCancelled = never,
    endpoint: str | None = None,
) -> Path:
    """Fetch and install published weights; returns their path. May run in any thread.

    `endpoint` is another hub than Hugging Face.

    Raises
    ------
    UsageError
        For an unknown name.
    DownloadCancelledError
        If the user cancels.
    CheckpointError
        If the network, the disk or the file is not usable.
    """
    wanted = release(name)
    path = weights_path(name)
    if _is_intact(path, name):
        return path
    locks = cache_folder() / "downloads"
    failures.require_room(cache_folder(), wanted.bytes or wanted.about_bytes or 0)
    try:
        locks.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(locks / f"{name}.lock", timeout=0):
            return _fetch_and_add(wanted, on_progress, is_cancelled, endpoint)
    except filelock.Timeout as error:
        raise CheckpointError(
            f"{wanted.title} is already being downloaded, here or in another program; wait for "
            "that to finish."
        ) from error
    except OSError as error:
        raise CheckpointError(
            f"Can't write to {locks}; set {CACHE_VARIABLE} to a writable folder."
        ) from error


def _fetch_and_add(
    wanted: Release, on_progress: OnProgress, is_cancelled: IsCancelled, endpoint: str | None
) -> Path:
    """Install from the hub's cache; what was not in it before is deleted from it again."""
    listing = fetch.list_files(HubName(wanted.repository), endpoint)
    file = listing.find(wanted.file)
    if file is None:
        raise CheckpointError(
            f"{wanted.repository} no longer has {wanted.file}; download it elsewhere and use "
            "`models add`."
        )
    file = replace(file, sha256=wanted.sha256 or file.sha256)
    was_there = fetch.cached(listing, file) is not None
    source = fetch.fetch(listing, file, on_progress, is_cancelled, endpoint)
    try:
        if is_cancelled():
            raise DownloadCancelledError("Cancelled before it was installed.")
        return add(source, wanted.name, on_progress, revision=listing.commit)
    finally:
        if not was_there:
            fetch.discard(source)


def check(tensors: dict[str, Tensor], name: str, source: str) -> None:
    """Check that the tensors are exactly those of the model `name`.

    Raises
    ------
    CheckpointError
        If they are not.
    """
    found = shapes_of(tensors)
    mismatch = Mismatch.between(found, expected_shapes(name))
    if mismatch is None:
        return
    title = release(name).title
    scores = {other: likeness(found, expected_shapes(other)) for other in _NETWORKS}
    best = max(scores, key=scores.__getitem__)
    if scores[best] == 1:
        hint = f"it is {release(best).title}, so use `--as {best}`"
    elif scores[best] < 0.5:
        hint = "it belongs to a different network"
    elif best == name:
        hint = "it looks like an incomplete or modified copy, so download the published file"
    else:
        hint = f"it looks most like {release(best).title}"
    raise CheckpointError(f"{source} is not {title}: {mismatch}; {hint}.")


@functools.cache
def expected_shapes(name: str) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the model's weights; nothing is allocated."""
    with torch.device("meta"):
        return shapes_of(_NETWORKS[name]().state_dict())


def _write(tensors: dict[str, Tensor], name: str, source: str, sha256: str, revision: str) -> Path:
    """Write completely or not at all: to a temporary file that is then moved.

    Parameters
    ----------
    sha256
        Of the file `source` that the tensors were read from.
    revision
        The commit of the published repository that it is from; "" if unknown.
    """
    path = weights_path(name)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    ready = {key: tensor.to(torch.float32).contiguous() for key, tensor in tensors.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        safetensors.torch.save_file(
            ready,
            unfinished,
            {"model": name, "source": source, "sha256": sha256, "revision": revision},
        )
        unfinished.replace(path)
    except (OSError, safetensors.SafetensorError) as error:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        if failures.is_disk_full(error):
            raise failures.disk_full(path.parent) from error
        raise CheckpointError(
            f"Can't write the weights to {path.parent}; set {CACHE_VARIABLE} to a writable folder."
        ) from error
    return path


def _is_intact(path: Path, name: str) -> bool:
    """Whether the installed file has every key in its shape; reads only its header."""
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            found = {key: tuple(file.get_slice(key).get_shape()) for key in file.keys()}  # noqa: SIM118
    except (OSError, safetensors.SafetensorError):
        return False
    return found == expected_shapes(name)
