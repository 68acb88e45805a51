"""Viewers of the page: what they get, what they choose, and how those who misbehave are dropped."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
import threading
import tracemalloc

import aiohttp
import numpy as np
import psutil
import pytest

from app.outputs import page as page_module
from app.outputs.page import SIZE, PageOutput
from app.outputs.web import hub as hub_module
from app.outputs.web import server as server_module
from app.outputs.web import viewer as viewer_module
from app.outputs.web.hub import Hub
from app.outputs.web.messages import Remote
from app.outputs.web.viewer import Budget
from models.opencv import cv2
from tests.support.outputs import make_scene
from tests.support.page import Visitor, served, visiting
from tests.support.waiting import ManualClock, wait_until


def _size(jpeg: bytes) -> tuple[int, int]:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.shape[1], picture.shape[0]


def test_a_viewer_gets_moving_pictures_captions_and_numbers() -> None:
    async def look(page: PageOutput) -> None:
        async with visiting(page.address) as visitor:
            pictures = {await visitor.picture() for _ in range(5)}
            assert len(pictures) == 5
            assert all(side <= most for side, most in zip(_size(pictures.pop()), SIZE, strict=True))
            await visitor.until(lambda facts: facts["headline"] == "A headline")
            assert visitor.facts["caption"] == "A caption."
            assert visitor.facts["remote"] is False

    with served() as (page, _):
        asyncio.run(look(page))


def test_a_viewer_chooses_what_to_see_probes_and_freezes() -> None:
    async def look(page: PageOutput) -> None:
        async with visiting(page.address) as visitor:
            await visitor.picture()
            await visitor.say(do="show", content="rgbd")
            async with asyncio.timeout(10):
                while _size(await visitor.picture()) != (320, 64):
                    pass
            await visitor.say(do="show", content="a")
            await visitor.say(do="probe", x=0.9, y=0.9)
            await visitor.until(lambda facts: facts["values"] is not None)
            assert set(visitor.facts["values"]) == {"a", "b"}
            await visitor.say(do="probe", x=0.01, y=0.01)
            await visitor.until(lambda facts: facts["values"] == {"a": "unknown", "b": "unknown"})
            await visitor.say(do="freeze", on=True)
            wait = asyncio.to_thread(wait_until, lambda: not page.hub.looked_at)
            await wait
            await visitor.say(do="freeze", on=False)
            await visitor.picture()

    with served() as (page, _):
        asyncio.run(look(page))


def test_while_paused_each_choice_gets_its_picture_also_when_chosen_again() -> None:
    async def look(page: PageOutput) -> None:
        async with visiting(page.address) as one, visiting(page.address) as other:
            first = await one.picture()
            assert await other.picture() == first
            for content in ("a", "rgbd", "view", "a", "view"):
                await one.say(do="show", content=content)
                picture = await one.picture()
                assert (picture == first) == (content == "view")

    with served(is_paused=True) as (page, _):
        asyncio.run(look(page))


def test_only_what_is_looked_at_is_composed_and_nothing_when_all_have_left() -> None:
    async def look(page: PageOutput) -> None:
        async with visiting(page.address) as one, visiting(page.address) as other:
            await other.say(do="show", content="b")
            await one.picture()
            await asyncio.to_thread(wait_until, lambda: page.hub.looked_at == {"view", "b"})

    with served() as (page, made):
        assert page.hub.looked_at == frozenset()
        asyncio.run(look(page))
        wait_until(lambda: made.consumer.wanted == frozenset())
        wait_until(lambda: page.hub.viewers == 0)


def test_nothing_that_is_sent_tells_of_the_machine() -> None:
    async def look(page: PageOutput) -> str:
        async with visiting(page.address) as visitor:
            await visitor.until(lambda facts: facts["headline"])
            return str(visitor.facts)

    scene = make_scene(source="/home/someone/secret clip.mp4", model_a="onnx:/home/someone/x.onnx")
    with served(scene=scene) as (page, _):
        said = asyncio.run(look(page))
    assert "someone" not in said and "secret" not in said and "onnx" not in said


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


def test_one_phone_is_the_remote_control_until_the_presenter_ends_it() -> None:
    async def look(page: PageOutput) -> None:
        page.tokens.allow_remote(True)
        async with visiting(page.remote_address) as first:
            await first.until(lambda facts: facts["remote"] is True)
            async with visiting(page.remote_address) as second:
                await second.until(lambda facts: facts["remote"] is False)
                await second.say(do="remote", command="panic")
                await second.picture()
            await first.say(do="remote", command="wipe", value=0.25)
            command = await asyncio.to_thread(page.hub.commands.get, True, 10.0)
            assert command == Remote("wipe", 0.25)
            page.tokens.allow_remote(False)
            await first.say(do="remote", command="panic")
            await first.until(lambda facts: facts["remote"] is False)
            assert page.hub.commands.empty()

    with served() as (page, _):
        asyncio.run(look(page))
        wait_until(lambda: not page.hub.has_remote)


def test_a_viewer_without_the_remotes_token_commands_nothing() -> None:
    async def look(page: PageOutput) -> None:
        page.tokens.allow_remote(True)
        async with visiting(page.address) as visitor:
            await visitor.say(do="remote", command="panic")
            for _ in range(3):
                await visitor.picture()
            assert page.hub.commands.empty()

    with served() as (page, _):
        asyncio.run(look(page))


def test_commands_that_nobody_takes_do_not_pile_up() -> None:
    hub = Hub(("view",), lambda: None)
    for _ in range(100):
        hub.command(Remote("panic"))
    assert hub.commands.qsize() < 20


async def _parts(page: PageOutput, count: int) -> list[bytes]:
    base, _, query = page.address.partition("/?")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{base}/mjpeg?{query}&show=rgb") as got,
    ):
        assert got.headers["Content-Type"].startswith("multipart/x-mixed-replace")
        reader = aiohttp.MultipartReader(got.headers, got.content)
        return [await (await reader.next()).read() for _ in range(count)]  # type: ignore[union-attr]


def test_a_browser_without_sockets_gets_a_stream_of_pictures() -> None:
    with served() as (page, _):
        parts = asyncio.run(_parts(page, 3))
        assert len({bytes(part) for part in parts}) == 3
        assert _size(bytes(parts[0])) == (160, 64)
        wait_until(lambda: page.hub.viewers == 0)


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


def test_closing_the_page_ends_its_viewers_at_once() -> None:
    closed = []

    async def look(page: PageOutput, stop: threading.Event) -> None:
        async with visiting(page.address) as visitor:
            await visitor.picture()
            stop.set()
            with contextlib.suppress(ConnectionError):
                while True:
                    await visitor.picture()
            closed.append(visitor.socket.close_code)

    stop = threading.Event()
    with served() as (page, _):
        watching = threading.Thread(target=lambda: asyncio.run(look(page, stop)))
        watching.start()
        assert stop.wait(20.0)
    watching.join(20.0)
    assert closed


def test_the_wipe_is_told_where_there_is_one() -> None:
    async def look(page: PageOutput) -> Visitor:
        async with visiting(page.address) as visitor:
            await visitor.until(lambda facts: facts["wipe"] == 0.25)
            return visitor

    scene = dataclasses.replace(make_scene(view="wipe"), wipe=0.25)
    with served(scene=scene) as (page, _):
        assert asyncio.run(look(page)).facts["view"] == "Wipe A | B"
