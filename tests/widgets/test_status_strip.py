import dataclasses

import pytest
from pytestqt.qtbot import QtBot

from tests.support.pixels import grabbed, share_of
from widgets import theme
from widgets.status_strip import StatusReading, StatusStrip, parts_of

FULL = StatusReading(
    source="synthetic",
    source_size=(640, 480),
    network_size=(518, 392),
    fps=24.13,
    source_fps=30,
    latency_ms=41.2,
    stages=(("capture", 6.1), ("net", 29.0), ("display", 3.2), ("draw", 4.9)),
    dropped=0,
    device="CPU, 2 threads",
    memory_mb=612.4,
)


@pytest.fixture
def strip(qtbot: QtBot) -> StatusStrip:
    made = StatusStrip()
    qtbot.addWidget(made)
    made.resize(1280, 28)
    made.show_reading(FULL)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_wide_strip_says_everything(strip: StatusStrip) -> None:
    strip.resize(1920, 28)
    assert strip.texts() == [
        "synthetic 640×480 → 518×392",
        "24.1 of 30 fps",
        "41 ms (capture 6 · net 29 · display 3 · draw 5)",
        "0 skipped",
        "CPU, 2 threads",
        "612 MB",
    ]


def test_what_is_unknown_is_left_out(strip: StatusStrip) -> None:
    strip.show_reading(StatusReading(source_size=(640, 480)))
    assert strip.texts() == ["640×480"]


def test_a_narrow_strip_drops_the_split_before_the_numbers(strip: StatusStrip) -> None:
    strip.resize(500, 28)
    said = [text for text in strip.texts() if text]
    assert "41 ms" in said
    assert "0 skipped" in said
    strip.resize(400, 28)
    assert "24.1 fps" in strip.texts()
    strip.resize(260, 28)
    assert [t for t in strip.texts() if t][-1] == "0 skipped"


@pytest.mark.parametrize("width", [1920, 1280, 1024, 800, 600, 400])
def test_nothing_is_cut_at_usual_widths(strip: StatusStrip, width: int) -> None:
    strip.resize(width, 28)
    right = grabbed(strip)[:, width - theme.SPACE :]
    assert share_of(right, theme.COLOURS.surface) == 1.0


def test_skipped_frames_are_counted_and_are_no_warning(strip: StatusStrip) -> None:
    strip.resize(1920, 28)
    strip.show_reading(dataclasses.replace(FULL, dropped=7))
    assert "7 skipped" in strip.texts()
    assert share_of(grabbed(strip), theme.COLOURS.warn, 40) == 0.0


def test_a_warning_comes_first(strip: StatusStrip) -> None:
    strip.show_reading(dataclasses.replace(FULL, warning="Input size lowered to 280."))
    assert strip.texts()[0] == "Input size lowered to 280."


def test_the_tooltip_has_what_the_strip_had_no_room_for(strip: StatusStrip) -> None:
    strip.resize(300, 28)
    assert "capture 6 · net 29" in strip.toolTip()


def test_much_memory_is_told_in_gigabytes(strip: StatusStrip) -> None:
    strip.resize(1920, 28)
    strip.show_reading(dataclasses.replace(FULL, memory_mb=20480.0, gpu_memory_mb=900.0))
    assert strip.texts()[-1] == "20.0 GB · GPU 900 MB"


def test_a_running_recording_comes_first_and_in_red() -> None:
    part, *_ = parts_of(StatusReading(source="C920", recording="0:12 · 34 MB · 120 GB free"))
    assert part.full == "● Recording 0:12 · 34 MB · 120 GB free"
    assert part.short == "● 0:12 · 34 MB · 120 GB free"
    assert part.colour == theme.COLOURS.bad
