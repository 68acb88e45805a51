"""The command line: what the words mean, and how failures are told.

Each command lives in ``app/commands`` and is imported only when it is asked for, so that
`--help` answers at once and headless commands never touch Qt.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from app.settings.plain import parsed
from app.settings.settings import SETTINGS
from app.settings.words import EXPORTS
from app.system.memory import tune_allocator
from app.system.version import version
from app.views import table as views
from models.errors import UsageError, UserError

log = logging.getLogger(__name__)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence and where help is."""

    def error(self, message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:]
        self.exit(2, f"{sentence}; see `{self.prog} --help`.\n")


def run(argv: Sequence[str]) -> int:
    """Run one command; returns 0 when done, 1 when it failed, 2 for unusable arguments."""
    arguments = _parser().parse_args(argv)
    debug = getattr(arguments, "debug", False)
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.CRITICAL,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    tune_allocator()
    command = importlib.import_module(f"app.commands.{arguments.command}")
    try:
        return int(command.run(arguments))
    except UserError as error:
        if debug:
            log.exception("failed")
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1


def picture_size(text: str) -> tuple[int, int]:
    """ "WxH" to (width, height) in pixels."""
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) > 0 and int(height) > 0):
        raise argparse.ArgumentTypeError(f"a size is written like 1280x720, not {text!r}")
    return int(width), int(height)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"a whole number above zero is wanted, not {text!r}")
    return int(text)


def _setting(key: str, text: str) -> object:
    try:
        return parsed(key, text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seconds(text: str) -> float:
    return _span(text, "seconds")


def _minutes(text: str) -> float:
    return _span(text, "minutes")


def _span(text: str, unit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{unit} above zero are wanted, not {text!r}")
    return value


def _exports(text: str) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [part for part in chosen if part not in EXPORTS]
    if unknown or not chosen:
        raise argparse.ArgumentTypeError(
            f"exports are among {', '.join(EXPORTS)}, not {', '.join(unknown) or 'nothing'}"
        )
    return chosen


_COMMON: Mapping[str, Mapping[str, Any]] = {
    **{
        known.option.flag: {
            "type": partial(_setting, key),
            "metavar": known.option.metavar,
            "help": known.option.help,
        }
        for key, known in SETTINGS.items()
        if known.option is not None
    },
    "--source-size": {
        "type": picture_size, "metavar": "WxH", "help": "asked of a camera, or rendered",
    },
    "--debug": {"action": "store_true", "help": "log everything, show tracebacks"},
}  # fmt: skip
"""Options that several commands know: those of settings, and two more."""

_ESTIMATING = (
    "--input-size", "--ema-factor", "--device", "--precision", "--threads", "--debug",
)  # fmt: skip
_LANES = ("--a", "--b", *_ESTIMATING)
_ALL = tuple(name for name in _COMMON if name != "--view")  # that is for the window alone
_USED: Mapping[str, tuple[str, ...]] = {
    "process": ("--source-size", *_ESTIMATING),
    "compare": ("--source-size", *_LANES),
    "record": _ALL,
    "replay": _LANES,
    "bench": _ALL,
    "train": ("--threads", "--debug"),
}
"""The common options that a command makes use of; the others know --debug alone."""


def _common(names: Iterable[str]) -> _Parser:
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    for name in names:
        common.add_argument(name, **_COMMON[name])
    return common


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="main.py",
        description="Streaming video depth estimation, live. Without a command: the window.",
        parents=[_common(_ALL)],
    )
    parser.add_argument("--version", action="version", version=f"FlashDepth Live {version()}")
    _window_options(parser)
    parser.set_defaults(command="window")
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)

    def add(name: str, summary: str) -> argparse.ArgumentParser:
        used = _common(_USED.get(name, ("--debug",)))
        sub = commands.add_parser(name, help=summary, description=summary, parents=[used])
        sub.set_defaults(command=name)
        return sub

    for describe in (
        _process, _compare, _record, _replay, _models, _cameras, _bench, _soak, _train,
    ):  # fmt: skip
        describe(add)
    return parser


Add = Callable[[str, str], argparse.ArgumentParser]


def _window_options(parser: argparse.ArgumentParser) -> None:
    window = parser.add_argument_group("window")
    window.add_argument("--window-size", type=picture_size, metavar="WxH", help="its size")
    window.add_argument("--quit-after", type=_seconds, metavar="SECONDS", help="close by itself")
    window.add_argument("--quit-when-shown", action="store_true", help=argparse.SUPPRESS)
    window.add_argument(
        "--screenshot", type=Path, metavar="FILE.png",
        help="taken once every pane has shown a frame, with FILE.json beside it",
    )  # fmt: skip
    window.add_argument("--record", type=Path, metavar="DIR", help="record into this folder")
    window.add_argument("--view", default=argparse.SUPPRESS, **_COMMON["--view"])
    window.add_argument("--profile", metavar="NAME", help="settings of this name")
    window.add_argument("--reset", action="store_true", help="start from default settings")


def _process(add: Add) -> None:
    process = add("process", "Estimate every frame of a file or folder and write the disparity.")
    process.add_argument("input", metavar="INPUT")
    process.add_argument("--out", type=Path, required=True, metavar="DIR", help="made if need be")
    process.add_argument(
        "--model", default="flashdepth-lite", metavar="M", help="default: %(default)s"
    )
    process.add_argument(
        "--stride", type=_positive, default=1, metavar="N", help="only every N-th frame"
    )
    process.add_argument(
        "--export", type=_exports, default=("npy",), metavar=",".join(EXPORTS), help="default: npy"
    )
    process.add_argument("--force", action="store_true", help="write into a folder with content")


def _record(add: Add) -> None:
    record = add("record", "Record a source with what both lanes see, without a window.")
    record.add_argument("--out", type=Path, required=True, metavar="DIR")
    record.add_argument("--seconds", type=_seconds, metavar="N", help="else to the end or Ctrl+C")
    record.add_argument(
        "--real-time", action="store_true", help="play a file at its pace and skip what is late"
    )
    record.add_argument(
        "--sound", nargs="?", const="default", default="", metavar="INPUT", help="with sound"
    )
    record.add_argument("--force", action="store_true", help="replace a recording in DIR")


def _replay(add: Add) -> None:
    replay = add("replay", "Show a recording again, both lanes, without computing anything.")
    replay.add_argument("recording", type=Path, metavar="DIR")
    replay.add_argument("--check", action="store_true", help="only say whether it can be read")
    _window_options(replay)


def _compare(add: Add) -> None:
    compare = add("compare", "Compare two models over a clip: one page and the numbers.")
    compare.add_argument("input", metavar="INPUT")
    compare.add_argument("--out", type=Path, required=True, metavar="DIR")
    compare.add_argument("--force", action="store_true", help="write into a folder with content")
    compare.add_argument(
        "--frames", type=_positive, metavar="N",
        help="at most so many; a scene without an end: 240 if not said",
    )  # fmt: skip


def _cameras(add: Add) -> None:
    add("cameras", "List the cameras; opens none of them.")


def _train(add: Add) -> None:
    train = add("train", "Train the bundled model.")
    train.add_argument("config", type=Path, metavar="CONFIG")
    train.add_argument("--out", type=Path, metavar="DIR", help="default: runs/ and the name")
    train.add_argument("--resume", action="store_true", help="go on from the last checkpoint")


def _bench(add: Add) -> None:
    bench = add("bench", "Measure the app against the bare model, side by side.")
    bench.add_argument(
        "--window", action=argparse.BooleanOptionalAction, default=True,
        help="with the window, or its threads alone",
    )  # fmt: skip
    bench.add_argument(
        "--seconds", type=_seconds, default=30.0, metavar="S", help="for each part; default: 30"
    )
    bench.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    bench.add_argument(
        "--compare", type=Path, metavar="OLD.json", help="hold the figures against earlier ones"
    )
    bench.add_argument(
        "--views",
        choices=("none", *(key for key in views.KEYS if key != views.DEFAULT), "all"),
        help="also measure the window with these views on, and what each view costs",
    )
    bench.add_argument("--cloud-baseline", action="store_true", help="also time VisPy's Markers")


def _soak(add: Add) -> None:
    soak = add("soak", "Run the window by itself, with visitors and a fault every few seconds.")
    soak.add_argument("--minutes", type=_minutes, default=60.0, metavar="N", help="default: 60")
    soak.add_argument("--seed", type=int, default=0, metavar="N", help="another day at the booth")
    soak.add_argument("--json", type=Path, metavar="FILE", help="write the figures, once a minute")


def _models(add: Add) -> None:
    models = add("models", "List the models, pull their weights or add a file.")
    actions = models.add_subparsers(dest="action", metavar="ACTION", parser_class=_Parser)
    actions.add_parser("list", help="what is there (the default)")
    pull = actions.add_parser("pull", help="download the weights of a model")
    pull.add_argument("name", metavar="NAME")
    pull.add_argument("--yes", action="store_true", help="accept the licence without asking")
    adding = actions.add_parser("add", help="take a checkpoint file into use")
    adding.add_argument("file", type=Path, metavar="FILE")
    adding.add_argument("--as", dest="name", required=True, metavar="NAME")
