"""A new view, source, model, metric, export format, lesson or command is one file and one line.

`tests/fixtures/one_of_each` has the files, in the places that CONTRIBUTING names; here are the
lines. They are added to a copy of the code, in which the checks of these things and all tests that
go over a table must then pass, as they must for a contributor.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ONE_OF_EACH = ROOT / "tests" / "fixtures" / "one_of_each"
FOLDERS = ("app", "models", "renderers", "resources", "tests", "widgets")

IMPORTS = "from __future__ import annotations\n"
LINES = {
    "app/views/table.py": [('    "xt",\n', '    "planted",\n')],
    "app/sources/kinds/__init__.py": [
        ("    WindowSpec,\n", "    PlantedSpec,\n"),
        (IMPORTS, "from app.sources.kinds.planted import PlantedSpec\n"),
    ],
    "models/estimators/catalogue.py": [
        ("    off.entries,\n", "    planted.entries,\n"),
        (IMPORTS, "from models.estimators import planted\n"),
    ],
    "app/report/metric_table.py": [
        ("    STATIC_NOISE,\n", "    PLANTED,\n"),
        (IMPORTS, "from app.report.planted import PLANTED\n"),
    ],
    "app/export/table.py": [
        (
            '    "ply": "app.export.ply:PlyExporter",\n',
            '    "planted": "app.export.planted:PlantedExporter",\n',
        ),
    ],
    "app/evaluation/table.py": [('    "rgbd",\n', '    "planted",\n')],
    "app/outputs/table.py": [
        (
            "OUTPUTS: tuple[OutputKind, ...] = (\n",
            '    OutputKind("planted", "planted:FILE", "planted:(.+)", "&Planted", "Plants",'
            ' "Ctrl+Alt+Shift+F8", "app.outputs.planted:PlantedOutput", asks="File"),\n',
        ),
    ],
    "app/outputs/contents/__init__.py": [
        (
            "CONTENTS: Mapping[str, Content] = {\n",
            '    "planted": Content("Planted grey", "app.outputs.contents.planted:compose"),\n',
        ),
    ],
    "app/lessons/quantities/table.py": [
        ('    "ranking",\n', '    "planted-mean",\n'),
    ],
    "app/cli.py": [
        ('    "train": "Train the bundled model.",\n', '    "planted": "Say a word.",\n'),
    ],
}
"""By table: after which line which one comes; an import, where the table holds objects."""

TESTS = (
    "tests/app/planted_checks.py",
    "tests/app/export/test_export_table.py",
    "tests/app/outputs/test_contents.py",
    "tests/app/outputs/test_output_table.py",
    "tests/app/report/test_report_metrics.py::test_keys_and_titles_are_there_once",
    "tests/app/report/test_report_page.py::test_the_page_shows_charts_slices_and_worst_frames",
    "tests/app/sources/test_parsing.py",
    "tests/app/test_cli.py::test_help_lists_every_command_and_each_has_its_module",
    "tests/app/views/test_table.py",
    "tests/models/test_catalogue.py",
    "tests/app/lessons/test_built_in_lessons.py",
    "tests/widgets/test_stage.py",
)
"""The checks of what was added, and the tests that read a table."""
NOT_ABOUT_TABLES = (
    "test_no_text_breaks_the_parser",
    "test_no_address_breaks_the_parser",
    "test_every_answer_that_is_marked",
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code with one more thing of each kind."""
    root = tmp_path / "copy"
    ignored = shutil.ignore_patterns("__pycache__", "one_of_each")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", root)
    for path in (path for path in ONE_OF_EACH.rglob("*.*") if path.suffix in (".py", ".md")):
        to = root / path.relative_to(ONE_OF_EACH)
        assert not to.exists()
        shutil.copy(path, to)
    for name, added in LINES.items():
        table = (root / name).read_text(encoding="utf-8")
        for before, line in added:
            assert table.count(before) == 1, f"{name}: {before}"
            table = table.replace(before, before + line)
        (root / name).write_text(table, encoding="utf-8")
    return root


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_what_was_added_is_offered_works_and_passes_the_tests_over_the_tables(copy: Path) -> None:
    chosen = ["-k", " and ".join(f"not {name}" for name in NOT_ABOUT_TABLES), *TESTS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *chosen],
        cwd=copy,
        env={key: value for key, value in os.environ.items() if "PYTEST" not in key}
        | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
