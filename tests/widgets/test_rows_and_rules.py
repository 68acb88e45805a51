"""The inspector's rows and the rules of the settings: written once, so they cannot disagree."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.settings.rules import Between, OneOf
from app.settings.settings import SETTINGS, Settings
from app.ui.row_specs import row_specs
from widgets.inspector.number_slider import NumberSliderRow
from widgets.inspector.rows import ChoiceRow, NumberRow, Row, SliderRow
from widgets.settings_panel import SettingsPanel


@pytest.fixture
def panel(qtbot: QtBot) -> SettingsPanel:
    made = SettingsPanel(row_specs())
    qtbot.addWidget(made)
    return made


@pytest.fixture
def rows(panel: SettingsPanel) -> dict[str, Row]:
    return {key: section.row(key) for section in panel.sections for key in section.keys}


def test_every_setting_has_a_row_or_a_reason_for_having_none(rows: dict[str, Row]) -> None:
    for key, known in SETTINGS.items():
        assert (key in rows) != bool(known.not_shown), key
        assert (key in rows) == bool(known.label and known.tip), key


def test_a_number_reaches_from_one_bound_of_its_rule_to_the_other(rows: dict[str, Row]) -> None:
    seen = set()
    for key, row in rows.items():
        if isinstance(row, (NumberRow, NumberSliderRow, SliderRow)):
            rule = SETTINGS[key].rule
            assert isinstance(rule, Between), key
            assert row.bounds == (rule.lowest, rule.high), key
            for bound in row.bounds:
                assert rule.broken_by(bound) is None, key
            seen.add(type(row))
    assert {NumberRow, NumberSliderRow, SliderRow} <= seen


def test_a_menu_offers_what_its_rule_allows_and_the_default(rows: dict[str, Row]) -> None:
    for key, row in rows.items():
        rule = SETTINGS[key].rule
        assert isinstance(row, ChoiceRow) or not isinstance(rule, OneOf), key
        if isinstance(row, ChoiceRow):
            assert getattr(Settings(), key) in row.values, key
            assert not any(rule.broken_by(value) for value in row.values), key
            assert not isinstance(rule, OneOf) or row.values == tuple(rule.words), key
            combo = row.control
            assert isinstance(combo, QComboBox)
            assert all(combo.itemText(at) for at in range(combo.count())), key


def test_a_value_at_either_bound_is_shown_and_changes_nothing(rows: dict[str, Row]) -> None:
    changes: list[str] = []
    for key, row in rows.items():
        row.changed.connect(lambda key, _value: changes.append(key))
        low, high = SETTINGS[key].bounds
        if low < high:
            for bound in (low, high):
                row.show_value(bound)
    assert changes == []
