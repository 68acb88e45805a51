"""Text from outside made fit for a screen, a log or a report.

Titles, names, addresses and error messages of other programs come from files, cameras, servers and
windows that are not trusted. They may contain line breaks, terminal escapes, characters that
reverse the direction of the text after them, and passwords.
"""

from __future__ import annotations

import re

LINE = 300
"""Characters of a title or a name."""
SENTENCE = 2_000
"""Characters of a sentence, or of a text of several lines."""

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)  # direction marks, fillers and tags; the joiners U+200C and U+200D are part of words and emoji
_BREAK = re.compile("\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")  # bytes of a file's name that are no UTF-8
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
_STACKED = re.compile(f"({_MARK}{{3}}){_MARK}+")

_SCHEME = re.compile(r"(?<![A-Za-z0-9+.-])(?!file:)[A-Za-z][A-Za-z0-9+.-]+:/{1,3}(?=[^\s/])")
_AUTHORITY = re.compile(r"[^\s/?#]*")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.%]+\]|[^\s:@\[\]\"'<>\\]+)(?::\d*)?[\"'>).,;:]*")
_USER_INFO = re.compile(r"[^\n]{0,300}@(?=[\w\[])")
_REST = re.compile(r"([^\s?#\"'<>]*)([?#][^\s\"'<>]*)?")
_FULL_STOPS = ".,;:!)"


def plain(text: str, limit: int = SENTENCE) -> str:
    """`text` with its lines, but without control and direction characters, and bounded.

    Parameters
    ----------
    text
        Any text.
    limit
        Greatest number of characters; a longer text ends in "…".
    """
    text = _BREAK.sub("\n", _INVISIBLE.sub("", text[: 4 * limit]))
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub(" ", text))
    text = _STACKED.sub(r"\1", text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


_COMMAND = re.compile(r"[:;] run:? .*$", re.DOTALL)


def without_command(sentence: str) -> str:
    """`sentence` for a window: without a command to run, or with the words on a button instead."""
    return _COMMAND.sub(".", sentence.replace("use `models add`", "choose Add from file"))


def single_line(text: str, limit: int = LINE) -> str:
    """`plain` text in one line: line breaks become spaces."""
    return plain(text, limit).replace("\n", " ")


def without_credentials(text: str) -> str:
    """`text` with scheme, host, port and path of the addresses in it, and nothing else of them.

    User names, passwords, queries and fragments go; all of these can let somebody in.
    """
    if ":/" not in text:
        return text
    pieces, at = [], 0
    for scheme in _SCHEME.finditer(text):
        if scheme.start() < at:
            continue
        host_at, end, after = _parts(text, scheme.end())
        pieces += [text[at : scheme.end()], text[host_at:end]]
        at = after
    return "".join([*pieces, text[at:]])


def _parts(text: str, start: int) -> tuple[int, int, int]:
    """Where host and path of an address begin and end, and where the text goes on after it."""
    host_at = _host(text, start)
    found = _REST.match(text, host_at)
    assert found is not None  # it matches nothing, too
    kept = (found[2] or "").rstrip(_FULL_STOPS)
    return host_at, found.end(1), found.end(1) + len(kept)


def _host(text: str, start: int) -> int:
    """Where the host begins: after the last @ of what may be a user name and a password."""
    authority = _AUTHORITY.match(text, start)
    end = authority.end() if authority else start
    if (at := text.rfind("@", start, end)) >= 0:
        return at + 1
    if _HOST.fullmatch(text, start, end):
        return start
    # A password with characters that should have been encoded reaches up to a later @.
    found = _USER_INFO.match(text, start)
    return found.end() if found else start
