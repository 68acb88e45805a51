import pytest
from PyQt6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from tests.support.finding import button
from widgets import theme
from widgets.foot import Foot
from widgets.plain import Label
from widgets.status_strip import StatusReading, StatusStrip
from widgets.timeline import Timeline
from widgets.transport import Transport

NUMBERS = StatusReading(
    "clip.mp4", (1280, 720), (320, 192), 3.1, 25.0, 408.0, dropped=173, device="CPU", memory_mb=681
)
BACK, FORWARD = "Step back one frame (,)", "Step forward one frame (.)"


@pytest.fixture
def transport() -> Transport:
    made = Transport([("real-time", "Real time"), ("every-frame", "Every frame")])
    made.set_position(1200, 2000, 48.0, 80.0)
    return made


@pytest.fixture
def foot(qtbot: QtBot, transport: Transport) -> Foot:
    status = StatusStrip()
    status.show_reading(NUMBERS)
    made = Foot(status, transport)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def is_told(foot: Foot, text: str) -> bool:
    status = foot.findChild(StatusStrip)
    assert status is not None
    return text in status.texts()


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_neither_is_cut_and_both_are_usable(
    foot: Foot, transport: Transport, width: int, scale: float
) -> None:
    theme.set_type_scale(foot, scale)
    foot.resize(width, 40)
    line, pacing = transport.findChild(Timeline), transport.findChild(QComboBox)
    assert line is not None
    assert pacing is not None
    assert is_told(foot, "1280×720 → 320×192") or is_told(foot, "clip.mp4 1280×720 → 320×192")
    assert line.width() >= line.minimumSizeHint().width()
    assert pacing.width() >= pacing.sizeHint().width()
    assert transport.rect().contains(pacing.geometry())
    assert transport.width() >= transport.minimumSizeHint().width()


def test_the_frames_number_goes_before_the_buttons_and_all_come_back(
    foot: Foot, transport: Transport
) -> None:
    back, forward = button(transport, BACK), button(transport, FORWARD)
    number = next(label for label in transport.findChildren(Label) if "/" in label.text())
    seen: list[tuple[bool, bool, bool]] = []
    for width in (*range(1400, 400, -20), 1400):
        foot.resize(width, 40)
        state = ("frame" in number.text(), back.isVisible(), forward.isVisible())
        seen += [] if seen[-1:] == [state] else [state]
    assert seen == [
        (True, True, True), (False, True, True), (False, False, True), (False, False, False),
        (True, True, True),
    ]  # fmt: skip


def test_an_audience_reads_the_words_where_there_is_no_room_for_a_timeline(
    qtbot: QtBot, foot: Foot, transport: Transport
) -> None:
    line = transport.findChild(Timeline)
    assert line is not None
    theme.set_type_scale(foot, 2.25)
    transport.set_compact(True)
    foot.resize(1920, 60)
    qtbot.waitUntil(line.isVisible)
    foot.resize(900, 60)
    assert not line.isVisible()
    assert transport.width() < 450


def test_a_wide_row_has_a_long_timeline(foot: Foot, transport: Transport) -> None:
    foot.resize(1920, 40)
    line = transport.findChild(Timeline)
    assert line is not None
    assert line.width() > 500


def test_an_audience_has_more_of_the_row_for_the_words(
    qtbot: QtBot, foot: Foot, transport: Transport
) -> None:
    foot.resize(1280, 40)
    before = transport.width()
    transport.set_compact(True)
    qtbot.waitUntil(lambda: transport.width() < before)
    transport.set_position(5, None, 0.2, None)
    qtbot.waitUntil(lambda: transport.width() < 1280 // 4)
