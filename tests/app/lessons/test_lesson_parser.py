"""What a lesson's file may say, and what is said about one that is wrong."""

from __future__ import annotations

import pytest

from app.lessons.blocks import MAX_BYTES, LessonError
from app.lessons.lesson import Place, Span, Stage
from app.lessons.parser import parse_lesson
from tests.app.lessons.samples import LESSON


def test_a_lesson_is_read_with_its_steps_questions_and_settings() -> None:
    lesson = parse_lesson("1-small", LESSON)
    assert (lesson.name, lesson.title, lesson.minutes) == ("1-small", "A small lesson", 5)
    assert lesson.say == "Say hello."
    assert [place.stage for place in lesson.places] == list(Stage)
    step = lesson.steps[0]
    assert step.title == "First things"
    predict, measure = step.part(Stage.PREDICT), step.part(Stage.MEASURE)
    assert predict is not None and measure is not None
    assert predict.text == "Some words before."
    assert predict.say == "Wait for everybody."
    assert predict.question is not None and measure.question is not None
    assert predict.question.text == "Which one is **right**?"
    assert [answer.text for answer in predict.question.answers] == ["This one", "That one"]
    assert predict.question.right == 1
    assert predict.question.answers[0].reply == "No, because of this."
    assert measure.question.quantity == "boundary-f1"
    assert [a.holds for a in measure.question.answers] == [Span(None, 0.5), Span(0.5, None)]


def test_settings_add_up_to_each_place_in_their_types() -> None:
    lesson = parse_lesson("1-small", LESSON)
    at_first = lesson.settings_at(Place(0, Stage.PREDICT))
    assert at_first == {"source": "synthetic", "model_b": "off"}
    at_last = lesson.settings_at(Place(0, Stage.MEASURE))
    assert at_last == at_first | {"view": "xt", "panes": ("rgb", "depth_a"), "edges": True}


def line_of(text: str) -> int:
    return LESSON[: LESSON.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "line", "complaint"),
    [
        ("lesson: A small lesson", "title: A small lesson", 1, "no “lesson: TITLE”"),
        ("summary: What it is about.\n", "", 1, "“summary” and a “goal”"),
        ("minutes: 5", "minutes: soon", 5, "whole number from 1 to 99"),
        ("model_b: off", "model_b: of", 7, "no model named 'of'"),
        ("model_b: off", "model_b: hf:somebody/something", 7, "models of the list"),
        ("model_b: off", "record_folder: /tmp", 7, "no setting 'record_folder'"),
        ("model_b: off", "colour: red", 7, "no setting 'colour'"),
        ("model_b: off", "colormpa: magma", 7, "did you mean colormap?"),
        ("model_b: off", "loop: perhaps", 7, "loop must be true or false"),
        ("model_b: off", "input_size: 1.5", 7, "must be a whole number"),
        ("model_b: off", "blink_hz: nan", 7, "must be between"),
        ("model_b: off", "model_b off", 7, "every line is “key: value”"),
        ("model_b: off", "source: camera:0", 7, "source is there twice"),
        ("source: synthetic", "source: camera:0", 6, "no camera, screen or stream"),
        ("source: synthetic", "source: https://a.test/b.mp4", 6, "no camera, screen or stream"),
        ("predict: First things", "predict:", 12, "followed by the title of the step"),
        ("predict: First things", "pedict: First things", 11, "one of predict, observe, explain"),
        ("Which one is **right**?", "Which one is right.", 19, "ends in “?”"),
        ("- [x] That one", "- [ ] That one", 19, "one answer is marked “[x]”, not 0"),
        ("- [ ] This one", "- [x] This one", 19, "one answer is marked “[x]”, not 2"),
        ("- [ ] This one", "- [ ] That one", 19, "two answers are the same"),
        ("  No, because of this.\n", "", 19, "has a reply"),
        ("  No, because of this.", "No, because of this.", 20, "indented by two"),
        ("- [ ] This one\n  No, because of this.\n", "", 11, "two to four answers"),
        ("observe:", "explain:", 24, "“explain” follows “observe”"),
        ("**Look** at it.\n", "", 24, "“observe” has no text"),
        ("controls: ema_factor", "controls: ema", 33, "no control for 'ema'"),
        ("measure: boundary-f1", "measure: beauty", 38, "no quantity 'beauty'"),
        ("measure: boundary-f1", "measure:", 38, "followed by a quantity"),
        ("{..0.5} Little", "Little", 43, "begins with what it holds for"),
        ("{..0.5} Little", "{..0.4} Little", 37, "neither overlap nor leave gaps"),
        ("{..0.5} Little", "{..0.6} Little", 37, "neither overlap nor leave gaps"),
        ("{..0.5} Little", "{0.1..0.5} Little", 37, "open below and one above"),
        ("{..0.5} Little", "{..half} Little", 43, "'half' is no number"),
        ("{..0.5} Little", "{a} Little", 37, "boundary-f1 is a number"),
        ("measure: boundary-f1", "measure: nearer-the-truth", 37, "hold for a, b, alike, each"),
    ],
)  # fmt: skip
def test_a_damaged_lesson_is_refused_with_file_and_line(
    old: str, new: str, line: int, complaint: str
) -> None:
    assert LESSON.count(old) == 1
    with pytest.raises(LessonError) as caught:
        parse_lesson("1-small", LESSON.replace(old, new))
    said = str(caught.value)
    assert said.startswith(f"1-small.md, line {line}: ")
    assert complaint in said
    assert said.endswith(".")


def test_a_block_that_is_not_closed_and_words_before_the_first_are_refused() -> None:
    with pytest.raises(LessonError, match=r"line 1: .*not closed"):
        parse_lesson("open", "---\nlesson: a\n")
    with pytest.raises(LessonError, match=r"line 2: .*begins with"):
        parse_lesson("words", "\nwords\n")


def test_a_file_without_end_is_bounded() -> None:
    with pytest.raises(LessonError, match="KiB"):
        parse_lesson("long", "x" * (MAX_BYTES + 1))
    with pytest.raises(LessonError, match="characters"):
        parse_lesson("wide", LESSON.replace("Say hello.", "x" * 1_001))
    with pytest.raises(LessonError, match="blocks"):
        parse_lesson("many", "---\nlesson: a\n---\n" * 41)
    step = LESSON[LESSON.index("---\npredict") :]
    with pytest.raises(LessonError, match="one to 6 steps"):
        parse_lesson("steps", LESSON + "\n" + "\n".join([step] * 6))


def test_the_ends_of_a_fixed_range_are_checked_together() -> None:
    with pytest.raises(LessonError, match="range_far must be below range_near"):
        parse_lesson("range", LESSON.replace("model_b: off", "range_far: 2.0"))
