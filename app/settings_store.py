"""The settings file: per user and profile, versioned, written whole or not at all."""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import time
from pathlib import Path

import platformdirs

from app.settings import Settings, from_dict
from models.errors import UsageError

log = logging.getLogger(__name__)

VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,39}")


def settings_path(profile: str = "default") -> Path:
    """Where the settings of `profile` live; FLASHDEPTH_CONFIG names another folder.

    Raises UsageError for a name that is not plain letters, digits, spaces, - and _.
    """
    if not _NAME.fullmatch(profile):
        raise UsageError(
            f"{profile!r} is no profile name; use letters, digits, spaces, - and _ (at most 40)."
        )
    folder = os.environ.get("FLASHDEPTH_CONFIG") or platformdirs.user_config_dir(
        "flashdepth-live", appauthor=False
    )
    return Path(folder) / f"{profile}.json"


class SettingsStore:
    """Loads and saves one settings file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def load(self) -> tuple[Settings, str]:
        """The settings and a note for the user, empty if all is well.

        A file that cannot be read is set aside and defaults are used.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return Settings(), ""
        except (OSError, UnicodeDecodeError) as error:
            log.warning("cannot read %s: %s", self._path, error)
            return Settings(), self._set_aside()
        try:
            document = json.loads(text)
            values = dict(document["settings"])
            newer = int(document["version"]) > VERSION
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("%s is damaged: %s", self._path, error)
            return Settings(), self._set_aside()
        settings, refused = from_dict(values)
        if refused and not newer:
            log.warning("settings not used: %s", ", ".join(refused))
            return settings, f"Some settings were not usable and took their default: {refused[0]}."
        return settings, ""

    def save(self, settings: Settings) -> None:
        """Write the file whole or leave the old one; a failure is logged, never raised."""
        document = {"version": VERSION, "settings": settings.as_dict()}
        try:
            write_atomically(self._path, json.dumps(document, indent=2) + "\n")
        except OSError as error:
            log.warning("cannot save settings to %s: %s", self._path, error)

    def _set_aside(self) -> str:
        aside = self._path.with_name(f"{self._path.stem}.damaged-{int(time.time())}.json")
        try:
            self._path.rename(aside)
        except OSError as error:
            log.warning("cannot set %s aside: %s", self._path, error)
            return "The settings file could not be read; defaults are in use."
        return (
            f"The settings file was damaged; it was kept as {aside.name} and defaults are in use."
        )


def write_atomically(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader sees the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
