"""Which of OpenVINO's devices a name means, and whether the library is there. Imports neither."""

from __future__ import annotations

import functools
import importlib.util
import re

from models.errors import UsageError

PREFIX = "openvino"
DEVICES = ("CPU", "GPU", "NPU")
MISSING = (
    "OpenVINO is not installed, so PyTorch runs the networks; install the extra `openvino`, or use "
    "--device cpu."
)
_NAME = re.compile(rf"{PREFIX}(?::({'|'.join(DEVICES)}))?")


@functools.cache  # the status strip asks several times a second, and the search takes milliseconds
def is_installed() -> bool:
    """Whether the library can be imported; it is not imported for that."""
    return importlib.util.find_spec(PREFIX) is not None


def is_name(name: str) -> bool:
    """Whether `name` means a device of OpenVINO's."""
    return _NAME.fullmatch(name) is not None


def device_of(name: str) -> str:
    """OpenVINO's own name of a device such as "openvino" (its CPU) or "openvino:GPU".

    Raises
    ------
    UsageError
        If it is none of `DEVICES`.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise UsageError(f"OpenVINO has no device {name!r}; use openvino[:{'|'.join(DEVICES)}].")
    return found[1] or DEVICES[0]
