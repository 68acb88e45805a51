"""Viewers of the page: what they get, and what they choose."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import threading

import aiohttp
import numpy as np

from app.outputs.page import SIZE, PageOutput
from app.outputs.web.messages import Remote
from models.opencv import cv2
from tests.support.outputs import make_scene
from tests.support.page import Visitor, served, visiting
from tests.support.waiting import wait_until


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
