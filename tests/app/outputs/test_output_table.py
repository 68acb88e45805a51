"""How outputs are written, and what is refused."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

from app.outputs.contents import CONTENTS
from app.outputs.table import OUTPUTS, parse_output
from models.errors import UsageError


@pytest.mark.parametrize(
    ("text", "key", "rest"),
    [
        ("camera", "camera", ""),
        ("camera:/dev/video4", "camera", "/dev/video4"),
        ("camera:OBS Virtual Camera", "camera", "OBS Virtual Camera"),
        ("page", "page", ""),
        ("page:8080", "page", "8080"),
        ("page:65535", "page", "65535"),
        ("rtmp://host/live/key", "stream", "rtmp://host/live/key"),
        ("udp://239.0.0.1:5000?ttl=2", "stream", "udp://239.0.0.1:5000?ttl=2"),
    ],
)
def test_an_output_is_written_as_its_kind_and_what_it_needs(text: str, key: str, rest: str) -> None:
    spec = parse_output(text)
    assert (spec.kind.key, spec.rest) == (key, rest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cam",
        "page:",
        "page:0",
        "page:65536",
        "page:99999",
        "page:80x",
        "camera:",
        "rtmp://",
        "http://host/",
    ],
)
def test_anything_else_is_refused_with_what_can_be_written(text: str) -> None:
    with pytest.raises(UsageError, match=r"page\[:PORT\]"):
        parse_output(text)


def test_every_kind_can_be_made_and_every_content_composed() -> None:
    for kind in OUTPUTS:
        module, _, name = kind.make.partition(":")
        assert hasattr(importlib.import_module(module), name)
    for content in CONTENTS.values():
        module, _, name = content.compose.partition(":")
        assert hasattr(importlib.import_module(module), name)


def test_keys_titles_and_shortcuts_are_there_once() -> None:
    for values in (
        [kind.key for kind in OUTPUTS],
        [kind.shortcut for kind in OUTPUTS if kind.shortcut],
        [content.title for content in CONTENTS.values()],
    ):
        assert len(set(values)) == len(values)


def test_the_command_line_takes_several_outputs_and_loads_none_of_them() -> None:
    code = (
        "import sys; from app.cli import _parser; "
        "found = _parser().parse_args(['--output', 'page', '--output', 'camera:x']).output; "
        "print([spec.kind.key for spec in found]); "
        "print([name for name in ('aiohttp', 'asyncio', 'pyvirtualcam') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['page', 'camera']", "[]"]
