import dataclasses
from collections.abc import Mapping
from pathlib import Path

import pytest
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QShortcut
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.settings.settings import Settings
from app.ui.row_specs import row_specs
from tests.support.finding import button, is_said
from tests.support.pixels import wheel
from widgets.inspector.display import PER_FRAME_WARNING
from widgets.settings_panel import SettingsPanel

LEFT = Qt.MouseButton.LeftButton
DEFAULTS: Mapping[str, object] = Settings().as_dict()


@pytest.fixture
def panel(qtbot: QtBot) -> SettingsPanel:
    made = SettingsPanel(row_specs())
    qtbot.addWidget(made)
    made.show_values(DEFAULTS)
    made.resize(made.sizeHint().width(), 900)
    made.show()
    qtbot.waitExposed(made)
    return made


def inner(widget: QWidget, kind: type[QWidget]) -> QWidget:
    if isinstance(widget, kind):
        return widget
    found = widget.findChild(kind)
    assert found is not None
    return found


def turn(widget: QWidget) -> None:
    """Do what a user would to get another value."""
    for kind in (QCheckBox, QComboBox, QAbstractSpinBox, QSlider):
        if isinstance(widget, kind) or widget.findChild(kind):
            control = inner(widget, kind)
            break
    if isinstance(control, QCheckBox):
        control.click()
    elif isinstance(control, QComboBox):
        at = (control.currentIndex() + 1) % control.count()
        control.setCurrentIndex(at)
        control.activated.emit(at)
    elif isinstance(control, QAbstractSpinBox):
        control.stepUp()
    elif isinstance(control, QSlider):
        control.setValue(control.value() + (1 if control.value() == control.minimum() else -1))


def test_every_key_is_a_field_of_the_settings(panel: SettingsPanel) -> None:
    assert set(panel.keys) <= {field.name for field in dataclasses.fields(Settings)}
    assert len(panel.keys) == len(set(panel.keys))


def test_showing_settings_emits_nothing(qtbot: QtBot, panel: SettingsPanel) -> None:
    other = Settings(
        input_size=392, memory=False, ema_factor=0.3, threads=2, range_mode="fixed",
        range_far=-1.0, range_near=3.0, colormap="viridis", mirror=True, rotate=90,
        cloud_stride=4, cloud_fov_deg=70.0, cloud_gain=2.5, flicker_window=60, blink_hz=5.0,
        record_folder="there", sound=True,
    )  # fmt: skip
    with qtbot.assertNotEmitted(panel.changed), qtbot.assertNotEmitted(panel.button_pressed):
        panel.show_values(other.as_dict())
        panel.show_values(DEFAULTS)


def test_turning_each_control_gives_settings_that_can_be_used(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    panel.compare.set_sound_devices(["Speakers"])
    for section in panel.sections:
        for key in section.keys:
            if key in ("record_folder", "fallback_clip", "panic_clip"):
                continue
            mode = "fixed" if key in ("range_near", "range_far") else "stable"
            values = {**DEFAULTS, "range_mode": mode, "scene_object": "ball"}
            panel.show_values(values)
            with qtbot.waitSignal(panel.changed) as caught:
                turn(section.row(key).control)
            said, value = caught.args
            assert said == key
            assert value != values[key], key
            assert type(value) is type(values[key]), key
            dataclasses.replace(Settings(), **{key: value})


def test_a_folder_is_told_once_it_was_typed(qtbot: QtBot, panel: SettingsPanel) -> None:
    edit = panel.record.row("record_folder").control.findChild(QLineEdit)
    assert edit is not None
    edit.setText("  booth ")
    with qtbot.waitSignal(panel.changed) as caught:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert caught.args == ["record_folder", "booth"]


def test_a_fallback_clip_is_told_once_it_was_typed(qtbot: QtBot, panel: SettingsPanel) -> None:
    edit = panel.booth.row("fallback_clip").control.findChild(QLineEdit)
    assert edit is not None
    edit.setText("clip.mp4")
    with qtbot.waitSignal(panel.changed) as caught:
        qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert caught.args == ["fallback_clip", "clip.mp4"]


def test_a_clip_may_be_a_video_or_the_folder_of_a_recording(
    qtbot: QtBot, panel: SettingsPanel, tmp_path: Path
) -> None:
    row = panel.booth.row("panic_clip")
    buttons = row.control.findChildren(QToolButton)
    assert [button.toolTip() for button in buttons] == [
        "Choose a video",
        "Choose a recording's folder",
    ]
    modes = QFileDialog.FileMode.ExistingFile, QFileDialog.FileMode.Directory
    for choose, mode in zip(buttons, modes, strict=True):
        choose.click()
        dialog = row.control.findChildren(QFileDialog)[-1]
        assert dialog.fileMode() == mode
        with qtbot.waitSignal(panel.changed) as caught:
            dialog.fileSelected.emit(str(tmp_path / mode.name))
        assert caught.args == ["panic_clip", str(tmp_path / mode.name)]
        edit = row.control.findChild(QLineEdit)
        assert edit is not None and edit.toolTip().endswith(f"\n{tmp_path / mode.name}")
        dialog.reject()


def test_minutes_without_a_touch_are_seconds_in_the_settings(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    control = panel.booth.row("attract_after_s").control
    assert isinstance(control, QAbstractSpinBox)
    assert control.text() == "Never"
    with qtbot.waitSignal(panel.changed) as caught:
        control.stepUp()
    assert caught.args == ["attract_after_s", 60.0]
    panel.show_values({"attract_after_s": 150.0})
    assert control.text() == "2.5 min"


def test_sound_inputs_are_offered_or_greyed_out_with_the_reason(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    combo = panel.record.row("record_sound").control
    assert isinstance(combo, QComboBox)
    panel.show_values({"record_sound": "USB microphone"})
    panel.record.set_sound_inputs(["Line in", "USB microphone"])
    assert combo.currentText() == "USB microphone" and combo.count() == 4
    panel.record.set_recording(True)
    assert not combo.isEnabled()
    panel.record.set_recording(False)
    assert combo.isEnabled()
    panel.record.set_sound_inputs([], "This machine has no sound input.")
    assert not combo.isEnabled()
    assert "no sound input" in combo.toolTip()


def test_keys_are_given_back_once_a_number_was_entered(qtbot: QtBot, panel: SettingsPanel) -> None:
    panel.activateWindow()
    field = panel.model.row("threads").control
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    qtbot.keyClicks(field, "3")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not field.hasFocus()


def test_every_control_and_button_has_a_tooltip_and_a_name(panel: SettingsPanel) -> None:
    for section in panel.sections:
        for key in section.keys:
            control = section.row(key).control
            assert control.toolTip(), key
            assert control.accessibleName(), key


def test_values_that_are_not_in_a_menu_are_shown_all_the_same(panel: SettingsPanel) -> None:
    panel.show_values({"device": "cuda:1", "input_size": 300})
    for key, words in (("device", "cuda:1"), ("input_size", "300")):
        control = panel.model.row(key).control
        assert isinstance(control, QComboBox)
        assert control.currentText() == words


def test_the_ends_of_the_range_are_for_the_fixed_range_alone(panel: SettingsPanel) -> None:
    panel.follow(["Display"])
    for mode, usable in (("stable", False), ("fixed", True), ("per-frame", False)):
        panel.show_values({"range_mode": mode})
        assert panel.display.row("range_near").control.isEnabled() is usable
    assert is_said(panel.display, PER_FRAME_WARNING)
    panel.show_values({"range_mode": "stable"})
    assert not is_said(panel.display, PER_FRAME_WARNING)


def test_a_button_emits_its_id(qtbot: QtBot, panel: SettingsPanel) -> None:
    for section, button_id in (
        (panel.model, "memory.reset"),
        (panel.display, "range.take"),
        (panel.cloud, "cloud.save_ply"),
        (panel.cloud, "cloud.calibrate"),
        (panel.compare, "report"),
        (panel.booth, "booth.full_screen"),
        (panel.booth, "booth.output"),
    ):
        with qtbot.waitSignal(panel.button_pressed) as caught:
            section.button(button_id).click()
        assert caught.args == [button_id]


def test_recording_starts_and_stops_by_one_button(qtbot: QtBot, panel: SettingsPanel) -> None:
    button = panel.record.button("record")
    for is_recording in (False, True):
        panel.record.set_recording(is_recording, "0:12.4")
        with qtbot.waitSignal(panel.record_toggled) as caught:
            button.click()
        assert caught.args == [not is_recording]
        assert panel.record.row("record_disparity").control.isEnabled() is not is_recording
    assert button.text() == "Stop recording"


def test_without_sound_the_control_is_grey_and_says_why(panel: SettingsPanel) -> None:
    panel.compare.set_sound_available("No audio device was found.")
    control = panel.compare.row("sound").control
    assert not control.isEnabled()
    assert "No audio device" in control.toolTip()
    panel.compare.set_sound_available()
    assert control.isEnabled()


def test_a_click_on_a_heading_folds_its_section_and_opens_it_again(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    panel.resize(panel.width(), 3000)
    qtbot.waitUntil(lambda: panel.folded() == ())
    with qtbot.waitSignal(panel.cloud.folded) as caught:
        qtbot.mouseClick(button(panel.cloud, "Cloud"), LEFT)
    assert caught.args == [True]
    assert panel.folded() == ("Cloud",)
    assert not panel.cloud.row("cloud_grid").control.isVisible()
    qtbot.mouseClick(button(panel.cloud, "Cloud"), LEFT)
    assert panel.folded() == ()


def test_nothing_is_wider_than_the_panel(panel: SettingsPanel) -> None:
    body, port = panel.widget(), panel.viewport()
    assert body is not None
    assert port is not None
    assert body.minimumSizeHint().width() <= port.width()


def test_long_labels_wrap_so_that_the_panel_leaves_its_width_to_pictures(
    panel: SettingsPanel,
) -> None:
    labels = panel.cloud.findChildren(QLabel)
    long = next(label for label in labels if label.text() == "Depth edge threshold")
    assert long.wordWrap()
    assert panel.cloud.label_width() < long.fontMetrics().horizontalAdvance(long.text())
    assert panel.sizeHint().width() < 48 * panel.fontMetrics().averageCharWidth()


def test_the_wheel_scrolls_and_turns_no_control(panel: SettingsPanel) -> None:
    changes: list[str] = []
    panel.changed.connect(lambda key, _value: changes.append(key))
    for section in panel.sections:
        for key in section.keys:
            for kind in (QComboBox, QAbstractSpinBox, QSlider):
                control = section.row(key).control
                if isinstance(control, kind):
                    wheel(control, QPointF(4, 4), angle=120)
                    wheel(control, QPointF(4, 4), angle=-120)
    assert changes == []


def test_outputs_for_the_tones_are_offered_by_name(panel: SettingsPanel, qtbot: QtBot) -> None:
    panel.compare.set_sound_devices(["Speakers", "Hall"])
    combo = panel.compare.row("sound_device").control
    assert isinstance(combo, QComboBox)
    words = [combo.itemText(at) for at in range(combo.count())]
    assert words == ["System default", "Speakers", "Hall"]
    with qtbot.waitSignal(panel.changed) as changed:
        combo.activated.emit(2)
    assert changed.args == ["sound_device", "Hall"]


def test_the_wheel_focuses_no_control(panel: SettingsPanel) -> None:
    by_wheel = [
        widget.accessibleName() or type(widget).__name__
        for widget in panel.findChildren(QWidget)
        if widget.focusPolicy() == Qt.FocusPolicy.WheelFocus
    ]
    assert by_wheel == []


@pytest.mark.parametrize("key", [Qt.Key.Key_F, Qt.Key.Key_E, Qt.Key.Key_Space])
def test_keys_that_are_no_part_of_a_number_reach_the_window(
    qtbot: QtBot, panel: SettingsPanel, key: Qt.Key
) -> None:
    panel.activateWindow()
    field = panel.model.row("threads").control
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    shortcut = QShortcut(key, panel)
    with qtbot.waitSignal(shortcut.activated, timeout=2_000):
        qtbot.keyClick(field, key)
    assert isinstance(field, QAbstractSpinBox)
    field.selectAll()
    qtbot.keyClicks(field, "3")
    assert field.text() == "3"


def test_sections_fit_the_height_and_those_of_the_clicked_pane_are_open(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    bar = panel.verticalScrollBar()
    assert bar is not None
    others = len(panel.sections) - 1
    for height in (900, 600, 440):
        panel.resize(panel.width(), height)
        for titles in (("Cloud",), ("Model", "Display"), ("Compare", "Display")):
            panel.follow(titles)
            assert titles[0] not in panel.folded()
            qtbot.waitUntil(lambda: bar.maximum() == 0 or len(panel.folded()) == others)
    panel.resize(panel.width(), 3000)
    qtbot.waitUntil(lambda: panel.folded() == ())


def test_the_scene_is_shown_on_demand_and_its_object_has_a_place_only_if_there_is_one(
    panel: SettingsPanel,
) -> None:
    panel.set_scene_shown(False)
    assert panel.scene.isHidden()
    panel.set_scene_shown(True)
    assert not panel.scene.isHidden()
    for name, is_there in (("none", False), ("box", True)):
        panel.show_values({"scene_object": name})
        assert panel.scene.row("scene_raise").control.isEnabled() is is_there
        assert panel.scene.row("scene_wall").control.isEnabled()


def test_a_section_folded_by_hand_stays_folded_until_it_is_asked_for(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    panel.resize(panel.width(), 3000)
    qtbot.waitUntil(lambda: panel.folded() == ())
    head = next(b for b in panel.model.findChildren(QToolButton) if b.text() == "Model")
    qtbot.mouseClick(head, LEFT)
    panel.follow(("Cloud",))
    assert panel.folded() == ("Model",)
    panel.follow(("Model",))
    assert panel.folded() == ()
