"""The manifest: what was recorded and how. For people; replaying needs little of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app.core.source import SourceInfo
from app.recording.format import FORMAT, MANIFEST, MAX_MANIFEST_BYTES, VERSION, regular_file
from app.recording.index import SettingEntry, plain_text
from app.system.environment import environment
from app.system.json_files import write_atomically
from app.system.redaction import without_secrets_in
from app.system.version import version
from models import registry
from models.errors import SourceError, UserError


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What the app states about a recording when it begins.

    Attributes
    ----------
    source
        The source.
    settings
        The user's settings, plain values by key.
    models
        By registered name, what identifies the network: title, SHA-256 of its weights, ….
    """

    source: SourceInfo
    settings: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Manifest:
    """Contents of a recording's manifest, bounded and printable.

    Attributes
    ----------
    started
        Date and time.
    app_version
        Version of the app that wrote it.
    source
        Title of the source.
    """

    started: str
    app_version: str
    source: str


def model_facts(*names: str) -> dict[str, dict[str, str]]:
    """What the registry knows about the models called `names`; unknown ones are left out."""
    facts: dict[str, dict[str, str]] = {}
    for name in names:
        try:
            entry = registry.find(name)
        except UserError:
            continue
        facts[name] = {
            "title": entry.title,
            "summary": entry.summary,
            "note": entry.note,
            "weights_sha256": entry.weights_sha256(),
        }
    return facts


def setting_entry(key: str, value: object) -> SettingEntry:
    """Entry for a changed setting; a model gets what identifies its network."""
    facts = model_facts(value) if key.startswith("model_") and isinstance(value, str) else {}
    return SettingEntry(key, value, "".join(about["weights_sha256"] for about in facts.values()))


def write_manifest(folder: Path, facts: RecordingFacts) -> None:
    """Write the manifest of a new recording, completely or not at all.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    source = dataclasses.asdict(facts.source)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
        "app_version": version(),
        "source": source,
        "models": {name: dict(about) for name, about in facts.models.items()},
        "settings": dict(facts.settings),
        "environment": environment(),
    }
    # Addresses may contain a user name and password, and recordings are shared.
    text = json.dumps(without_secrets_in(document), indent=2, default=str) + "\n"
    write_atomically(folder / MANIFEST, text)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of `folder`.

    Raises
    ------
    SourceError
        If it is no recording, or one of a newer version.
    """
    path = regular_file(folder, MANIFEST)
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(MAX_MANIFEST_BYTES + 1)[:MAX_MANIFEST_BYTES])
        if document["format"] != FORMAT:
            raise ValueError("another format")
        made_by = document["version"]
        if type(made_by) is not int or made_by < 1:
            raise ValueError("no version")
        if made_by <= VERSION:
            return Manifest(
                started=plain_text(document["started"], 40),
                app_version=plain_text(document["app_version"], 40),
                source=plain_text(document["source"]["title"], 200),
            )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SourceError(
            f"Can't open {folder.name}: the {MANIFEST} of this recording is damaged; copy the "
            "folder again from the original."
        ) from error
    raise SourceError(
        f"The recording {folder.name} was made by a newer version of this app; update the app "
        "to play it."
    )
