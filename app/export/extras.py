"""Libraries that only some formats need, imported when they are used."""

from __future__ import annotations

import importlib
from typing import Any

from models.errors import UserError
from models.extras import missing_extra


def library(name: str, extra: str, what: str) -> Any:
    """The module `name`, which the extra `extra` installs.

    Parameters
    ----------
    name
        As in an import statement.
    extra
        Name of the extra.
    what
        What it is needed for, as the beginning of a sentence.

    Raises
    ------
    UserError
        If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UserError(missing_extra(f"{what} needs", extra, name.partition(".")[0])) from error
