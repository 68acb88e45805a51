"""The report on a clip with planted flicker, made once for the tests that only read it."""

from __future__ import annotations

import pytest

from app.report import Report
from tests.support.planted_clip import compare_planted


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return compare_planted(tmp_path_factory.mktemp("report"))
