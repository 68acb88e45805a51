import pytest
from PyQt6.QtWidgets import QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from widgets.tabs import Tab, Tabs
from widgets.tool_row import ToolRow


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
    width = made.minimumSizeHint().width()
    made.resize(width + tools["goes last"].sizeHint().width() + 8, 40)
    assert shown(tools) == ["stays", "goes last"]
    made.resize(width, 40)
    assert shown(tools) == ["stays"]
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
