"""A camera's driver for the tests of cameras."""

from __future__ import annotations

import pytest

from tests.support.camera_driver import Driver


@pytest.fixture
def driver() -> Driver:
    return Driver()
