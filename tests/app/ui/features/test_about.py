"""Help, About: what it must name, and that it asks no network for it."""

from __future__ import annotations

import socket

import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.system.version import version
from app.ui.features.about import AboutController, pages
from widgets.about import AboutBox


def test_the_box_names_version_licence_paper_model_and_credits(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise AssertionError("the about box asks the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    box = AboutBox("About", pages())
    qtbot.addWidget(box)
    text = box.text()
    for words in (
        f"Version {version()}",
        "Apache-2.0",
        "GPL-3.0",
        "ICCV 2025",
        "FlashDepth-lite",
        "ImageNet",
        "Depth Anything V2 Small",
    ):
        assert words in text


def test_the_box_is_made_once_and_gone_when_it_is_closed(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    controller = AboutController(window)
    controller.show()
    controller.show()
    (box,) = window.findChildren(AboutBox)
    box.reject()
    qtbot.waitUntil(lambda: not window.findChildren(AboutBox))
    controller.show()
    assert len(window.findChildren(AboutBox)) == 1
