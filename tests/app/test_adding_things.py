"""A new source, model, metric or export format is one new file and one line in one table."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "models", "renderers", "resources", "widgets")

SOURCE = """
from dataclasses import dataclass

from app.sources.spec import MenuChoice, SourceSpec
from models.errors import UsageError


@dataclass(frozen=True, slots=True)
class GreySpec(SourceSpec):
    level: int

    prefix = "grey"
    usages = ("grey:LEVEL",)
    menu = (MenuChoice("Grey", "grey:128", "One colour", "scene"),)
    may_open_at_start = True

    @classmethod
    def of(cls, rest):
        if rest is None or not rest.isdigit():
            raise UsageError("Say how bright, as in grey:128.")
        return cls(int(rest))

    def open(self, request):
        return _Grey(self.level)


class _Grey:
    def __init__(self, level):
        from app.core.source import SourceInfo

        self.info = SourceInfo(f"grey:{level}", "Grey", False, (64, 48), 25.0, frame_count=4)
        self._next = 0

    def read(self, timeout_s):
        import numpy as np

        from app.core.source import Ended
        from models.frames import Frame

        index, self._next = self._next, self._next + 1
        rgb = np.full((48, 64, 3), 128, np.uint8)
        return Frame(rgb, index, 0, index, index / 25.0) if index < 4 else Ended()

    def seek(self, index):
        self._next = index

    def close(self):
        pass
"""

MODEL = """
import numpy as np

from models.estimator import BlockingSession, Prediction
from models.frames import Unit
from models.registry import ModelEntry


class _Flat(BlockingSession):
    def __init__(self, options):
        pass

    def predict(self, frame, memo):
        disparity = np.full((8, 8), 0.5, np.float32)
        return Prediction(disparity, Unit.RELATIVE, frame.index, frame.size)

    def reset(self):
        pass

    def close(self):
        pass


def entries(pool):
    return (ModelEntry("flat", "Flat", "A wall.", _Flat, lambda: None),)
"""

METRIC = """
import math

from app.report.metric import ReportMetric


class _Mean:
    def __init__(self):
        self.value = math.nan

    def add(self, frame, disparity, cut):
        self.value = float(disparity.mean())
        return self.value


MEAN = ReportMetric("mean", "Mean disparity", "higher", _Mean, chart="Mean by frame")
"""

EXPORTER = """
class TextExporter:
    def __init__(self, target):
        self._folder = target.subfolder("txt")

    def write(self, result):
        mean = result.lanes["a"].depth.disparity.mean()
        (self._folder / f"{result.frame.index}.txt").write_text(f"{mean:.3f}")

    def close(self):
        pass
"""


FILES = {
    "app/sources/kinds/grey.py": SOURCE,
    "models/estimators/flat.py": MODEL,
    "app/report/mean.py": METRIC,
    "app/export/text.py": EXPORTER,
}
LINES = {
    "app/sources/kinds/__init__.py": [
        ("    WindowSpec,\n", "    GreySpec,\n"),
        ("from __future__ import annotations\n", "from app.sources.kinds.grey import GreySpec\n"),
    ],
    "models/estimators/catalogue.py": [
        ("    off.entries,\n", "    flat.entries,\n"),
        ("from __future__ import annotations\n", "from models.estimators import flat\n"),
    ],
    "app/report/metric_table.py": [
        ("    STATIC_NOISE,\n", "    MEAN,\n"),
        ("from __future__ import annotations\n", "from app.report.mean import MEAN\n"),
    ],
    "app/export/table.py": [
        (
            '    "ply": "app.export.ply:PlyExporter",\n',
            '    "txt": "app.export.text:TextExporter",\n',
        ),
    ],
}
"""By table: after which line which one comes; an import, where the table holds objects."""


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A copy of the code with four things more."""
    root = tmp_path / "copy"
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, root / room, ignore=ignored)
    for path, text in FILES.items():
        assert not (root / path).exists()
        (root / path).write_text(text, encoding="utf-8")
    for path, added in LINES.items():
        table = (root / path).read_text(encoding="utf-8")
        for before, line in added:
            assert table.count(before) == 1, f"{path}: {before}"
            table = table.replace(before, before + line)
        (root / path).write_text(table, encoding="utf-8")
    return root


def _run(root: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "import app.cli, sys; sys.exit(app.cli.run(sys.argv[1:]))", *words],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_was_added_is_offered_and_works(scratch: Path) -> None:
    assert "grey:LEVEL" in "".join(_run(scratch, "--help").split())
    assert ",txt" in "".join(_run(scratch, "process", "--help").split())
    assert "\nflat " in _run(scratch, "models")
    process = ("process", "grey:128", "--model", "flat", "--export", "npy,txt", "--out", "out")
    assert _run(scratch, *process).startswith("4 frames")
    assert (scratch / "out" / "txt" / "3.txt").read_text() == "0.500"
    assert np.load(scratch / "out" / "npy" / "000000.npy").shape == (48, 64)
    _run(scratch, "compare", "grey:128", "--a", "flat", "--b", "flat+ema", "--out", "report")
    report = scratch / "report"
    lanes = json.loads((report / "metrics.json").read_text())["lanes"]
    assert [lanes[lane]["mean"] for lane in "ab"] == [0.5, 0.5]
    rows = list(csv.DictReader((report / "metrics.csv").read_text().splitlines()))
    assert [row["a_mean"] for row in rows] == ["0.5"] * 4
    page = (report / "report.html").read_text()
    assert "<th>Mean disparity</th>" in page
    assert "Mean by frame" in page
