from functools import partial
from pathlib import Path

import pytest
from PyQt6.QtCore import QPoint, Qt, QTimer
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QFileDialog, QInputDialog, QMenu
from pytestqt.qtbot import QtBot

from widgets.region_picker import RegionPicker
from widgets.source_menu import SourceMenu

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def menu(qtbot: QtBot) -> SourceMenu:
    made = SourceMenu()
    qtbot.addWidget(made)
    made.set_choices([("synthetic", "Built-in scene", "Rendered", "scene")])
    made.show()
    qtbot.waitExposed(made)
    return made


def action(menu: QMenu, text: str) -> QAction:
    found = [a for a in menu.actions() if a.text() == text]
    assert found, f"no {text!r} among {[a.text() for a in menu.actions()]}"
    return found[0]


def test_the_built_in_scene_is_one_choice_away(qtbot: QtBot, menu: SourceMenu) -> None:
    with qtbot.waitSignal(menu.chosen) as caught:
        action(menu.source_menu, "Built-in scene").trigger()
    assert caught.args == ["synthetic"]


def test_sources_that_need_no_dialog_stand_first_in_the_menu(menu: SourceMenu) -> None:
    first, second = menu.source_menu.actions()[:2]
    assert (first.text(), first.data()) == ("Built-in scene", "synthetic")
    assert second.isSeparator()


def test_cameras_are_not_asked_for_before_their_menu_opens(qtbot: QtBot, menu: SourceMenu) -> None:
    with qtbot.assertNotEmitted(menu.cameras_requested):
        menu.source_menu.aboutToShow.emit()
    cameras = action(menu.source_menu, "Camera").menu()
    assert cameras is not None
    with qtbot.waitSignal(menu.cameras_requested):
        cameras.aboutToShow.emit()
    assert [a.text() for a in cameras.actions()] == ["Looking for cameras…"]


def test_a_camera_is_chosen_by_its_spec(qtbot: QtBot, menu: SourceMenu) -> None:
    menu.set_cameras([("camera:0", "Desk & room"), ("camera:hdmi", "HDMI grabber")])
    cameras = action(menu.source_menu, "Camera").menu()
    assert cameras is not None
    with qtbot.waitSignal(menu.chosen) as caught:
        action(cameras, "Desk && room").trigger()
    assert caught.args == ["camera:0"]


def test_no_camera_is_said_in_words(menu: SourceMenu) -> None:
    menu.set_cameras([("camera:0", "Desk")])
    menu.set_cameras([])
    cameras = action(menu.source_menu, "Camera").menu()
    assert cameras is not None
    assert [(a.text(), a.isEnabled()) for a in cameras.actions()] == [("No camera found", False)]


def test_another_programs_window_is_chosen_by_its_title(qtbot: QtBot, menu: SourceMenu) -> None:
    windows = action(menu.source_menu, "Capture window").menu()
    assert windows is not None
    with qtbot.waitSignal(menu.windows_requested):
        windows.aboutToShow.emit()
    assert [a.text() for a in windows.actions()] == ["Looking for windows…"]
    menu.set_windows(["Slides", "Browser " * 20])
    assert len(windows.actions()[1].text()) == 60
    with qtbot.waitSignal(menu.chosen) as caught:
        action(windows, "Slides").trigger()
    assert caught.args == ["window:Slides"]
    menu.set_windows([], "Wayland does not let programs read the screen.")
    assert [(a.text(), a.isEnabled()) for a in windows.actions()] == [
        ("Wayland does not let programs read the screen.", False)
    ]


def test_a_click_chooses_although_the_list_came_again_under_the_pointer(
    qtbot: QtBot, menu: SourceMenu
) -> None:
    windows = action(menu.source_menu, "Capture window").menu()
    assert windows is not None
    menu.set_windows(["Slides", "Browser"])
    windows.popup(menu.mapToGlobal(menu.rect().bottomLeft()))
    qtbot.waitExposed(windows)
    spot = windows.actionGeometry(action(windows, "Slides")).center()
    for titles in (["Slides", "Browser"], ["Slides", "Browser", "Mail"]):
        menu.set_windows(titles)
        assert windows.actionAt(spot) is action(windows, "Slides")
    with qtbot.waitSignal(menu.chosen) as caught:
        qtbot.mouseClick(windows, LEFT, pos=spot)
    assert caught.args == ["window:Slides"]


def test_a_choice_is_made_while_the_button_runs_its_menu(qtbot: QtBot, menu: SourceMenu) -> None:
    chosen: list[str] = []
    menu.chosen.connect(chosen.append)

    def choose() -> None:
        scene = action(menu.source_menu, "Built-in scene")
        spot = menu.source_menu.actionGeometry(scene).center()
        qtbot.mouseClick(menu.source_menu, LEFT, pos=spot)

    menu.source_menu.aboutToShow.connect(partial(QTimer.singleShot, 0, choose))
    qtbot.mouseClick(menu, LEFT)  # returns when the menu is closed
    assert chosen == ["synthetic"]


def test_recents_are_replaced_not_added_up(qtbot: QtBot, menu: SourceMenu) -> None:
    before = len(menu.source_menu.actions())
    for _ in range(3):
        menu.set_recents([("clips/bikes.mp4", "bikes.mp4", "")])
    assert len(menu.source_menu.actions()) == before + 2
    with qtbot.waitSignal(menu.chosen) as caught:
        action(menu.source_menu, "bikes.mp4").trigger()
    assert caught.args == ["clips/bikes.mp4"]
    menu.set_recents([])
    assert len(menu.source_menu.actions()) == before


def test_a_size_is_asked_for_and_ticked(qtbot: QtBot, menu: SourceMenu) -> None:
    sizes = action(menu.source_menu, "Camera resolution").menu()
    assert sizes is not None
    with qtbot.waitSignal(menu.size_chosen) as caught:
        action(sizes, "1920×1080").trigger()
    assert caught.args == [1920, 1080]
    assert [a.text() for a in sizes.actions() if a.isChecked()] == ["1920×1080"]


def test_a_rate_and_a_pixel_format_are_asked_for_and_ticked(qtbot: QtBot, menu: SourceMenu) -> None:
    menu.set_camera_choices((30.0, 60.0), ("MJPG", "YUYV"))
    rates = action(menu.source_menu, "Camera frame rate").menu()
    formats = action(menu.source_menu, "Camera pixel format").menu()
    assert rates is not None and formats is not None
    with qtbot.waitSignal(menu.rate_chosen) as caught:
        action(rates, "60 fps").trigger()
    assert caught.args == [60.0]
    with qtbot.waitSignal(menu.pixel_format_chosen) as caught:
        action(formats, "YUYV").trigger()
    assert caught.args == ["YUYV"]
    menu.set_camera_format(30.0, "")
    assert [a.text() for a in rates.actions() if a.isChecked()] == ["30 fps"]
    assert [a.text() for a in formats.actions() if a.isChecked()] == ["Source default"]


def test_a_file_chosen_in_the_dialogue_is_a_source(qtbot: QtBot, menu: SourceMenu) -> None:
    menu.dialogs.ask_for_video()
    dialog = menu.window().findChild(QFileDialog)
    assert dialog is not None
    with qtbot.waitSignal(menu.chosen) as caught:
        dialog.fileSelected.emit("clip.mp4")
    dialog.reject()
    assert caught.args == ["clip.mp4"]


def test_the_dialogue_opens_where_the_last_file_was(menu: SourceMenu, tmp_path: Path) -> None:
    menu.dialogs.set_folder(tmp_path / "gone")
    for folder in (Path.home(), tmp_path):
        menu.dialogs.ask_for_video()
        dialog = menu.window().findChildren(QFileDialog)[-1]
        shown = Path(dialog.directory().absolutePath())
        assert shown == folder or shown.parent == folder == Path.home()  # its Videos
        dialog.fileSelected.emit(str(tmp_path / "clip.mp4"))
        dialog.reject()


def test_a_stream_is_chosen_by_its_address(qtbot: QtBot, menu: SourceMenu) -> None:
    menu.dialogs.ask_for_stream()
    dialog = menu.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("  rtsp://booth/1 ")
    with qtbot.waitSignal(menu.chosen) as caught:
        dialog.accept()
    assert caught.args == ["rtsp://booth/1"]


def test_an_empty_address_chooses_nothing(qtbot: QtBot, menu: SourceMenu) -> None:
    menu.dialogs.ask_for_stream()
    dialog = menu.findChild(QInputDialog)
    assert dialog is not None
    with qtbot.assertNotEmitted(menu.chosen):
        dialog.accept()


def test_a_rectangle_drawn_on_the_screen_becomes_a_spec(qtbot: QtBot, menu: SourceMenu) -> None:
    menu.dialogs.ask_for_region()
    picker = menu.findChild(RegionPicker)
    assert picker is not None
    origin, ratio = picker.geometry().topLeft(), picker.devicePixelRatioF()
    with qtbot.waitSignal(menu.chosen) as caught:
        qtbot.mousePress(picker, LEFT, pos=QPoint(40, 30))
        qtbot.mouseMove(picker, QPoint(240, 180))
        qtbot.mouseRelease(picker, LEFT, pos=QPoint(240, 180))
    x, y = round((origin.x() + 40) * ratio), round((origin.y() + 30) * ratio)
    assert caught.args == [f"screen:{x},{y},{round(200 * ratio)},{round(150 * ratio)}"]


def test_escape_and_a_mere_click_leave_the_screen_alone(qtbot: QtBot, menu: SourceMenu) -> None:
    for leave in ("escape", "click"):
        menu.dialogs.ask_for_region()
        picker = menu.findChildren(RegionPicker)[-1]
        with qtbot.assertNotEmitted(menu.chosen), qtbot.waitSignal(picker.cancelled):
            if leave == "escape":
                qtbot.keyClick(picker, Qt.Key.Key_Escape)
            else:
                qtbot.mouseClick(picker, LEFT, pos=QPoint(40, 30))
        assert not picker.isVisible()


def test_a_long_title_is_shortened_and_kept_in_the_tooltip(menu: SourceMenu) -> None:
    title = "a_recording_with_a_very_long_name_indeed.mp4"
    menu.set_label(title)
    assert "…" in menu.text()
    assert title in menu.toolTip()
