"""The teacher's sheet and the handouts."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import cli
from app.lessons.library import load_lessons
from app.lessons.parser import parse_lesson
from app.lessons.sheets import handout, sheets, teachers_sheet
from tests.app.lessons.samples import LESSON

ROOT = Path(__file__).resolve().parents[3]
SMALL = parse_lesson("1-small", LESSON)


def test_the_sheets_in_docs_are_made_from_the_lessons_of_today() -> None:
    made = sheets([one for one in load_lessons().lessons if one.name != "99-planted"])
    for name, text in made.items():
        path = ROOT / "docs" / name
        assert path.read_text(encoding="utf-8") == text, "run `main.py lessons --sheets docs`"
    known = {path.name for path in (ROOT / "docs" / "handouts").glob("*.md")}
    assert known == {Path(name).name for name in made if name.startswith("handouts/")}


def test_the_teachers_sheet_has_goals_timing_words_and_answers() -> None:
    text = teachers_sheet([SMALL])
    for words in (
        "1 lessons, 5 minutes", "Students can do something.", "Say hello.",
        "**Predict** (80 s). Wait for everybody.", "**✓** b) That one: *Yes, because of that.*",
        "✗ a) This one: *No, because of this.*",
    ):  # fmt: skip
        assert words in text


def test_a_handout_asks_and_gives_nothing_away() -> None:
    text = handout(SMALL)
    assert "☐ a) This one" in text and "☐ b) That one" in text
    assert "because of" not in text and "✓" not in text and "It is so." not in text
    assert len(text.splitlines()) < 60


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "1-small.md").write_text(LESSON, encoding="utf-8")
    out = tmp_path / "out"
    assert cli.run(["lessons", "--folder", str(tmp_path), "--sheets", str(out)]) == 0
    assert capsys.readouterr().out == f"2 sheets, {out}\n"
    assert (out / "handouts" / "1-small.md").read_text(encoding="utf-8") == handout(SMALL)
