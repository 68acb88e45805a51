"""The application's own look, so that what is measured is what is shown."""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication

from widgets import theme


@pytest.fixture(autouse=True)
def _themed(qapp: QApplication) -> None:
    if not qapp.styleSheet():
        theme.apply_theme(qapp)
