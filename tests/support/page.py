"""A page that is served and fed, and a viewer that speaks to it as a browser would."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import aiohttp

from app.outputs.output import OutputOptions
from app.outputs.page import PageOutput
from app.outputs.scene import Scene
from tests.support.outputs import Fed, fed
from tests.support.recordings import make_result

CONTENTS = ("view", "rgb", "a", "b", "rgbd")
PATIENCE_S = 15.0


@contextmanager
def served(
    options: OutputOptions | None = None,
    scene: Scene | None = None,
    port: str = "",
    is_paused: bool = False,
) -> Iterator[tuple[PageOutput, Fed]]:
    """A page on loopback that gets a new result every 20 ms, or one alone."""
    page = PageOutput(port, options or OutputOptions(contents=CONTENTS))
    ended = threading.Event()

    def feed(made: Fed) -> None:
        number = 0
        while not ended.wait(0.02):
            made.offer(make_result(number))
            number += 1
            if is_paused:
                return

    with fed(page, scene) as made:
        feeding = threading.Thread(target=feed, args=(made,), daemon=True)
        feeding.start()
        try:
            yield page, made
        finally:
            ended.set()
            feeding.join()


class Visitor:
    """One open socket of a viewer."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.facts: dict[str, Any] = {}
        self.pictures = 0

    async def say(self, **message: object) -> None:
        await self.socket.send_str(json.dumps(message))

    async def picture(self, is_drawn: bool = True) -> bytes:
        """The next picture, as JPEG; says that it was drawn."""
        while True:
            received = await self.socket.receive(PATIENCE_S)
            if received.type is aiohttp.WSMsgType.TEXT:
                self.facts = json.loads(received.data)
            elif received.type is aiohttp.WSMsgType.BINARY:
                self.pictures += 1
                number, jpeg = int.from_bytes(received.data[:8], "big"), received.data[9:]
                if is_drawn:
                    await self.say(do="seen", number=number)
                return bytes(jpeg)
            else:
                raise ConnectionError(f"closed with {self.socket.close_code}")

    async def until(self, done: Any) -> None:
        """Draw pictures until the facts are as asked for."""
        async with asyncio.timeout(PATIENCE_S):
            while not (self.facts and done(self.facts)):
                await self.picture()

    async def closed(self) -> int | None:
        """The code with which the page closes; reads nothing of what comes before."""
        async with asyncio.timeout(PATIENCE_S):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code


@asynccontextmanager
async def visiting(address: str, **headers: str) -> AsyncIterator[Visitor]:
    """A viewer of the page at that address."""
    base, _, query = address.partition("/?")
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{base}/live?{query}", headers=headers) as socket,
    ):
        yield Visitor(socket)


async def status_of(address: str, **headers: str) -> tuple[int, str, Any]:
    """Status, text and headers of a request for that address."""
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as got:
        return got.status, await got.text(), got.headers
