"""The inspector's part about the source."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from widgets.inspector.source import Lock, SourceSection


@pytest.fixture
def section(qtbot: QtBot) -> SourceSection:
    made = SourceSection()
    qtbot.addWidget(made)
    made.show()
    return made


def words(section: SourceSection, name: str) -> QLabel:
    return next(lab for lab in section.findChildren(QLabel) if lab.accessibleName() == name)


def test_what_was_asked_stands_beside_what_comes(section: SourceSection) -> None:
    section.set_delivered("1920x1080 at 60 fps, MJPG", "1280x720 YUYV at 29.9 fps")
    asked, comes = words(section, "Requested"), words(section, "Delivered")
    assert asked.text() == "1920x1080 at 60 fps, MJPG"
    assert comes.text() == "1280x720 YUYV at 29.9 fps"
    assert asked.isVisible() and asked.y() == comes.y() and asked.x() < comes.x()
    section.set_delivered("", "")
    assert not asked.isVisible()


def test_a_lock_that_the_driver_lacks_is_grey_and_says_why(
    qtbot: QtBot, section: SourceSection
) -> None:
    section.set_locks(
        [Lock("exposure", "Exposure", False), Lock("focus", "Focus", False, "No such lock.")]
    )
    exposure, focus = section.findChildren(QCheckBox)
    assert exposure.isEnabled() and not focus.isEnabled()
    assert focus.toolTip().endswith("No such lock.")
    with qtbot.waitSignal(section.lock_changed) as caught:
        exposure.click()
    assert caught.args == ["exposure", True]
