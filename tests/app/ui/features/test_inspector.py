"""What the inspector says beside the settings' own words."""

from __future__ import annotations

import pytest

from app.settings.settings import Settings
from app.ui.features.inspector import default_size_words


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("flashdepth-lite", "flashdepth-lite-per-frame", "Default (288 px)"),
        ("flashdepth-s+ema", "flashdepth-lite", "Default (518 / 288 px)"),
        ("flashdepth-s", "off", "Default (518 px)"),
        ("off", "a model of a plug-in that is gone", "Default"),
    ],
)
def test_the_default_input_size_is_shown_in_pixels(a: str, b: str, words: str) -> None:
    assert default_size_words(Settings(model_a=a, model_b=b)) == words
