"""A headless Chromium, spoken to by its own protocol (CDP) over a socket; no driver is needed."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE_S = 60.0


def path() -> str | None:
    """Where a Chromium is, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Tab:
    """One page of the browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self.requested: list[str] = []
        self.said: list[str] = []

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol and return its result; notes requests and the console."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = json.loads((await self._socket.receive()).data)
                if message.get("id") == number:
                    if "error" in message:
                        raise RuntimeError(message["error"]["message"])
                    return dict(message["result"])
                self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(parameters["request"]["url"])
            case "Network.webSocketCreated":
                self.requested.append(parameters["url"])
            case "Log.entryAdded":
                self.said.append(parameters["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.said.append(parameters["exceptionDetails"]["text"])

    async def open(self, address: str, size: tuple[int, int] = (412, 892)) -> None:
        """Go to an address, at the size of a phone."""
        for domain in ("Network", "Page", "Log", "Runtime"):
            await self.call(f"{domain}.enable")
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=size[0], height=size[1], deviceScaleFactor=2, mobile=True,
        )  # fmt: skip
        await self.call("Page.navigate", url=address)

    async def run(self, script: str) -> Any:
        """The value of an expression of JavaScript."""
        found = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(found["exceptionDetails"]["text"])
        return found["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until an expression is true, and return it; what it names may not be there yet."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(RuntimeError):
                    if value := await self.run(script):
                        return value
                await asyncio.sleep(0.05)

    async def click(self, selector: str, at: tuple[float, float] = (0.5, 0.5)) -> None:
        """Click into an element, at shares of its width and height."""
        box = await self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            " return [r.left, r.top, r.width, r.height]; })()"
        )
        x, y = box[0] + at[0] * box[2], box[1] + at[1] * box[3]
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1
            )

    async def screenshot(self, kind: str = "png") -> bytes:
        """What the tab shows."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format=kind))["data"])


@asynccontextmanager
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """A browser with a profile of its own; ended afterwards. Open tabs by `tab`."""
    program = path()
    assert program is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                program, "--headless", "--no-sandbox", "--remote-debugging-port=0",
                f"--user-data-dir={profile}", "--disable-gpu", "--no-first-run", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
                yield session
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


@asynccontextmanager
async def tab(session: aiohttp.ClientSession) -> AsyncIterator[Tab]:
    """A new tab."""
    async with session.put("/json/new?about:blank") as made:
        address = (await made.json(content_type=None))["webSocketDebuggerUrl"]
    async with session.ws_connect(address, max_msg_size=64 << 20) as socket:
        yield Tab(socket)


async def _port(file: Path) -> int:
    async with asyncio.timeout(PATIENCE_S):
        while not (file.exists() and "\n" in file.read_text()):
            await asyncio.sleep(0.05)
    return int(file.read_text().splitlines()[0])
