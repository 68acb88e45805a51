"""The menu entry of a model of the hub, from its name. Loads neither torch nor transformers."""

from __future__ import annotations

import functools
import hashlib
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import CheckpointError
from models.estimator import EstimatorOptions, Session
from models.hub import store
from models.hub.names import HubName, parse
from models.registry import ModelEntry, Weights

if TYPE_CHECKING:
    from models.hub.session import HubNetwork


def entry(name: str) -> ModelEntry:
    """The entry of `hf:…`; whether the model is there is asked when it is needed.

    Raises
    ------
    UsageError
        If the name is not well formed.
    """
    model = parse(name)
    folder = store.folder_of(model) if store.has_extra() else None
    return ModelEntry(
        name=name,
        title=model.title,
        summary=f"{model} from the Hugging Face hub, by transformers.",
        open=functools.partial(_open, name),
        missing=functools.partial(missing, name),
        weights=functools.partial(_weights, name),
        input_size=None if folder is None else store.input_size_of(folder),
    )


def missing(name: str) -> str | None:
    """Why the model cannot be opened now and what to do, or None if it can."""
    if not store.has_extra():
        return store.MISSING_EXTRA
    model = parse(name)
    if store.folder_of(model) is not None:
        return None
    if model.folder is not None:
        return (
            f"{model.folder} holds no model; it needs config.json and weights as .safetensors, as "
            "transformers saves them."
        )
    return f"{model} is not downloaded; run: python main.py models pull {name}"


def _weights(name: str) -> Weights:
    """Repository and commit, or folder, and the checksums of its safetensors, which are read."""
    model = parse(name)
    folder = store.folder_of(model) if store.has_extra() else None
    if folder is None:
        return Weights(str(model))
    sums = []
    for file in store.weight_files(folder):
        with (folder / file).open("rb") as content:
            sums.append(hashlib.file_digest(content, "sha256").hexdigest())
    if model.folder is not None:
        return Weights(str(model), "", ",".join(sums))
    return Weights(model.repository, folder.name, ",".join(sums))


_LOADING = threading.Lock()
_LOADED: weakref.WeakValueDictionary[tuple[str, str], HubNetwork] = weakref.WeakValueDictionary()


def _open(name: str, options: EstimatorOptions) -> Session:
    """Open a session; lanes of the same files and device share the network."""
    from models.devices.device import resolve
    from models.hub.session import HubNetwork, HubSession

    if (reason := missing(name)) is not None:
        raise CheckpointError(reason)
    model, device = parse(name), resolve(options.device)
    folder = _present(model)
    key = (str(folder), str(device))
    with _LOADING:
        network = _LOADED.get(key)
    if network is None:
        loaded = HubNetwork(folder, model.title, device)
        with _LOADING:
            network = _LOADED.setdefault(key, loaded)
    return HubSession(network, options)


def _present(model: HubName) -> Path:
    folder = store.folder_of(model)
    if folder is None:
        raise CheckpointError(f"{model} was removed from this machine; download it again.")
    return folder
