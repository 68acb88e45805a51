"""Gets a model of the hub: what it is and under which licence first, then its files."""

from __future__ import annotations

from pathlib import Path

from models.errors import CheckpointError
from models.hub import fetch, store
from models.hub.names import HubName, parse
from models.progress import IsCancelled, OnProgress, Progress, ignore_progress, never
from models.published import Release

_FREE = frozenset(
    {"apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc-by-4.0", "cc0-1.0", "openrail"}
)
"""Licences that allow commercial use, by the hub's identifiers."""


def offer(name: str, endpoint: str | None = None) -> Release:
    """What would be downloaded for `hf:ORG/NAME`, to be agreed to; nothing but config.json is.

    Raises
    ------
    CheckpointError
        If it cannot be had, is no depth model known here or has no safetensors.
    """
    model = _of_hub(name)
    listing = fetch.list_files(model, endpoint)
    _refuse_unknown(model, fetch.read_config(listing, endpoint))
    files = _files(model, listing)
    licence = listing.licence or "not stated"
    return Release(
        name=name,
        family="hub",
        title=model.title,
        purpose=f"A depth model of {model.repository.partition('/')[0]}, run by transformers.",
        repository=model.repository,
        file="",
        licence=licence,
        commercial=licence.lower() in _FREE,
        terms=f"See https://huggingface.co/{model.repository}.",
        bytes=sum(file.bytes or 0 for file in files),
    )


def pull(
    name: str,
    on_progress: OnProgress = ignore_progress,
    is_cancelled: IsCancelled = never,
    endpoint: str | None = None,
) -> Path:
    """Download what is missing of `hf:ORG/NAME`; returns its folder. May run in any thread.

    Raises
    ------
    DownloadCancelledError
        If the user cancels.
    CheckpointError
        As `offer`, or if the network, the disk or a file is not usable.
    """
    model = _of_hub(name)
    listing = fetch.list_files(model, endpoint)
    _refuse_unknown(model, fetch.read_config(listing, endpoint))
    files = _files(model, listing)
    total, before = sum(file.bytes or 0 for file in files), 0

    def advance(progress: Progress) -> None:
        on_progress(Progress(progress.phase, before + progress.done_bytes, total))

    for file in files:
        fetch.fetch(listing, file, advance, is_cancelled, endpoint)
        before += file.bytes or 0
    found = store.folder_of(model)
    if found is None:
        raise CheckpointError(f"{model} did not arrive complete; download it again.")
    return found


def _of_hub(name: str) -> HubName:
    model = parse(name)
    if model.folder is not None:
        raise CheckpointError(f"{model} is a folder on this machine; there is nothing to download.")
    if not store.has_extra():
        raise CheckpointError(store.MISSING_EXTRA)
    return model


def _refuse_unknown(model: HubName, config: dict[str, object]) -> None:
    """Before the first byte of weights."""
    from models.hub.families import family_of

    family_of(str(config.get("model_type", "")))
    if "auto_map" in config:
        raise CheckpointError(
            f"{model} runs code of its own, which is never done here; choose a model that "
            "transformers itself runs."
        )


def _files(model: HubName, listing: fetch.Listing) -> tuple[fetch.RemoteFile, ...]:
    """Configuration and weights, whole or, where there is an index, all shards."""
    small = [listing.find(name) for name in (store.CONFIG, store.PROCESSOR)]
    weights = [listing.find(store.WEIGHTS)]
    if weights == [None] and (index := listing.find(store.INDEX)) is not None:
        shards = [f for f in listing.files if f.name.endswith(".safetensors") and "/" not in f.name]
        weights = [index, *shards]
    if weights == [None]:
        raise CheckpointError(
            f"{model} has no weights as safetensors, and others can run code when they are read; "
            "ask its authors for a converted copy."
        )
    return tuple(file for file in (*small, *weights) if file is not None)
