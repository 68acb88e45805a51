"""What a lesson's step may set up."""

from __future__ import annotations

import pytest

from app.ui.features.lessons import usable


def test_a_whole_number_stands_for_a_float_where_one_is_wanted() -> None:
    values = usable({"blink_hz": 2, "threads": 2, "panes": ("rgb",)})
    assert values == {"blink_hz": 2.0, "threads": 2, "panes": ("rgb",)}
    assert isinstance(values["blink_hz"], float)
    assert isinstance(values["threads"], int)


def test_an_unknown_key_and_a_value_of_another_type_are_refused() -> None:
    with pytest.raises(ValueError, match="no setting 'colour'"):
        usable({"colour": "red"})
    with pytest.raises(TypeError, match="loop"):
        usable({"loop": "perhaps"})
