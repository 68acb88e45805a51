"""Text from outside: printable, in one line, bounded, and without what lets somebody in."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import UserError
from models.plain_text import plain, single_line, without_credentials


@given(st.text(st.characters(), max_size=400), st.integers(1, 60))
def test_a_single_line_is_one_printable_line_of_bounded_length(text: str, limit: int) -> None:
    shown = single_line(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in shown)
    assert not any(unicodedata.bidirectional(c) in DIRECTIONS for c in shown)


DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_words_are_kept_as_they_are() -> None:
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"
    text = f"Żółć – 東京 <b> & a\u0301 {family}"
    assert single_line(text) == text
    assert plain("one\r\ntwo\x1b[31m") == "one\ntwo [31m"
    assert single_line("photo\u202egpj.exe\nok") == "photogpj.exe ok"
    assert single_line("a" + "\u0301" * 50) == "a" + "\u0301" * 3


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Can't open rtsp://me:s3cret@cam:554/live?t=s3cret; check.",
         "Can't open rtsp://cam:554/live; check."),
        ("http://cam/v.mjpg?key=s3cret#s3cret", "http://cam/v.mjpg"),
        ("http://me:pa ss@cam/live", "http://cam/live"),
        ("http://me:s3/cret@cam/live", "http://cam/live"),
        ("http://me:s3?cret@cam/live", "http://cam/live"),
        ("rtsp://me:s3\'cret@cam/live", "rtsp://cam/live"),
        ("a rtsp://me:x@h1/a and http://y:z@h2/b?c=1, done", "a rtsp://h1/a and http://h2/b, done"),
        ("http://[::1]:80/a?s3cret", "http://[::1]:80/a"),
        ("rtsp:/me:s3cret@cam/live", "rtsp:/cam/live"),
        ("http://cam:80/@channel/live", "http://cam:80/@channel/live"),
        ("C:/videos/what?.mp4 at 10:30", "C:/videos/what?.mp4 at 10:30"),
        ("file:///videos/take#2.mp4", "file:///videos/take#2.mp4"),
        ("hf:ORG/NAME@main", "hf:ORG/NAME@main"),
    ],
)  # fmt: skip
def test_an_address_keeps_scheme_host_port_and_path(text: str, kept: str) -> None:
    assert without_credentials(text) == kept


secrets = st.text(
    st.characters(exclude_characters="@", exclude_categories=("Cc", "Zs", "Zl", "Zp", "Cs")),
    min_size=1,
    max_size=20,
)  # an address with spaces is refused


@given(secrets, secrets)
def test_no_password_is_left_whatever_characters_it_has(name: str, password: str) -> None:
    name = re.sub("[/?#]", "", name)  # else the password would be part of a path
    planted = f"PLANTED{password}PLANTED"
    found = without_credentials(f"rtsp://{name}:{planted}@camera.local/live")
    assert "PLANTED" not in found


def test_a_sentence_for_the_user_is_one_line_without_secrets() -> None:
    error = UserError("Can't open http://a:b@cam/x?k=1:\nthe \x1b[2Jserver said no\u202e.")
    assert "\n" not in str(error) and "\x1b" not in str(error) and "a:b" not in str(error)
