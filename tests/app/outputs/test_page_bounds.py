"""What viewers of the page may take: those who read nothing or say too much are dropped."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import tracemalloc

import aiohttp
import psutil
import pytest

from app.outputs import page as page_module
from app.outputs.page import PageOutput
from app.outputs.web import hub as hub_module
from app.outputs.web import server as server_module
from app.outputs.web import viewer as viewer_module
from app.outputs.web.hub import Hub
from app.outputs.web.messages import Remote
from app.outputs.web.viewer import Budget
from tests.support.page import served, visiting
from tests.support.waiting import ManualClock, wait_until


def test_a_viewer_that_reads_nothing_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewer_module, "SEND_S", 0.3)

    async def look(page: PageOutput) -> int | None:
        async with visiting(page.address) as visitor:
            await visitor.picture(is_drawn=False)
            return await visitor.closed()

    with served() as (page, _):
        assert asyncio.run(look(page)) == aiohttp.WSCloseCode.POLICY_VIOLATION
        wait_until(lambda: page.hub.viewers == 0)


@pytest.mark.parametrize("text", ["nonsense", "x" * 5000, '{"do":"remote"}'])
def test_a_viewer_that_says_anything_else_is_dropped(text: str) -> None:
    async def look(page: PageOutput) -> int | None:
        async with visiting(page.address) as visitor:
            await visitor.socket.send_str(text)
            return await visitor.closed()

    with served() as (page, _):
        assert asyncio.run(look(page)) in (
            aiohttp.WSCloseCode.POLICY_VIOLATION,
            aiohttp.WSCloseCode.MESSAGE_TOO_BIG,
        )
        wait_until(lambda: page.hub.viewers == 0)


def test_a_viewer_that_floods_is_dropped() -> None:
    async def look(page: PageOutput) -> int | None:
        async with visiting(page.address) as visitor:
            with contextlib.suppress(ConnectionError):
                for number in range(2000):
                    await visitor.say(do="seen", number=number)
            return await visitor.closed()

    with served() as (page, _):
        assert asyncio.run(look(page)) in (aiohttp.WSCloseCode.POLICY_VIOLATION, 1006)
        wait_until(lambda: page.hub.viewers == 0)


def test_a_budget_of_messages_refills_with_time() -> None:
    clock = ManualClock()
    budget = Budget(clock)
    assert all(budget.spend() for _ in range(80))
    assert not budget.spend()
    clock.advance(1.0)
    assert all(budget.spend() for _ in range(30))


def test_there_are_seats_for_so_many_viewers_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MOST_VIEWERS", 3)

    async def look(page: PageOutput) -> None:
        async with visiting(page.address), visiting(page.address), visiting(page.address) as last:
            await last.picture()
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with visiting(page.address):
                    pass
            assert refused.value.status == 503
            await last.picture()

    with served() as (page, _):
        asyncio.run(look(page))


def test_one_address_cannot_take_all_seats() -> None:
    hub = Hub(("view",), lambda: None)
    seats = [hub.take_seat("10.0.0.1") for _ in range(hub_module.MOST_PER_ADDRESS + 1)]
    assert seats[-1] is None and seats[-2] is not None
    assert hub.take_seat("10.0.0.2") is not None


def test_commands_that_nobody_takes_do_not_pile_up() -> None:
    hub = Hub(("view",), lambda: None)
    for _ in range(100):
        hub.command(Remote("panic"))
    assert hub.commands.qsize() < 20


def test_a_stream_that_is_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "SEND_S", 0.2)
    monkeypatch.setattr(server_module, "FPS", 1000.0)
    monkeypatch.setattr(page_module, "SEND_BUFFER_BYTES", 8 << 10)
    with served() as (page, _):
        page.fps = 1000.0
        base, _, query = page.address.partition("/?")
        host, port = base.removeprefix("http://").split(":")
        with socket.socket() as lazy:
            lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            lazy.connect((host, int(port)))
            lazy.sendall(f"GET /mjpeg?{query} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
            wait_until(lambda: page.hub.viewers == 1)
            wait_until(lambda: page.hub.viewers == 0)


def test_a_connection_that_sends_no_request_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "REQUEST_S", 0.2)
    with served() as (page, _):
        host, port = page.address.partition("/?")[0].removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10.0) as idle:
            idle.sendall(b"GET /?k=")
            assert idle.recv(100) == b""


def test_there_are_so_many_connections_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MOST_CONNECTIONS", 8)
    monkeypatch.setattr(server_module, "REQUEST_S", 60.0)
    with served() as (page, _), contextlib.ExitStack() as stack:
        host, port = page.address.partition("/?")[0].removeprefix("http://").split(":")
        opened = [
            stack.enter_context(socket.create_connection((host, int(port)), timeout=10.0))
            for _ in range(60)  # the system accepts a few dozen at once
        ]
        with contextlib.suppress(ConnectionResetError):
            assert opened[-1].recv(1) == b""


def test_a_hundred_connections_leave_nothing_behind() -> None:
    async def visit(page: PageOutput) -> None:
        async with visiting(page.address) as visitor:
            await visitor.picture()

    async def crowd(page: PageOutput, count: int) -> None:
        for _ in range(count // 5):
            await asyncio.gather(*(visit(page) for _ in range(5)))

    with served() as (page, _):
        asyncio.run(crowd(page, 10))
        wait_until(lambda: page.hub.viewers == 0)
        process = psutil.Process()
        threads, files = threading.active_count(), process.num_fds()
        tracemalloc.start()
        try:
            asyncio.run(crowd(page, 100))
            wait_until(lambda: page.hub.viewers == 0)
            grown_bytes, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        wait_until(lambda: process.num_fds() <= files)
        assert threading.active_count() <= threads
        assert grown_bytes < 4 << 20
        assert page.hub.looked_at == frozenset()
