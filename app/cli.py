"""The command line: its commands, and the reporting of failures.

Each command lives in ``app/commands``, where it describes its options and runs. It is imported only
when it is used, so that `--help` responds at once and headless commands never import Qt.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from app.system.log_format import LogFormatter
from app.system.memory import tune_allocator
from app.system.signals import interrupted_by_signals
from app.system.standard_streams import OutputError, checked_output, fill_closed_streams
from app.system.version import version
from models.errors import UsageError, UserError
from models.plain_text import LINE, SENTENCE, single_line, without_credentials

log = logging.getLogger(__name__)

COMMANDS: Mapping[str, str] = {
    "process": "Estimate every frame of a file or folder and write the disparity.",
    "compare": "Compare models over a clip and write a report page and its numbers.",
    "evaluate": "Evaluate models over published data sets, to the tables of a paper.",
    "record": "Record a source and the output of both lanes, without a window.",
    "replay": "Open a recording with both lanes, without computing anything.",
    "convert": "Write a recording in the formats of Rerun, ROS, Blender, Nuke and others.",
    "models": "List models, download weights or add a checkpoint file.",
    "cameras": "List the cameras without opening any.",
    "bench": "Measure the app against the bare model, side by side.",
    "soak": "Run the window unattended, with random actions and a fault every few seconds.",
    "lessons": "List the lessons, walk all of them as a check, or write their sheets.",
    "train": "Train the bundled model.",
}
"""A summary per command; the module ``app.commands.NAME`` has `describe` and `run`."""

_DEFAULT = "window"


class _Parser(argparse.ArgumentParser):
    """Reports errors in one sentence that points to the help.

    A command's parser gets its options when the command is chosen.
    """

    command = ""

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        name, self.command = self.command, ""
        if name:
            _module(name).describe(self)
        return super().parse_known_args(args, namespace)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Unlike the base class, tell when standard output cannot be written."""
        if message:
            (file or sys.stderr).write(message)

    def error(self, message: str) -> NoReturn:
        sentence = single_line(without_credentials(message[:1].upper() + message[1:]), SENTENCE)
        self.exit(2, f"{sentence}; see `{self.prog} --help`.\n")


def run(argv: Sequence[str]) -> int:
    """Run one command; returns 0 when done, 1 when it failed, 2 for unusable arguments."""
    fill_closed_streams()
    try:
        with checked_output():
            return _run(argv)
    except BrokenPipeError:  # the reader of the output has closed it
        return 1
    except OutputError as error:
        print(error, file=sys.stderr)
        return 1


def _run(argv: Sequence[str]) -> int:
    arguments = _parser().parse_args(argv)
    debug = getattr(arguments, "debug", False)
    terminal = logging.StreamHandler()
    terminal.setFormatter(LogFormatter())
    logging.basicConfig(level=logging.DEBUG if debug else logging.CRITICAL, handlers=[terminal])
    tune_allocator()
    try:
        with interrupted_by_signals():
            _load_plugins(getattr(arguments, "plugin", ()))
            return int(_module(arguments.command).run(arguments))
    except UserError as error:
        if debug:
            log.exception("failed")
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 1
    except (BrokenPipeError, OutputError):
        raise
    except Exception as error:  # users get one sentence instead of a traceback
        if debug:
            log.exception("failed")
        print(_unforeseen(error), file=sys.stderr)
        return 1


def _load_plugins(files: Iterable[Path]) -> None:
    """Register the models of plug-in files, before any name is looked up."""
    if files:
        from models.plugins import load_file

        for file in files:
            load_file(file)


def _unforeseen(error: Exception) -> str:
    """One line about an error that nothing else explains."""
    why = single_line(without_credentials(str(error)), LINE) or type(error).__name__
    return (
        f"The command failed ({why}); run it again with --debug for details, and report them "
        "if it should have worked."
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="main.py",
        description="Live streaming video depth estimation. Without a command, opens the window.",
        allow_abbrev=False,  # a command's --out is no abbreviation of the window's --output
    )
    parser.add_argument("--version", action="version", version=f"FlashDepth Live {version()}")
    _module(_DEFAULT).describe(parser)
    parser.set_defaults(command=_DEFAULT)
    commands = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        command.command = name
        command.set_defaults(command=name)
    return parser


def _module(command: str) -> ModuleType:
    return importlib.import_module(f"app.commands.{command}")
