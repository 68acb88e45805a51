"""Installs a model by its name: published weights that a table lists, or a model of the hub."""

from __future__ import annotations

from pathlib import Path

from models import published
from models.hub.names import SCHEME, parse
from models.progress import IsCancelled, OnProgress, ignore_progress, never
from models.published import Release


def is_known_at_once(name: str) -> bool:
    """Whether `offer` answers without asking the network."""
    return not name.startswith(SCHEME)


def can_install(name: str) -> bool:
    """Whether `pull` can get a model that is missing; asks no network."""
    if is_known_at_once(name):
        return any(release.name == name for release in published.releases())
    from models.hub import store

    return store.has_extra() and parse(name).folder is None


def offer(name: str) -> Release:
    """What would be downloaded and under which licence, to be agreed to.

    Raises
    ------
    UsageError
        If no weights are published under that name.
    CheckpointError
        If the hub does not give that model, or it cannot be run.
    """
    if is_known_at_once(name):
        return published.release(name)
    from models.hub import pull as of_hub

    return of_hub.offer(name)


def pull(
    name: str, on_progress: OnProgress = ignore_progress, is_cancelled: IsCancelled = never
) -> Path:
    """Download and install what `offer` describes; returns where it is. May run in any thread.

    Raises
    ------
    UsageError, CheckpointError
        As `offer`, or if the network, the disk or a file is not usable.
    """
    if is_known_at_once(name):
        from models import checkpoints

        return checkpoints.pull(name, on_progress, is_cancelled)
    from models.hub import pull as of_hub

    return of_hub.pull(name, on_progress, is_cancelled)
