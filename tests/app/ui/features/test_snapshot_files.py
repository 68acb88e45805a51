"""A snapshot on a disk that ends anywhere: an error, and no file that is half written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtGui import QImage

from app.settings.settings import Settings
from app.ui.features.snapshots import Snapshot, write_snapshot
from models.errors import UserError
from tests.support.recordings import make_result
from tests.support.small_files import files_of_at_most


def test_a_snapshot_on_a_full_disk_leaves_only_whole_files(tmp_path: Path) -> None:
    picture = QImage(
        np.random.default_rng(0).bytes(64 * 48 * 4), 64, 48, QImage.Format.Format_RGB32
    )
    snapshot = Snapshot(Settings(), make_result(0, size=(48, 32)), {"window": picture})
    write_snapshot(tmp_path / "whole", snapshot)
    whole = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    assert QImage.fromData(whole["window.png"]) == picture.convertToFormat(
        QImage.Format.Format_RGB32
    )
    largest = max(map(len, whole.values()))
    for limit in range(0, largest, largest // 25):
        folder = tmp_path / str(limit)
        with files_of_at_most(limit), pytest.raises((OSError, UserError)):
            write_snapshot(folder, snapshot)
        for path in folder.iterdir():
            assert path.read_bytes() == whole[path.name]
