"""One viewer: the newest picture of what it looks at, at the pace at which it draws them.

A viewer that does not read, or says more than a page would, is dropped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from aiohttp import WSCloseCode, WSMsgType, web

from app.outputs.web.facts import values_at
from app.outputs.web.hub import Hub, Picture, Seat
from app.outputs.web.messages import Freeze, Message, Probe, Remote, Seen, Show, parse_message

SEND_S = 5.0
"""How long a viewer may take to accept a picture and to say that it drew it."""
FPS = 12.0
"""Most pictures per second to one viewer."""
_FACTS_S = 0.25
_IDLE_S = 2.0
_MESSAGES_PER_S = 40.0
_MOST_AT_ONCE = 80.0


class Budget:
    """How many messages may come: so many a second, and some more at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = _MOST_AT_ONCE
        self._at_s = clock()

    def spend(self) -> bool:
        """Count a message; False if it is one too many."""
        now_s = self._clock()
        self._left = min(_MOST_AT_ONCE, self._left + (now_s - self._at_s) * _MESSAGES_PER_S)
        self._at_s = now_s
        self._left -= 1.0
        return self._left >= 0.0


class Viewer:
    """Serves one socket until it closes.

    Parameters
    ----------
    socket
        Prepared.
    hub, seat
        What there is to see, and this viewer's place.
    is_remote
        Asked at every command, since the presenter may end it at any time.
    """

    def __init__(
        self, socket: web.WebSocketResponse, hub: Hub, seat: Seat, is_remote: Callable[[], bool]
    ) -> None:
        self._socket = socket
        self._hub = hub
        self._seat = seat
        self._is_remote = is_remote
        self._probe: tuple[float, float] | None = None
        self._sent: Picture | None = None
        self._is_seen = True
        self._facts_s = 0.0
        self._said = ""

    async def serve(self) -> None:
        """Send and receive until either ends."""
        tasks = {asyncio.create_task(self._send_all()), asyncio.create_task(self._receive_all())}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # -- out -----------------------------------------------------------------------------------

    async def _send_all(self) -> None:
        while not self._socket.closed:
            started_s = time.monotonic()
            if not await self._is_drawn():
                await self._drop(b"not reading")
                return
            picture = await self._next()
            try:
                async with asyncio.timeout(SEND_S):
                    await self._send_facts()
                    if picture is not None:
                        self._sent, self._is_seen = picture, False
                        await self._socket.send_bytes(picture.as_bytes())
            except TimeoutError:
                await self._drop(b"not reading")
                return
            except (ConnectionError, RuntimeError):  # it left, or the server closes
                return
            await asyncio.sleep(max(0.0, started_s + 1.0 / FPS - time.monotonic()))

    async def _is_drawn(self) -> bool:
        """Wait until the last picture was drawn; False if that takes too long."""
        until_s = time.monotonic() + SEND_S
        while not self._is_seen:
            left_s = until_s - time.monotonic()
            if left_s <= 0:
                return False
            await self._wait(left_s)
        return True

    async def _next(self) -> Picture | None:
        """The next picture to send, or None when there is none for a while."""
        until_s = time.monotonic() + _IDLE_S
        while (left_s := until_s - time.monotonic()) > 0:
            newest = None if self._seat.is_frozen else self._hub.picture(self._seat.content)
            if newest is not None and newest is not self._sent:
                return newest
            await self._wait(min(left_s, _IDLE_S))
        return None

    async def _wait(self, timeout_s: float) -> None:
        changed = self._seat.changed
        changed.clear()
        try:
            async with asyncio.timeout(timeout_s):
                await changed.wait()
        except TimeoutError:
            pass

    async def _send_facts(self) -> None:
        """Say what is known of the picture, where that changed."""
        now_s = time.monotonic()
        if now_s - self._facts_s < _FACTS_S:
            return
        said = self._hub.facts.as_json(self._values(), self._is_remote())
        if said != self._said:
            self._facts_s, self._said = now_s, said
            await self._socket.send_str(said)

    def _values(self) -> Mapping[str, str] | None:
        result = self._hub.result
        return None if self._probe is None or result is None else values_at(result, *self._probe)

    async def _drop(self, reason: bytes) -> None:
        """Close a socket that may not take the goodbye either."""
        try:
            async with asyncio.timeout(1.0):
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=reason)
        except TimeoutError:
            pass

    # -- in ------------------------------------------------------------------------------------

    async def _receive_all(self) -> None:
        budget = Budget()
        async for received in self._socket:
            message = parse_message(received.data) if received.type is WSMsgType.TEXT else None
            if message is None or not budget.spend():
                await self._drop(b"unusable message" if message is None else b"too many messages")
                return
            self._apply(message)

    def _apply(self, message: Message) -> None:
        match message:
            case Seen(number):
                self._is_seen |= self._sent is not None and number == self._sent.number
                self._seat.changed.set()
            case Show(content):
                self._hub.look_at(self._seat, content)
            case Probe(at):
                self._probe = at
                self._facts_s = 0.0
                self._seat.changed.set()
            case Freeze(is_on):
                self._hub.freeze(self._seat, is_on)
            case Remote() if self._is_remote():
                self._hub.command(message)
            case Remote():
                pass
