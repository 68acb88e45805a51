"""Folders of lessons, and the command that checks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import cli
from app.lessons.library import load_lessons
from models.errors import UserError
from tests.app.lessons.samples import LESSON

PREDICTION_ALONE = LESSON[: LESSON.index("---\nmeasure")]


def test_lessons_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("10-last", "2-second", "1-first", "without-a-number"):
        (tmp_path / f"{name}.md").write_text(LESSON, encoding="utf-8")
    for other in ("README.md", ".hidden.md", "notes.txt"):
        (tmp_path / other).write_text("no lesson", encoding="utf-8")
    names = [lesson.name for lesson in load_lessons(tmp_path).lessons]
    assert names == ["1-first", "2-second", "10-last", "without-a-number"]


def test_a_damaged_file_costs_itself_alone(tmp_path: Path) -> None:
    (tmp_path / "1-good.md").write_text(LESSON, encoding="utf-8")
    (tmp_path / "2-bad.md").write_text(LESSON.replace("- [x] That", "- [ ] That"), encoding="utf-8")
    (tmp_path / "3-bytes.md").write_bytes(b"---\nlesson: \xff\xfe\n---\n")
    (tmp_path / "4-long.md").write_bytes(b"x" * 70_000)
    library = load_lessons(tmp_path)
    assert [lesson.name for lesson in library.lessons] == ["1-good"]
    assert [problem.partition(":")[0] for problem in library.problems] == [
        "2-bad.md, line 19",
        "3-bytes.md, line 2",
        "4-long.md, line 1",
    ]


def test_a_folder_that_is_not_there_or_empty_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load_lessons(tmp_path / "gone")
    with pytest.raises(UserError, match="There is no lesson in"):
        load_lessons(tmp_path)


def test_the_command_lists_the_lessons(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["lessons"]) == 0
    assert "1-disparity-or-depth  Disparity or depth (5 minutes)\n" in capsys.readouterr().out


def test_the_check_counts_lessons_and_questions_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "1-small.md").write_text(PREDICTION_ALONE, encoding="utf-8")
    assert cli.run(["lessons", "--check", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 lessons, 1 questions"


def test_the_check_measures_and_says_which_answer_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = LESSON.replace("model_b: off", "model_b: off\nmodel_a: ground-truth")
    (tmp_path / "1-small.md").write_text(wrong, encoding="utf-8")
    (tmp_path / "2-bad.md").write_text("words", encoding="utf-8")
    assert cli.run(["lessons", "--check", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == "1 lessons, 2 questions"
    assert "1-small.md, line 44: this answer is marked as right, but was measured" in said.err
    assert "2-bad.md, line 1: a lesson begins with" in said.err
