import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from tests.support.finding import button
from tests.support.pixels import grabbed, share_of
from widgets import theme
from widgets.timeline import Timeline
from widgets.transport import Transport, clock

LEFT = Qt.MouseButton.LeftButton

BACK, FORWARD = "Step back one frame (,)", "Step forward one frame (.)"
LOOP = "Loop: restart at the end of the file (L)"


@pytest.fixture
def transport(qtbot: QtBot) -> Transport:
    made = Transport([("real-time", "Real time"), ("every-frame", "Every frame")])
    qtbot.addWidget(made)
    made.resize(900, 40)
    made.set_position(50, 250, 2.0, 10.0)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def line(qtbot: QtBot) -> Timeline:
    made = Timeline()
    qtbot.addWidget(made)
    made.resize(412, 24)
    made.set_position(0, 101)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_the_play_button_asks_for_what_is_not_so(qtbot: QtBot, transport: Transport) -> None:
    for playing, asks_to_pause in ((True, True), (False, False)):
        transport.set_playing(playing)
        with qtbot.waitSignal(transport.pause_toggled) as caught:
            qtbot.mouseClick(transport.play_button, LEFT)
        assert caught.args == [asks_to_pause]


def test_steps_go_both_ways(qtbot: QtBot, transport: Transport) -> None:
    steps: list[int] = []
    transport.step_requested.connect(steps.append)
    qtbot.mouseClick(button(transport, FORWARD), LEFT)
    qtbot.mouseClick(button(transport, BACK), LEFT)
    assert steps == [1, -1]


def test_a_live_source_has_no_time_line(transport: Transport) -> None:
    transport.set_position(1000, None, 40.0, None)
    hidden = [
        *(transport.findChild(kind) for kind in (Timeline, QComboBox)),
        button(transport, LOOP),
        button(transport, BACK),
    ]
    assert not any(widget.isVisible() for widget in hidden)
    assert transport.play_button.isVisible()
    transport.set_position(0, 250, 0.0, 10.0)
    assert all(widget.isVisible() for widget in hidden)


def test_showing_values_emits_nothing(qtbot: QtBot, transport: Transport) -> None:
    with (
        qtbot.assertNotEmitted(transport.loop_toggled),
        qtbot.assertNotEmitted(transport.pacing_changed),
        qtbot.assertNotEmitted(transport.seek_requested),
    ):
        transport.set_loop(True)
        transport.set_pacing("every-frame")
        transport.set_position(99, 250, 4.0, 10.0)


def test_an_unknown_pacing_is_refused(transport: Transport) -> None:
    with pytest.raises(ValueError, match="real-time"):
        transport.set_pacing("warp")


def test_clicking_the_line_seeks_to_the_frame_there(qtbot: QtBot, line: Timeline) -> None:
    with qtbot.waitSignal(line.seek_requested) as caught:
        qtbot.mouseClick(line, LEFT, pos=QPoint(round(line.x_of(75)), 12))
    assert caught.args == [75]


def test_dragging_seeks_along_and_playback_does_not_pull_the_knob_away(
    qtbot: QtBot, line: Timeline
) -> None:
    sought: list[int] = []
    line.seek_requested.connect(sought.append)
    qtbot.mousePress(line, LEFT, pos=QPoint(round(line.x_of(20)), 12))
    line.set_position(3, 101)
    assert line.index == 20
    qtbot.mouseMove(line, QPoint(round(line.x_of(40)), 12))
    qtbot.mouseMove(line, QPoint(4000, 12))
    qtbot.mouseRelease(line, LEFT, pos=QPoint(4000, 12))
    assert sought == [20, 40, 100]
    line.set_position(3, 101)
    assert line.index == 3


def test_every_frame_has_a_place_that_leads_back_to_it(line: Timeline) -> None:
    assert [line.index_at(line.x_of(i)) for i in range(101)] == list(range(101))


def test_marks_are_drawn_in_the_colour_of_their_kind(line: Timeline) -> None:
    for kind, colour in (("reset", theme.COLOURS.warn), ("gap", theme.COLOURS.bad)):
        line.set_marks([(50, kind)])
        assert share_of(grabbed(line), colour) > 0.0005
    with pytest.raises(ValueError, match="mark"):
        line.set_marks([(1, "hole")])


def test_an_empty_file_does_not_seek(qtbot: QtBot, line: Timeline) -> None:
    line.set_position(0, 0)
    with qtbot.assertNotEmitted(line.seek_requested):
        qtbot.mouseClick(line, LEFT, pos=QPoint(200, 12))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.0"), (2.64, "0:02.6"), (59.96, "1:00.0"), (3723.4, "1:02:03.4"), (-1, "0:00.0")],
)
def test_times_read_as_on_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
