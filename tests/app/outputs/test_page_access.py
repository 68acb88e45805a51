"""Who may open the page, and what they may say."""

from __future__ import annotations

import asyncio
import json
import logging
import socket

import pytest

from app.outputs.output import OutputOptions
from app.outputs.page import PageOutput
from app.outputs.web.access import Access, Tokens, is_host_known, is_origin_own
from app.outputs.web.messages import (
    LONGEST,
    Freeze,
    Probe,
    Remote,
    Seen,
    Show,
    parse_message,
)
from models.errors import UserError
from tests.support.page import served, status_of, visiting


def test_a_token_gives_what_it_is_for_and_nothing_else_does() -> None:
    tokens = Tokens()
    assert tokens.access(tokens.view) is Access.VIEW
    for wrong in ("", tokens.view[:-1], tokens.view + "x", "ä", "\ud800", "0" * 10_000):
        assert tokens.access(wrong) is Access.NONE
    tokens.allow_remote(True)
    first = tokens.remote
    assert tokens.access(first) is Access.REMOTE and first != tokens.view
    tokens.allow_remote(True)
    assert tokens.access(first) is Access.NONE  # a new one each time
    tokens.allow_remote(False)
    assert tokens.access("") is Access.NONE


@pytest.mark.parametrize(
    ("host", "is_known", "is_known_in_network"),
    [
        ("127.0.0.1:8765", True, True),
        ("localhost:8765", True, True),
        ("[::1]:8765", True, True),
        ("192.168.1.7:8765", False, True),
        ("evil.example:8765", False, False),
        ("127.0.0.1.evil.example", False, False),
        ("", False, False),
        ("127.0.0.1:80; script-src *", False, False),
        ("127.0.0.1:80\n", False, False),
        ("user@127.0.0.1", False, False),
        ("127.1", False, False),
        ("[fe80::1]", False, True),
        ("[", False, False),
    ],
)
def test_only_addresses_and_localhost_are_hosts(
    host: str, is_known: bool, is_known_in_network: bool
) -> None:
    assert is_host_known(host, is_for_network=False) == is_known
    assert is_host_known(host, is_for_network=True) == is_known_in_network


def test_a_socket_of_another_page_is_not_the_pages_own() -> None:
    assert is_origin_own(None, "127.0.0.1:1")
    assert is_origin_own("http://127.0.0.1:1", "127.0.0.1:1")
    for other in ("http://127.0.0.1:2", "https://127.0.0.1:1", "null", "http://evil.example"):
        assert not is_origin_own(other, "127.0.0.1:1")


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ({"do": "show", "content": "a"}, Show("a")),
        ({"do": "seen", "number": 7}, Seen(7)),
        ({"do": "probe", "x": 0.25, "y": 1}, Probe((0.25, 1.0))),
        ({"do": "probe", "x": None}, Probe(None)),
        ({"do": "freeze", "on": True}, Freeze(True)),
        ({"do": "remote", "command": "wipe", "value": 0.5}, Remote("wipe", 0.5)),
        ({"do": "remote", "command": "panic"}, Remote("panic", 0.0)),
    ],
)
def test_what_the_page_says_is_understood(said: dict[str, object], means: object) -> None:
    assert parse_message(json.dumps(said)) == means


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "7", '"do"', "{}", "{", "[" * 500, '{"do":["show"]}',
        '{"do":"show","content":"../etc"}', '{"do":"show","content":["a"]}',
        '{"do":"seen","number":true}', '{"do":"seen","number":-1}', '{"do":"seen","number":1e300}',
        '{"do":"probe","x":NaN,"y":0}', '{"do":"probe","x":2,"y":0}',
        '{"do":"probe","x":true,"y":0}', '{"do":"freeze","on":1}',
        '{"do":"remote","command":"quit"}', '{"do":"remote","command":[]}',
        '{"do":"remote","command":"wipe","value":"1"}', '{"do":"exec","code":"1"}',
        '{"do":"freeze","on":true,"a":1,"b":2}', '{"do":"show","content":"a"}' + " " * LONGEST,
    ],
)  # fmt: skip
def test_anything_else_means_nothing(text: str) -> None:
    assert parse_message(text) is None


def test_the_page_needs_its_token_its_host_and_its_origin() -> None:
    async def look(page: PageOutput) -> None:
        base = page.address.partition("/?")[0]
        assert (await status_of(page.address))[0] == 200
        for path in ("/", "/?k=wrong", "/live", "/live?k=wrong", "/mjpeg", "/no/such", "/?K=x"):
            status, text, headers = await status_of(base + path)
            assert status == 403 and "address" in text, path
            assert headers["Cache-Control"] == "no-store"
        assert (await status_of(page.address, Host="evil.example"))[0] == 421
        assert (await status_of(page.address, Origin="http://evil.example"))[0] == 403
        assert (await status_of(page.address.replace("/?", "/no/such?")))[0] == 404

    with served() as (page, _):
        asyncio.run(look(page))


def test_a_request_without_a_host_is_refused_and_nothing_is_looked_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getfqdn", lambda *name: asked.append(name) or "here")
    with served() as (page, _):
        base, _, query = page.address.partition("/?")
        host, _, port = base.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10.0) as old:
            old.sendall(f"GET /?{query} HTTP/1.0\r\n\r\n".encode())
            assert b" 421 " in old.recv(100)
    assert asked == []


def test_the_page_asks_for_nothing_else_and_its_headers_are_strict() -> None:
    async def look(page: PageOutput) -> tuple[str, dict[str, str]]:
        _, text, headers = await status_of(page.address)
        return text, dict(headers)

    with served() as (page, _):
        text, headers = asyncio.run(look(page))
    assert "http://" not in text and "https://" not in text and "//" not in text.split("<script")[0]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Server"] == "FlashDepth Live"
    assert "{{" not in text


def test_no_token_is_ever_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def look(page: PageOutput) -> None:
        page.tokens.allow_remote(True)
        for address in (page.address, page.remote_address, page.address + "&" + "x" * 9000):
            await status_of(address)
        async with visiting(page.remote_address) as visitor:
            await visitor.picture()
            await visitor.socket.send_str("nonsense")
            await visitor.closed()

    with caplog.at_level(logging.DEBUG), served() as (page, made):
        tokens = page.tokens
        asyncio.run(look(page))
        secret = {tokens.view, tokens.remote}
    assert made.consumer.status.is_ended
    assert not any(token in caplog.text for token in secret)


def test_a_port_that_is_taken_is_one_sentence_and_the_usual_one_gives_way() -> None:
    with served() as (first, _):
        port = first.address.partition("/?")[0].rpartition(":")[2]
        with pytest.raises(UserError, match=rf"port {port} .*choose another") as raised:
            PageOutput(port, OutputOptions()).open()
        assert "\n" not in str(raised.value)
        with served() as (second, _):
            assert second.address.partition("/?")[0] != first.address.partition("/?")[0]


def test_the_page_is_bound_to_loopback_unless_the_network_is_asked_for() -> None:
    with served() as (page, _):
        assert page.address.startswith("http://127.0.0.1:")
    with served(OutputOptions(contents=("view",), is_for_network=True)) as (page, _):
        assert page.is_for_network


def test_without_the_package_one_sentence_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "app.outputs.web.server", None)
    with pytest.raises(UserError, match=r"flashdepth-live\[web\]"):
        PageOutput("", OutputOptions()).open()
