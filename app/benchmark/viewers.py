"""`python -m app.benchmark.viewers ADDRESS COUNT`: that many viewers of a page, until stdin ends.

They read and confirm every picture, as browsers do, without decoding it.
"""

from __future__ import annotations

import asyncio
import json
import sys

import aiohttp


async def _watch(session: aiohttp.ClientSession, address: str) -> None:
    base, _, query = address.partition("/?")
    async with session.ws_connect(f"{base}/live?{query}") as socket:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                number = int.from_bytes(message.data[:8], "big")
                await socket.send_str(json.dumps({"do": "seen", "number": number}))


async def _watch_all(address: str, count: int) -> None:
    async with aiohttp.ClientSession() as session:
        watching = [asyncio.create_task(_watch(session, address)) for _ in range(count)]
        await asyncio.to_thread(sys.stdin.read)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(_watch_all(sys.argv[1], int(sys.argv[2])))
