"""The outputs, a file each, and the table of them. Imports none of them: help stays fast.

A new output is a class that follows `app.outputs.output.Output`, made from what stands behind its
prefix and the `OutputOptions`, and a line in `OUTPUTS`. The command line, the menu and its keys
follow.
"""

from __future__ import annotations

import pkgutil
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from models.errors import UsageError

if TYPE_CHECKING:
    from app.outputs.output import Output, OutputOptions

_PORT = r"[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]"  # 1 to 65535


@dataclass(frozen=True, slots=True)
class OutputKind:
    """A kind of output: how it is called and reached, and what makes it.

    Attributes
    ----------
    key : str
        What actions and the status call it.
    usage : str
        How it is written on the command line.
    pattern : str
        Matches the whole of what is written; its first group is handed to what makes it.
    title, tip : str
        What the menu calls it.
    shortcut : str
        The key that starts and ends it, as in QKeySequence, or "".
    make : str
        MODULE:NAME of a callable that takes that group and the OutputOptions.
    opened : str
        What the window says when it has opened; {title}, {name} (what `open` returned), {content}
        and {size} are filled in.
    asks : str
        What the window asks for before it starts one, such as "Address"; "" where the key alone
        says enough.
    """

    key: str
    usage: str
    pattern: str
    title: str
    tip: str
    shortcut: str
    make: str
    opened: str = "{title} {name}: {content}, {size} pixels."
    asks: str = ""


OUTPUTS: tuple[OutputKind, ...] = (
    OutputKind(
        "camera", "camera[:DEVICE]", r"camera(?::(.+))?",
        "&Virtual camera", "Send the picture to video calls and OBS as a camera", "F6",
        "app.outputs.camera:CameraOutput",
    ),
    OutputKind(
        "page", "page[:PORT]", rf"page(?::({_PORT}))?",
        "&Page for the audience", "Show the picture on phones and laptops, in any browser", "F7",
        "app.outputs.page:PageOutput",
        opened="The page for the audience is open at {name}; its code is in the window (F7).",
    ),
    OutputKind(
        "stream", "rtmp://…|udp://…", r"((?:rtmps?|udp)://.+)",
        "&Network stream…", "Send the picture to a streaming server, or to players on the network",
        "", "app.outputs.stream:StreamOutput",
        asks="Address, such as rtmp://server/live/key or udp://239.0.0.1:5000",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutputSpec:
    """An output as it was asked for: its kind, and what stands behind the prefix."""

    kind: OutputKind
    rest: str = ""


def usage() -> str:
    """How outputs are written on the command line."""
    return "|".join(kind.usage for kind in OUTPUTS)


def parse_output(text: str) -> OutputSpec:
    """Return the output that was written as `text`.

    Raises
    ------
    UsageError
        If there is no such output.
    """
    for kind in OUTPUTS:
        if found := re.fullmatch(kind.pattern, text):
            return OutputSpec(kind, found[1] or "")
    raise UsageError(f"There is no output {text[:80]!r}; write {usage()}.")


def make_output(spec: OutputSpec, options: OutputOptions) -> Output:
    """Return a new output, not open yet."""
    return cast("Output", pkgutil.resolve_name(spec.kind.make)(spec.rest, options))
