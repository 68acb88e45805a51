"""The application's own look, so that what is measured is what is shown, and a filled cloud."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.clouds import feed
from widgets import cloud_pane, theme
from widgets.cloud_pane import CloudPane
from widgets.gl_support import GLSupport, find_gl


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> None:
    if not qapp.styleSheet():
        theme.apply_theme(qapp)


@pytest.fixture(params=[True, False], ids=["painted", "in the window"])
def pane(
    qtbot: QtBot, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CloudPane]:
    reason = find_gl().missing
    if reason:
        pytest.skip(reason)
    monkeypatch.setattr(cloud_pane, "find_gl", partial(GLSupport, None, bool(request.param)))
    made = CloudPane()
    made.resize(400, 320)
    qtbot.addWidget(made)
    feed(made)
    made.show()
    qtbot.waitUntil(lambda: made.frames_painted == 1, timeout=5000)
    yield made
    made.close()
