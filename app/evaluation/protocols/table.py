"""The table of protocols."""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from app.evaluation.protocols.protocol import EvaluationProtocol

PROTOCOLS: Mapping[str, str] = {
    "flashdepth": "app.evaluation.protocols.flashdepth:FLASHDEPTH",
    "vda": "app.evaluation.protocols.vda:VDA",
    "vda-500": "app.evaluation.protocols.vda:VDA_500",
    "vda-as-published": "app.evaluation.protocols.vda:VDA_AS_PUBLISHED",
}
"""Where each is, by the name on the command line; the first is the default."""


@functools.cache
def protocol(key: str) -> EvaluationProtocol:
    """The protocol of that name. Raises KeyError if there is none."""
    return cast("EvaluationProtocol", pkgutil.resolve_name(PROTOCOLS[key]))
