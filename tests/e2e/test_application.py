"""How a window is put together: what a change of a setting touches, and how everything closes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.ui.application import Application
from app.ui.display import Display
from app.ui.features.feature import FeatureController
from app.ui.features.sound import SoundController
from tests.support.windows import Start
from widgets.inspector.rows import Row

SMALL = {"source_width": 160, "source_height": 120, "panes": ("rgb", "depth_a"), "model_b": "off"}


class _Touched:
    """Counts what is drawn again, written again in the inspector, or changed in a menu."""

    def __init__(self, application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
        self.panes = 0
        self.rows: list[str] = []
        self.actions: list[str] = []
        show = Display.show

        def shown(display: Display, result: Any) -> None:
            self.panes += 1
            show(display, result)

        monkeypatch.setattr(Display, "show", shown)
        for section in application.window.inspector.sections:
            for key in section.keys:
                self._watch(section.row(key), key, monkeypatch)
        for row in application.actions.table:
            action = application.actions[row.id]
            action.changed.connect(lambda name=row.id: self.actions.append(name))

    def _watch(self, row: Row, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        show_value = row.show_value

        def shown(value: object) -> None:
            self.rows.append(key)
            show_value(value)

        monkeypatch.setattr(row, "show_value", shown)


@pytest.fixture
def paused(
    start_application: Start, wait_until_shown: Callable[[Application], None], qtbot: QtBot
) -> Application:
    """A window with a picture, in which nothing moves."""
    application = start_application(**SMALL)
    wait_until_shown(application)
    application.controller.set_paused(True)
    qtbot.waitUntil(lambda: not application.engine.capture.status.playing, timeout=5_000)

    def has_arrived() -> bool:
        last = application.display.last
        assert last is not None
        is_settled = last.analysis is None or last.analysis.is_settled
        return is_settled and last.frame.index == application.engine.capture.status.position

    qtbot.waitUntil(has_arrived, timeout=20_000)
    return application


def test_a_volume_tick_touches_neither_pictures_nor_menus_nor_other_rows(
    paused: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched = _Touched(paused, monkeypatch)
    paused.controller.set("sound_volume", 0.6)
    assert (touched.panes, touched.rows, touched.actions) == (0, ["sound_volume"], [])


def test_a_change_of_the_built_in_scene_is_seen_while_paused_and_breaks_nothing(
    paused: Application, qtbot: QtBot
) -> None:
    assert paused.display.last is not None
    before, source = paused.display.last.frame, paused.engine.capture.source
    assert not paused.window.inspector.scene.isHidden()
    paused.controller.change("scene_wall", "mirror")

    def is_seen() -> bool:
        last = paused.display.last
        return last is not None and not np.array_equal(last.frame.rgb, before.rgb)

    qtbot.waitUntil(is_seen, timeout=20_000)
    after = paused.display.last.frame
    assert (after.index, after.segment, after.shot) == (before.index, before.segment, before.shot)
    assert paused.engine.capture.source is source
    paused.controller.open_source("synthetic:3")
    assert paused.window.inspector.scene.isHidden()


def test_another_colour_map_draws_once_and_moves_one_tick(
    paused: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched = _Touched(paused, monkeypatch)
    paused.controller.set("colormap", "grey")
    assert (touched.panes, touched.rows) == (1, ["colormap"])
    assert sorted(touched.actions) == ["view.colormap.grey", "view.colormap.spectral"]


def test_a_feature_that_fails_to_close_keeps_no_other_from_closing(
    start_application: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    for kind in FeatureController.__subclasses__():
        monkeypatch.setattr(kind, "close", _noting(kind, closed))
    application = start_application(**SMALL)
    with pytest.raises(RuntimeError, match="SoundController does not close"):
        application.close()
    assert closed == [type(feature).__name__ for feature in reversed(application.features)]
    assert not application.window.isVisible()
    assert application.settings_path.exists()


def _noting(
    kind: type[FeatureController], closed: list[str]
) -> Callable[[FeatureController], None]:
    """The kind's own close, noted down, and failing where that is the sound's."""
    close = kind.close

    def noted(feature: FeatureController) -> None:
        closed.append(kind.__name__)
        close(feature)
        if kind is SoundController:
            raise RuntimeError("SoundController does not close")

    return noted
