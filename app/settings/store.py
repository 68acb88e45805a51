"""The settings file: per user and profile, with a version, shared by windows, never torn."""

from __future__ import annotations

import json
import logging
import os
import re
from pathlib import Path
from typing import Any

import platformdirs

from app.settings.plain import from_dict
from app.settings.setting import Scope
from app.settings.settings import SETTINGS, Settings
from app.sources.parsing import remembered
from app.system.json_files import bounded_text, locked, set_aside, write_atomically
from models.errors import UsageError

log = logging.getLogger(__name__)

VERSION = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,39}")


def settings_path(profile: str = "default") -> Path:
    """Return the settings file of a profile.

    The environment variable FLASHDEPTH_CONFIG names a folder other than the user's configuration.

    Raises
    ------
    UsageError
        If the name has other characters than letters, digits, spaces, - and _, or more than 40.
    """
    if not _NAME.fullmatch(profile):
        raise UsageError(
            f"{profile!r} is not a valid profile name; use letters, digits, spaces, - and _ (at "
            "most 40)."
        )
    folder = os.environ.get("FLASHDEPTH_CONFIG") or platformdirs.user_config_dir(
        "flashdepth-live", appauthor=False
    )
    return Path(folder) / f"{profile}.json"


class SettingsStore:
    """Loads and saves the settings file `path`, which several windows may share.

    A window that has read the file writes what it changed itself; everything else stays as it is
    in the file. Of two windows each keeps what the other one changed, and the newer change of one
    setting wins.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before: dict[str, Any] | None = None  # as this window read or wrote them last
        self._for_this_run: dict[str, tuple[Any, Any]] = {}

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def load(self) -> tuple[Settings, str]:
        """Return the settings and a note for the user, empty if there was no problem.

        A file that cannot be read is renamed and kept, and defaults are used. So is one of a newer
        version, since saving would lose the settings that only that version knows.
        """
        settings, note = self._read()
        self._before = _for_file(settings)
        return settings, note

    def set_for_this_run(self, remembered: Settings, started: Settings) -> None:
        """Keep what the command line changes out of the file.

        A setting that still has the value it started with is saved as it was remembered.
        """
        kept, given = _for_file(remembered), _for_file(started)
        self._for_this_run = {
            key: (given[key], kept[key]) for key in given if given[key] != kept[key]
        }

    def save(self, settings: Settings) -> None:
        """Write what changed; a failure is logged, not raised, and leaves the old file."""
        values = _for_file(settings)
        for key, (given, kept) in self._for_this_run.items():
            if values[key] == given:
                values[key] = kept
        try:
            with locked(self._path):
                before = self._before if self._path.exists() else None
                there, _ = self._read()
                mine = {key: v for key, v in values.items() if before is None or v != before[key]}
                document = {"version": VERSION, "settings": _for_file(there) | mine}
                text = json.dumps(document, indent=2) + "\n"
                write_atomically(self._path, text, private=True)
        except OSError as error:
            log.warning("cannot save settings to %s: %s", self._path, error)
            return
        self._before = values

    def _read(self) -> tuple[Settings, str]:
        try:
            text = bounded_text(self._path)
        except FileNotFoundError:
            return Settings(), ""
        except (OSError, ValueError) as error:
            log.warning("cannot read %s: %s", self._path, error)
            return Settings(), self._set_aside()
        try:
            document = json.loads(text)
            values = dict(document["settings"])
            newer = int(document["version"]) > VERSION
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            log.warning("%s is damaged: %s", self._path, error)
            return Settings(), self._set_aside()
        settings, refused = from_dict(
            {key: value for key, value in values.items() if not _starts_at_default(key)}
        )
        if newer:
            return settings, self._set_newer_aside()
        if refused:
            log.warning("settings not used: %s", ", ".join(map(ascii, refused)))
            return settings, _refused_note(refused)
        return settings, ""

    def _set_newer_aside(self) -> str:
        aside = set_aside(self._path, "newer")
        if aside is None:
            return (
                "These settings are from a newer version of the app; the ones that this "
                "version does not know will be lost."
            )
        return (
            "These settings are from a newer version of the app; the file was kept as "
            f"{aside.name} and the settings this version knows are in use."
        )

    def _set_aside(self) -> str:
        aside = set_aside(self._path)
        if aside is None:
            return "Can't read the settings file; using the defaults."
        return (
            f"The settings file was damaged; it was kept as {aside.name} and the defaults are in "
            "use."
        )


def _for_file(settings: Settings) -> dict[str, Any]:
    return settings.as_dict() | {"source": remembered(settings.source)}


def _starts_at_default(key: str) -> bool:
    return key in SETTINGS and SETTINGS[key].scope is Scope.SILENT_START


def _refused_note(refused: list[str]) -> str:
    """Return one sentence about the settings that were refused; it names at most three."""
    known = [key for key in refused if key in SETTINGS]
    if not known:
        return "The settings file has entries this version does not know; they were ignored."
    names = ", ".join(known[:3]) + (f" and {len(known) - 3} more" if len(known) > 3 else "")
    return f"Some settings were invalid and were reset to their defaults: {names}."
