"""Models that others bring: from a Python file, or from an installed package.

A plug-in is a class (or an object) with the attributes of `Plugin`. A file is imported when it is
named; a package announces its plug-ins under the entry-point group `flashdepth_live.models`, and is
imported when one of them is opened. docs/plugins.md has the contract and an example.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from models import registry
from models.checked import CheckedSession
from models.errors import UsageError, UserError
from models.estimator import EstimatorOptions, Session
from models.registry import ModelEntry

GROUP = "flashdepth_live.models"


@runtime_checkable
class Plugin(Protocol):
    """What a plug-in offers.

    Attributes
    ----------
    name : str
        What settings and the command line call it.
    open : callable
        Makes a session from EstimatorOptions.

    It may also have `title`, `summary` and `note` (str), `temporal` (bool: it remembers frames) and
    `input_size` (int or None), as in `ModelEntry`.
    """

    name: str

    def open(self, options: EstimatorOptions) -> Session:
        """Make a new session."""
        ...


def load_file(path: Path) -> tuple[str, ...]:
    """Import a plug-in file and register every plug-in in it; returns their names.

    Raises
    ------
    UsageError
        If the file cannot be imported, has no plug-in, or one whose name is taken.
    """
    if not path.is_file():
        raise UsageError(f"There is no plug-in file {path}.")
    module_name = f"flashdepth_live_plugin_{path.stem}"
    spec = importlib.util.spec_from_file_location(module_name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path.name} is not a Python file; a plug-in's name ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses and pickling look it up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the file does
        del sys.modules[module_name]
        raise UsageError(f"The plug-in {path.name} cannot be imported: {_said(error)}") from error
    found = [made for made in vars(module).values() if _is_plugin(made, module_name)]
    if not found:
        raise UsageError(
            f"{path.name} has no plug-in, a class with a `name` and `open(options)`; see "
            "docs/plugins.md."
        )
    for plugin in found:
        try:
            registry.register(_entry(plugin))
        except ValueError as error:
            raise UsageError(f"The plug-in {path.name} cannot be used: {error}.") from error
    return tuple(plugin.name for plugin in found)


def installed() -> Iterator[ModelEntry]:
    """Entries of the plug-ins that installed packages announce; imports none of them."""
    for point in importlib.metadata.entry_points(group=GROUP):

        def open_later(
            options: EstimatorOptions, point: importlib.metadata.EntryPoint = point
        ) -> Session:
            try:
                plugin = point.load()
            except Exception as error:  # whatever the package does
                raise UserError(
                    f"The plug-in {point.name} cannot be imported: {_said(error)}"
                ) from error
            return _opened(plugin, point.name, options)

        yield ModelEntry(
            name=point.name,
            title=point.name,
            summary=f"A plug-in of {point.dist.name if point.dist else 'an installed package'}.",
            open=open_later,
            missing=_nothing_missing,
            temporal=True,
        )


def _is_plugin(made: object, module_name: str) -> bool:
    if inspect.isclass(made) and made.__module__ != module_name:
        return False  # imported there, not defined
    return isinstance(getattr(made, "name", None), str) and callable(getattr(made, "open", None))


def _entry(plugin: Plugin) -> ModelEntry:
    def open_checked(options: EstimatorOptions) -> Session:
        return _opened(plugin, plugin.name, options)

    return ModelEntry(
        name=plugin.name,
        title=getattr(plugin, "title", plugin.name),
        summary=getattr(plugin, "summary", "A plug-in."),
        open=open_checked,
        missing=_nothing_missing,
        temporal=bool(getattr(plugin, "temporal", False)),
        input_size=getattr(plugin, "input_size", None),
        note=getattr(plugin, "note", ""),
    )


def _opened(plugin: Plugin | Callable[[], Plugin], name: str, options: EstimatorOptions) -> Session:
    """Open a session of a plug-in, a class or an object. Raises UserError for what is none."""
    try:
        made: Any = plugin() if inspect.isclass(plugin) else plugin
        session: Session = made.open(options)
    except UserError:
        raise
    except Exception as error:  # whatever the plug-in does
        raise UserError(f"Can't open the plug-in {name}: {_said(error)}") from error
    lacking = [part for part in ("submit", "reset", "close") if not hasattr(session, part)]
    if lacking:
        raise UserError(
            f"The plug-in {name} opened a session without {lacking[0]}(); see docs/plugins.md."
        )
    return CheckedSession(session, name)


def _said(error: Exception) -> str:
    first = str(error).strip().splitlines()
    return f"{type(error).__name__}: {first[0][:200] if first else 'no reason given'}."


def _nothing_missing() -> None:
    return None
