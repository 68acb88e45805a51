"""The page for the audience in a real browser."""

from __future__ import annotations

import asyncio

import pytest

from app.outputs.page import PageOutput
from app.outputs.web.messages import Remote
from tests.support import chromium
from tests.support.page import served
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(
    chromium.path() is None, reason="needs Chromium (apt-get install chromium-headless-shell)"
)

_PIXELS = """(() => { const c = document.getElementById("picture");
  const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
  let sum = 0; for (let i = 0; i < d.length; i += 997) sum = (sum * 31 + d[i]) % 1000003;
  return c.width + "x" + c.height + ":" + sum; })()"""


def test_a_phone_sees_moving_pictures_and_its_controls_work() -> None:
    async def look(page: PageOutput) -> None:
        async with chromium.browser() as session, chromium.tab(session) as tab:
            await tab.open(page.address)
            await tab.until("Number(document.documentElement.dataset.drawn) > 2")
            seen = set()
            for _ in range(6):
                seen.add(await tab.run(_PIXELS))
                await asyncio.sleep(0.2)
            assert len(seen) > 2, "the picture stands still"
            assert await tab.until(
                "document.getElementById('headline').textContent === 'A headline'"
            )
            assert await tab.run("document.documentElement.scrollWidth <= innerWidth")

            await tab.click("button[data-key=rgb]")
            await tab.until(f"{_PIXELS}.startsWith('160x64:')")
            await tab.click("#picture", (0.5, 0.5))
            await tab.until("document.querySelectorAll('#numbers dd').length === 4")

            await tab.click("#freeze")
            await asyncio.to_thread(wait_until, lambda: not page.hub.looked_at)
            frozen = await tab.run(_PIXELS)
            await asyncio.sleep(0.4)
            assert await tab.run(_PIXELS) == frozen
            await tab.click("#freeze")
            await tab.until(f"{_PIXELS} !== {frozen!r}")

            own = [text for text in tab.said if "getImageData" not in text]  # that is the test's
            assert own == [], "the console has complaints"
            base = page.address.partition("/?")[0].removeprefix("http://")
            assert all(base in address for address in tab.requested), tab.requested

    with served() as (page, _):
        asyncio.run(look(page))


def test_without_the_token_there_is_no_picture() -> None:
    async def look(page: PageOutput) -> None:
        async with chromium.browser() as session, chromium.tab(session) as tab:
            await tab.open(page.address[:-3] + "xyz")
            text = await tab.until("document.body && document.body.textContent")
            assert "needs its whole address" in text
            assert await tab.run("document.querySelector('canvas') === null")
        assert page.hub.viewers == 0

    with served() as (page, _):
        asyncio.run(look(page))


def test_one_phone_is_the_remote_control() -> None:
    async def look(page: PageOutput) -> None:
        page.tokens.allow_remote(True)
        async with chromium.browser() as session, chromium.tab(session) as tab:
            await tab.open(page.remote_address)
            await tab.until("!document.getElementById('remote').hidden")
            await tab.click("#next")
            command = await asyncio.to_thread(page.hub.commands.get, True, 20.0)
            assert command == Remote("next_view")
            page.tokens.allow_remote(False)
            await tab.until("document.getElementById('remote').hidden")

    with served() as (page, _):
        asyncio.run(look(page))


def test_a_browser_whose_sockets_fail_falls_back_to_a_stream_of_pictures() -> None:
    async def look(page: PageOutput) -> None:
        async with chromium.browser() as session, chromium.tab(session) as tab:
            await tab.call("Page.enable")
            await tab.call(
                "Page.addScriptToEvaluateOnNewDocument",
                source="const Real = WebSocket; WebSocket = function (url) {"
                " return new Real(url.replace('/live', '/none')); }; WebSocket.OPEN = 1;",
            )
            await tab.open(page.address)
            await tab.until("document.getElementById('fallback').naturalWidth > 0")
            await tab.click("button[data-key=rgb]")
            await tab.until("document.getElementById('fallback').naturalWidth === 160")

    with served() as (page, _):
        asyncio.run(look(page))
