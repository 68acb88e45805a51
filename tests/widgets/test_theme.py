import re
from pathlib import Path

import pytest
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QIcon
from PyQt6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from widgets import theme
from widgets.colours import DARK, LIGHT, SCHEMES, Colours

ICONS = sorted(path.stem for path in theme.resource_path("icons").glob("*.svg"))


def luminance(colour: str) -> float:
    c = QColor(colour)
    linear = [
        v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4
        for v in (c.redF(), c.greenF(), c.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("background", "surface", "raised", "hover")
TEXTS = ("text", "quiet", "lane_a", "lane_b", "good", "warn", "bad")
schemes = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)


@schemes
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_is_readable_on_every_ground(scheme: Colours, ground: str) -> None:
    for colour in TEXTS:
        assert contrast(getattr(scheme, colour), getattr(scheme, ground)) >= 4.5, colour


@schemes
def test_words_on_the_patches_of_lanes_and_pins_and_on_buttons_are_readable(
    scheme: Colours,
) -> None:
    for patch in ("lane_a", "lane_b", "pin_1", "pin_2", "pin_3", "pin_4", "text", "quiet"):
        assert contrast(scheme.background, getattr(scheme, patch)) >= 4.5, patch


@schemes
@pytest.mark.parametrize("ground", GROUNDS)
def test_controls_and_the_mark_of_the_keyboard_stand_out(scheme: Colours, ground: str) -> None:
    for colour in ("outline", "focus", "pin_1", "pin_2", "pin_3", "pin_4"):
        assert contrast(getattr(scheme, colour), getattr(scheme, ground)) >= 3.0, colour


@schemes
def test_the_marks_of_the_style_sheet_stand_out(scheme: Colours) -> None:
    for path in theme.resource_path("style").glob("*.svg"):
        for colour in re.findall("#[0-9a-f]{6}", path.read_text(encoding="utf-8")):
            for ground in ("raised", "hover"):
                assert contrast(colour, getattr(scheme, ground)) >= 3.0, path.name


def test_the_style_sheet_uses_faint_for_what_is_disabled_alone() -> None:
    for rule in theme.style_sheet().split("}"):
        if theme.COLOURS.faint in rule:
            assert "disabled" in rule or "chunk" in rule, rule


def test_icons_and_the_style_sheet_follow_the_scheme(qapp: QApplication) -> None:
    made = theme.icon("play")
    dark, sheet = made.pixmap(24, 24).toImage(), theme.style_sheet()
    theme.COLOURS.use(LIGHT)
    try:
        assert made.pixmap(24, 24).toImage() != dark
        assert theme.style_sheet() != sheet
        assert theme.style_sheet(1.5) != theme.style_sheet()
    finally:
        theme.COLOURS.use(DARK)


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_draws_in_the_colour_asked_for(qapp: QApplication, name: str) -> None:
    image = theme.icon(name, "#ff0000").pixmap(24, 24).toImage()
    drawn = [
        image.pixelColor(x, y)
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    ]
    assert len(drawn) > 10
    assert all((c.red(), c.green(), c.blue()) == (255, 0, 0) for c in drawn)


def test_a_disabled_icon_is_greyed(qapp: QApplication) -> None:
    made = theme.icon("play")
    normal = made.pixmap(24, 24, QIcon.Mode.Normal).toImage()
    assert made.pixmap(24, 24, QIcon.Mode.Disabled).toImage() != normal


def test_an_icon_that_is_not_there_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        theme.icon("unicorn")


def test_every_icon_named_in_the_code_exists() -> None:
    folder = Path(theme.__file__).parent
    code = "\n".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py"))
    named = re.findall(r'(?:icon|tool_button)\(\s*"([a-z-]+)"', code)
    assert named
    assert set(named) <= set(ICONS)


def test_the_style_sheet_has_no_gap_and_names_files_that_exist() -> None:
    sheet = theme.style_sheet()
    assert "$" not in sheet
    files = re.findall(r'url\("([^"]+)"\)', sheet)
    assert files
    assert all(Path(name).is_file() for name in files)


def test_presenter_type_is_larger_and_can_be_taken_back(qtbot: QtBot) -> None:
    panel = QWidget()
    qtbot.addWidget(panel)
    label = QLabel("24.1 fps", panel)
    sizes = []
    for scale in (1.0, theme.PRESENTER_SCALE, 1.0):
        theme.set_type_scale(panel, scale)
        label.ensurePolished()
        sizes.append(label.sizeHint().height())
    assert sizes[1] > 1.3 * sizes[0]
    assert sizes[2] == sizes[0]


def test_digits_are_equally_wide(qapp: QApplication) -> None:
    metrics = QFontMetricsF(theme.numbers_font(QFont(qapp.font())))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_lanes_have_colours_and_nothing_else_does() -> None:
    assert theme.lane_colour("a") == QColor(theme.COLOURS.lane_a)
    assert theme.lane_colour("b") == QColor(theme.COLOURS.lane_b)
    with pytest.raises(KeyError):
        theme.lane_colour("c")
