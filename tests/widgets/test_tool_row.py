import pytest
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from widgets.tabs import Tab, Tabs
from widgets.tool_row import ToolRow
from widgets.view_switch import SwitchEntry, ViewSwitch


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


@pytest.fixture
def row(qtbot: QtBot, window: QWidget) -> tuple[ToolRow, dict[str, QPushButton]]:
    made = ToolRow(window)
    tools = {}
    for name, rank in (("stays", 0), ("goes last", 1), ("goes first", 2)):
        tools[name] = QPushButton(name)
        made.add(tools[name], rank)
    made.resize(800, 40)
    window.show()
    qtbot.waitExposed(window)
    return made, tools


def shown(tools: dict[str, QPushButton]) -> list[str]:
    return [name for name, tool in tools.items() if tool.isVisible()]


def test_what_does_not_fit_goes_in_the_order_of_need(
    row: tuple[ToolRow, dict[str, QPushButton]],
) -> None:
    made, tools = row
    assert shown(tools) == list(tools)
    assert not made.more.isVisible()
    width = made.minimumSizeHint().width()
    made.resize(width + tools["goes last"].sizeHint().width() + 8, 40)
    assert shown(tools) == ["stays", "goes last"]
    assert made.more.isVisible()
    made.resize(width, 40)
    assert shown(tools) == ["stays"]
    assert made.rect().contains(made.more.geometry())
    assert tools["stays"].width() >= tools["stays"].sizeHint().width()
    made.resize(800, 40)
    assert shown(tools) == list(tools)


def test_what_is_not_wanted_takes_no_room(row: tuple[ToolRow, dict[str, QPushButton]]) -> None:
    made, tools = row
    made.set_wanted(tools["goes last"], False)
    assert shown(tools) == ["stays", "goes first"]
    made.resize(790, 40)
    assert shown(tools) == ["stays", "goes first"]
    made.set_wanted(tools["goes last"], True)
    assert shown(tools) == list(tools)


def lines_of(made: ToolRow) -> list[QAction]:
    """What the menu at the end lists when it opens."""
    menu = made.more.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    return [action for action in menu.actions() if not action.isSeparator()]


def test_a_button_that_is_left_out_is_pressed_in_the_menu_at_the_end(
    qtbot: QtBot, window: QWidget
) -> None:
    made, first, second = ToolRow(window), QToolButton(), QToolButton()
    for button, name in ((first, "Memory (M)"), (second, "Reset & more")):
        button.setText(name)
        button.setAccessibleName(name)
        button.setCheckable(button is first)
        made.add(button, 1)
    pressed: list[bool] = []
    first.clicked.connect(pressed.append)
    second.setEnabled(False)
    made.resize(made.minimumSizeHint().width(), 40)
    window.show()
    qtbot.waitExposed(window)

    assert made.left_out() == (first, second)
    memory, reset = lines_of(made)
    assert (memory.text(), memory.isChecked(), reset.isEnabled()) == ("Memory (M)", False, False)
    memory.trigger()
    assert pressed == [True]
    assert first.isChecked()
    assert lines_of(made)[0].isChecked()
    made.set_wanted(second, False)
    assert [line.text() for line in lines_of(made)] == ["Memory (M)"]


VIEWS = [
    SwitchEntry(name, name, name.title())
    for name in ("side", "wipe", "blink", "difference", "flicker", "xt", "stereo", "inside")
]


def test_a_row_of_views_without_room_is_one_button_with_a_menu(
    qtbot: QtBot, window: QWidget
) -> None:
    made, views = ToolRow(window), ViewSwitch(VIEWS)
    made.add(views, 1)
    made.add(views.folded, stands_for=views)
    made.resize(800, 40)
    window.show()
    qtbot.waitExposed(window)
    assert (views.isVisible(), views.folded.isVisible()) == (True, False)
    made.resize(made.minimumSizeHint().width() - 8, 40)
    assert (views.isVisible(), views.folded.isVisible()) == (False, True)
    assert made.left_out() == ()
    made.set_wanted(views, False)
    assert (views.isVisible(), views.folded.isVisible()) == (False, False)


def test_the_menu_of_views_ticks_and_names_like_the_buttons(qtbot: QtBot) -> None:
    views = ViewSwitch(VIEWS)
    for widget in (views, views.folded):
        qtbot.addWidget(widget)
    chosen: list[str] = []
    views.chosen.connect(chosen.append)
    views.set_current("wipe")
    menu = views.folded.menu()
    assert menu is not None
    side, wipe = menu.actions()[:2]
    assert (side.isChecked(), wipe.isChecked()) == (False, True)
    side.trigger()
    wipe.trigger()
    assert chosen == ["side", "wipe"]
    assert wipe.isChecked()


def test_a_press_on_the_current_view_leaves_its_button_down(qtbot: QtBot) -> None:
    views = ViewSwitch(VIEWS)
    qtbot.addWidget(views)
    qtbot.addWidget(views.folded)
    views.set_current("wipe")
    button = views.findChild(QToolButton, "wipe")
    assert button is not None
    button.click()
    assert views.current == "wipe"


def test_one_tab_is_down_and_a_press_names_it(qtbot: QtBot) -> None:
    tabs = Tabs([Tab("one", "One", "first"), Tab("two", "Two", "second")])
    qtbot.addWidget(tabs)
    tabs.set_current("one")
    assert tabs.current == "one"
    told: list[str] = []
    tabs.chosen.connect(told.append)
    for button in tabs.findChildren(QToolButton):
        button.click()
    assert told == ["one", "two"]
    with pytest.raises(KeyError):
        tabs.set_current("three")
