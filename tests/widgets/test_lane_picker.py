import pytest
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from tests.support.finding import button
from tests.support.pixels import grabbed, part
from widgets import theme
from widgets.controls import ElidedCombo
from widgets.lane_picker import LaneChoice, LanePicker

LEFT = Qt.MouseButton.LeftButton
CHOICES = (
    LaneChoice("flashdepth-lite", "FlashDepth-lite", "The bundled one.", "preliminary"),
    LaneChoice("flashdepth", "FlashDepth", "The full one.", missing="Get it with models pull."),
    LaneChoice("off", "Off", "Nothing.", can_smooth=False),
)


@pytest.fixture
def picker(qtbot: QtBot) -> LanePicker:
    made = LanePicker("a")
    qtbot.addWidget(made)
    made.set_entries(CHOICES)
    made.set_current("flashdepth-lite")
    made.show()
    qtbot.waitExposed(made)
    return made


def menu_of(picker: LanePicker) -> ElidedCombo:
    menu = picker.findChild(ElidedCombo)
    assert menu is not None
    return menu


def ema_of(picker: LanePicker) -> QAbstractButton:
    return button(picker, "EMA")


def choose(picker: LanePicker, at: int) -> None:
    menu_of(picker).setCurrentIndex(at)
    menu_of(picker).activated.emit(at)


def test_the_users_choice_is_told_by_name(qtbot: QtBot, picker: LanePicker) -> None:
    with qtbot.waitSignal(picker.chosen) as caught:
        choose(picker, 2)
    assert caught.args == ["off"]


def test_showing_a_model_or_choosing_it_again_tells_nothing(
    qtbot: QtBot, picker: LanePicker
) -> None:
    with qtbot.assertNotEmitted(picker.chosen):
        picker.set_current("off")
        choose(picker, 2)


def test_smoothing_is_part_of_the_name(qtbot: QtBot, picker: LanePicker) -> None:
    names: list[str] = []
    picker.chosen.connect(names.append)
    qtbot.mouseClick(ema_of(picker), LEFT)
    choose(picker, 1)
    qtbot.mouseClick(ema_of(picker), LEFT)
    assert names == ["flashdepth-lite+ema", "flashdepth+ema", "flashdepth"]


def test_smoothing_is_greyed_where_it_makes_no_sense(picker: LanePicker) -> None:
    picker.set_current("off")
    assert not ema_of(picker).isEnabled()
    picker.set_current("flashdepth-lite+ema")
    assert ema_of(picker).isEnabled()
    assert ema_of(picker).isChecked()


def test_what_is_missing_is_grey_says_why_and_can_be_chosen(
    qtbot: QtBot, picker: LanePicker
) -> None:
    menu = menu_of(picker)
    assert menu.itemData(1, Qt.ItemDataRole.ForegroundRole) == QColor(theme.COLOURS.quiet)
    assert "models pull" in menu.itemData(1, Qt.ItemDataRole.ToolTipRole)
    with qtbot.waitSignal(picker.chosen):
        choose(picker, 1)
    assert "models pull" in menu_of(picker).toolTip()


def test_what_is_missing_is_drawn_fainter_in_the_open_menu(
    qtbot: QtBot, picker: LanePicker
) -> None:
    menu_of(picker).showPopup()
    view, model = menu_of(picker).view(), menu_of(picker).model()
    assert view is not None and model is not None
    qtbot.waitUntil(view.isVisible)
    pixels = grabbed(view.viewport() or view)
    rows = [QRectF(view.visualRect(model.index(at, 0))) for at in range(3)]
    brightest = [int(part(pixels, row).max()) for row in rows]
    menu_of(picker).hidePopup()
    assert brightest[1] < 0.8 * min(brightest[0], brightest[2])


def test_the_note_stands_beside_the_title(picker: LanePicker) -> None:
    assert "preliminary" in menu_of(picker).itemText(0)
    assert menu_of(picker).label == "FlashDepth-lite"


def test_filling_the_menu_again_keeps_the_choice(picker: LanePicker) -> None:
    picker.set_entries(CHOICES[::-1])
    assert picker.current == "flashdepth-lite"
    assert "FlashDepth-lite" in menu_of(picker).currentText()


def test_a_model_that_is_not_listed_shows_as_none(picker: LanePicker) -> None:
    picker.set_current("ground-truth")
    assert menu_of(picker).currentIndex() == -1


def test_a_long_title_is_shortened_rather_than_cut(picker: LanePicker) -> None:
    title = "A model with a title of very many words"
    picker.set_entries([LaneChoice("long", title)])
    picker.set_current("long")
    picker.resize(picker.minimumSizeHint())
    short = grabbed(menu_of(picker))
    picker.set_entries([LaneChoice("long", title.replace("very many", "so many other"))])
    assert (short == grabbed(menu_of(picker))).all()


def test_a_picker_wants_the_room_its_models_name_takes(qtbot: QtBot) -> None:
    picker = LanePicker("a")
    qtbot.addWidget(picker)
    picker.set_entries([LaneChoice("s", "Small"), LaneChoice("l", "A name that takes some room")])
    picker.set_current("s")
    narrow = picker.sizeHint().width()
    picker.set_current("l")
    assert picker.sizeHint().width() > narrow
    picker.resize(picker.sizeHint())
    picker.show()
    combo = picker.findChild(ElidedCombo)
    assert combo is not None
    assert combo.width() >= combo.natural_width()


def test_the_switch_for_smoothing_gives_way_to_the_name_unless_it_is_on(
    qtbot: QtBot, picker: LanePicker
) -> None:
    whole = picker.sizeHint()
    picker.resize(whole)
    qtbot.waitUntil(ema_of(picker).isVisible, timeout=5_000)
    picker.resize(whole.width() - 10, whole.height())
    qtbot.waitUntil(lambda: not ema_of(picker).isVisible(), timeout=5_000)
    picker.set_current("flashdepth-lite+ema")
    assert ema_of(picker).isVisible()
