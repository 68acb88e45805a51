import pytest

from app.settings.settings import Settings
from app.ui.captions import caption
from renderers.colormap import COLORMAPS, table


@pytest.mark.parametrize("name", COLORMAPS)
def test_what_near_and_far_look_like_is_true_of_the_colour_map(name: str) -> None:
    _, words = caption(Settings(colormap=name), "")
    far, near = (table(name)[at].astype(int) for at in (1, 255))
    if "Bright is near" in words:
        assert near.mean() > far.mean() + 60
    else:
        assert "Red is near, blue is far" in words
        assert near.argmax() == 0
        assert far[0] < far[2]
