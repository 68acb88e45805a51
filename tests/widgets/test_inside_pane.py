"""The pane of a lane's inside: its chooser, what it lacks, and the line below its picture."""

import dataclasses

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.support.pixels import grabbed
from widgets.controls import ElidedCombo
from widgets.inside_pane import InsidePane
from widgets.linked_view import LinkedView
from widgets.pane_content import Nothing, PaneContent, Scale

TITLES = {"tokens": "Tokens", "attention": "Attention", "gate": "Memory: hold gate"}
TABLE = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)


@pytest.fixture
def pane(qtbot: QtBot) -> InsidePane:
    made = InsidePane("a", LinkedView())
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.offer(TITLES, {"tokens": "colours are directions"})
    made.show()
    qtbot.waitExposed(made)
    return made


def chooser(pane: InsidePane) -> ElidedCombo:
    found = pane.findChild(ElidedCombo)
    assert found is not None
    return found


def content(footnote: str = "") -> PaneContent:
    levels = np.full((120, 200), 200, np.uint8)
    return PaneContent(levels, TABLE, None, title="Net", footnote=footnote)


def test_the_users_choice_is_told_by_its_key_and_shown(qtbot: QtBot, pane: InsidePane) -> None:
    with qtbot.waitSignal(pane.chosen) as caught:
        chooser(pane).activated.emit(2)
    assert caught.args == ["gate"]
    assert chooser(pane).label == "Memory: hold gate"
    with qtbot.assertNotEmitted(pane.chosen):
        pane.choose("tokens")
    assert chooser(pane).label == "Tokens"


def test_what_a_network_lacks_is_grey_with_the_reason_until_another_has_it(
    pane: InsidePane,
) -> None:
    pane.grey_out({"attention": "It has no attention."})
    assert pane.choices == {"tokens": "", "attention": "It has no attention.", "gate": ""}
    pane.grey_out({})
    assert not any(pane.choices.values())


def test_the_line_below_the_picture_comes_and_goes_with_it(pane: InsidePane) -> None:
    pane.show_content(content())
    plain = grabbed(pane)
    pane.show_content(content("attention is not explanation"))
    noted = grabbed(pane)
    changed = np.argwhere((plain != noted).any(-1))
    assert len(changed) > 200
    assert changed[:, 0].min() > plain.shape[0] * 0.8
    pane.show_content(Nothing("There is none."))
    assert pane.placeholder == "There is none."
    pane.show_content(content())
    assert np.array_equal(grabbed(pane), plain)


def test_the_line_gives_way_to_a_scale_below(pane: InsidePane) -> None:
    pane.resize(300, 220)
    scaled = dataclasses.replace(content(), scale=Scale(0.0, 1.0, "norm", "untouched", "corrected"))
    pane.show_content(scaled)
    plain = grabbed(pane)
    pane.show_content(dataclasses.replace(scaled, footnote="a large one need not be a good one"))
    changed = np.argwhere((plain != grabbed(pane)).any(-1))
    scale = pane.scale_rect()
    assert scale.top() > pane.visible_rect().center().y()
    assert changed[:, 0].max() < scale.top()


def test_an_audience_sees_no_chooser(pane: InsidePane) -> None:
    pane.show_content(content())
    assert chooser(pane).isVisible()
    pane.set_plain(True)
    assert not chooser(pane).isVisible()
