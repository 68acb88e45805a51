"""The page for the audience from the window: its code, its viewers and the remote control."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.outputs.table import parse_output
from app.ui.application import Application
from tests.support.page import status_of, visiting
from tests.support.windows import Start, Wait
from widgets.page_card import PageCard
from widgets.wipe_pane import WipePane


class Phone:
    """A viewer on a thread of its own, told what to do by the test."""

    def __init__(self, address: str) -> None:
        self.pictures = 0
        self.facts: dict[str, object] = {}
        self.failure = ""
        self._to_say: list[dict[str, object]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._look(address)))
        self._thread.start()

    def say(self, **message: object) -> None:
        self._to_say.append(message)

    def leave(self) -> None:
        self._ended.set()
        self._thread.join(20.0)

    async def _look(self, address: str) -> None:
        try:
            async with visiting(address) as visitor:
                while not self._ended.is_set():
                    while self._to_say:
                        await visitor.say(**self._to_say.pop(0))
                    await visitor.picture()
                    self.pictures, self.facts = visitor.pictures, visitor.facts
        except (ConnectionError, TimeoutError) as error:
            self.failure = str(error)


@pytest.fixture
def application(qtbot: QtBot, start_application: Start, wait_until_shown: Wait) -> Application:
    application = start_application(panes=("rgb", "depth_a", "depth_b"))
    wait_until_shown(application)
    return application


def _card(application: Application) -> PageCard | None:
    return next((card for card in application.window.findChildren(PageCard)), None)


def test_a_phone_watches_and_steers_the_window(qtbot: QtBot, application: Application) -> None:
    addresses: list[str] = []
    application.page.addressed.connect(addresses.append)
    application.actions["output.page"].trigger()
    qtbot.waitUntil(lambda: bool(addresses), timeout=20_000)
    card = _card(application)
    assert card is not None and card.address == addresses[0]
    assert application.actions["output.page"].isChecked()

    application.page.set_remote(True)
    page = application.page.page
    assert page is not None and card.address == page.remote_address
    phone = Phone(page.remote_address)
    try:
        qtbot.waitUntil(lambda: phone.pictures > 2, timeout=20_000)
        qtbot.waitUntil(lambda: card.address == addresses[0])  # the audience may see it again
        phone.say(do="remote", command="next_view")
        qtbot.waitUntil(lambda: application.model.value.view == "wipe", timeout=20_000)
        phone.say(do="remote", command="wipe", value=0.25)
        wipe = application.window.stage.pane("wipe")
        assert isinstance(wipe, WipePane)
        qtbot.waitUntil(lambda: wipe.divider < 0.45, timeout=20_000)
        qtbot.waitUntil(lambda: phone.facts.get("wipe") == pytest.approx(0.25), timeout=20_000)
        phone.say(do="remote", command="panic")
        qtbot.waitUntil(lambda: bool(application.controller.instead), timeout=20_000)
        qtbot.waitUntil(lambda: phone.facts.get("view") == "Wipe A | B", timeout=20_000)
    finally:
        phone.leave()
    qtbot.waitUntil(lambda: page.hub.viewers == 0, timeout=20_000)
    assert phone.failure == ""
    assert card.address == addresses[0]


def test_serving_the_network_is_a_choice_that_opens_the_page_again(
    qtbot: QtBot, application: Application
) -> None:
    addresses: list[str] = []
    application.page.addressed.connect(addresses.append)
    application.page.toggle()
    qtbot.waitUntil(lambda: len(addresses) == 1, timeout=20_000)
    assert addresses[0].startswith("http://127.0.0.1:")
    card = _card(application)
    assert card is not None
    card.network_toggled.emit(True)
    qtbot.waitUntil(lambda: len(addresses) == 2, timeout=20_000)
    assert application.model.value.page_reach == "network"
    page = application.page.page
    assert page is not None and page.is_for_network
    assert addresses[1].partition("k=")[2] != addresses[0].partition("k=")[2]


def test_closing_the_window_closes_the_page(qtbot: QtBot, application: Application) -> None:
    addresses: list[str] = []
    application.page.addressed.connect(addresses.append)
    application.page.toggle()
    qtbot.waitUntil(lambda: bool(addresses), timeout=20_000)
    phone = Phone(addresses[0])
    try:
        qtbot.waitUntil(lambda: phone.pictures > 0, timeout=20_000)
        application.close()
    finally:
        phone.leave()
    assert phone.failure


def test_a_port_that_is_taken_is_said_and_the_live_view_goes_on(
    qtbot: QtBot, application: Application
) -> None:
    failed: list[str] = []
    application.outputs.failed.connect(failed.append)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        application.outputs.begin(parse_output(f"page:{port}"))
        qtbot.waitUntil(lambda: bool(failed), timeout=20_000)
    assert str(port) in failed[0] and "choose another" in failed[0]
    assert not application.outputs.is_running("page")
    finished = application.engine.inference.finished
    qtbot.waitUntil(lambda: application.engine.inference.finished > finished, timeout=20_000)


def test_the_command_line_prints_the_address_and_says_what_failed(tmp_path: Path) -> None:
    environment = os.environ | {"FLASHDEPTH_CONFIG": str(tmp_path), "FLASHDEPTH_LOG": str(tmp_path)}
    command = [
        sys.executable, "main.py", "--a", "off", "--b", "off", "--output", "page",
        "--output", "camera:/dev/no-such-device",
    ]  # fmt: skip
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None and process.stderr is not None
            address = process.stdout.readline().strip()
            status, _, _ = asyncio.run(status_of(address))
            said = process.stderr.readline()
        finally:
            process.terminate()
        assert process.wait(30) == 0
    assert status == 200 and "/?k=" in address
    assert "/dev/no-such-device cannot be opened" in said
    log = "".join(path.read_text() for path in tmp_path.rglob("*.log"))
    assert log and address.partition("k=")[2] not in log
