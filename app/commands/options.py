"""Options shared by several commands, and their checks. Imports nothing heavy."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.outputs import table as outputs
from app.settings.plain import parsed
from app.settings.rules import OnOff
from app.settings.setting import Option
from app.settings.settings import SETTINGS
from models.errors import UsageError

if TYPE_CHECKING:
    from models.estimator import EstimatorOptions


_LONGEST_SHOWN = 80


def picture_size(text: str) -> tuple[int, int]:
    """Convert "WxH" to (width, height) in pixels."""
    width, _, height = text.lower().partition("x")
    size = _whole(width), _whole(height)
    if not all(size):
        raise argparse.ArgumentTypeError(f"a size must be written as 1280x720, not {_short(text)}")
    return size


def positive(text: str) -> int:
    """A whole number above zero."""
    number = _whole(text)
    if not number:
        raise argparse.ArgumentTypeError(f"expected a whole number above zero, not {_short(text)}")
    return number


def number_from_zero(text: str) -> int:
    """A whole number, zero or above."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, not {_short(text)}")
    return int(text)


def _whole(text: str) -> int:
    """A whole number in digits, or 0 for anything else, such as numbers beyond a billion."""
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else 0


def _short(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")


def seconds(text: str) -> float:
    """A duration above zero, in seconds."""
    return _span(text, "seconds")


def minutes(text: str) -> float:
    """A duration above zero, in minutes."""
    return _span(text, "minutes")


def _span(text: str, unit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"expected {unit} above zero, not {_short(text)}")
    return value


def _setting(key: str, text: str) -> object:
    try:
        return parsed(key, text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _output(text: str) -> outputs.OutputSpec:
    try:
        return outputs.parse_output(text)
    except UsageError as error:
        said = str(error).rstrip(".")
        raise argparse.ArgumentTypeError(said[:1].lower() + said[1:]) from error


def _switch(option: Option) -> dict[str, Any]:
    return {"action": "store_true", "help": option.help}


COMMON: Mapping[str, Mapping[str, Any]] = {
    **{
        known.option.flag: _switch(known.option) if isinstance(known.rule, OnOff) else {
            "type": partial(_setting, key),
            "metavar": known.option.metavar,
            "help": known.option.help,
        }
        for key, known in SETTINGS.items()
        if known.option is not None
    },
    "--source-size": {
        "type": picture_size, "metavar": "WxH", "help": "requested of a camera, or rendered",
    },
    "--plugin": {
        "type": Path, "action": "append", "metavar": "FILE.py",
        "help": "load models of your own from this file (may be repeated)",
    },
    "--debug": {"action": "store_true", "help": "log everything and show tracebacks"},
}  # fmt: skip
"""Options shared by several commands: those of settings, and three more."""

DEBUG = ("--debug",)
ESTIMATING = (
    "--input-size", "--ema-factor", "--device", "--precision", "--threads", "--plugin", "--debug",
)  # fmt: skip
LANES = ("--a", "--b", *ESTIMATING)
OF_THE_WINDOW = ("--view", "--workspace", "--presenter", "--output-content", "--page-reach")
ALL = tuple(flag for flag in COMMON if flag not in OF_THE_WINDOW)


def add_common(parser: argparse._ActionsContainer, flags: Iterable[str]) -> None:
    """Add the common options that a command uses; one not given is not in the result."""
    for flag in flags:
        parser.add_argument(flag, default=argparse.SUPPRESS, **COMMON[flag])


def add_window_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of commands that open the window."""
    window = parser.add_argument_group("window")
    window.add_argument("--window-size", type=picture_size, metavar="WxH", help="window size")
    window.add_argument(
        "--quit-after", type=seconds, metavar="SECONDS", help="close after this time"
    )
    window.add_argument("--quit-when-shown", action="store_true", help=argparse.SUPPRESS)
    window.add_argument(
        "--screenshot", type=Path, metavar="FILE.png",
        help="save a screenshot once every pane has shown a frame, and FILE.json beside it",
    )  # fmt: skip
    window.add_argument("--record", type=Path, metavar="DIR", help="record into this folder")
    window.add_argument(
        "--output", type=_output, action="append", default=[], metavar=outputs.usage(),
        help="also send the picture there (may be repeated); a page prints its address",
    )  # fmt: skip
    add_common(window, OF_THE_WINDOW)
    window.add_argument("--profile", metavar="NAME", help="use the settings of this name")
    window.add_argument("--reset", action="store_true", help="start with the default settings")


def estimator_options(arguments: argparse.Namespace) -> EstimatorOptions:
    """How the arguments ask models to run. Also sets the number of CPU threads.

    Raises
    ------
    UsageError
        If the device is not available.
    """
    from models.devices.device import resolve, set_cpu_threads
    from models.estimator import EstimatorOptions

    device = getattr(arguments, "device", "auto")
    resolve(device)
    set_cpu_threads(getattr(arguments, "threads", 0))
    usual = EstimatorOptions()
    return EstimatorOptions(
        device=device,
        precision=getattr(arguments, "precision", usual.precision),
        input_size=getattr(arguments, "input_size", None),
        ema_factor=getattr(arguments, "ema_factor", usual.ema_factor),
    )
