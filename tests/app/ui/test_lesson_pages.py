"""What the lesson panel shows at each place of a lesson."""

from __future__ import annotations

from app.lessons.class_book import ClassBook
from app.lessons.library import Library
from app.lessons.parser import parse_lesson
from app.lessons.quantities.quantity import Reading
from app.lessons.walk import Walk
from app.ui.lesson_pages import list_of, page_of
from tests.app.lessons.samples import LESSON
from widgets.lesson_values import Mark

SMALL = parse_lesson("1-small", LESSON)
START = Walk(SMALL)


def test_a_prediction_is_asked_in_plain_text_before_anything_is_shown() -> None:
    page = page_of(START)
    assert (page.stage, page.where, page.forward) == ("Predict", "Step 1 of 1", "See what happens")
    assert page.question == "Which one is right?"
    assert page.may_answer and not page.may_go_on and not page.may_go_back
    assert not page.reply


def test_the_reply_to_a_prediction_comes_where_it_is_explained() -> None:
    observing = START.answered(0).gone_on()
    assert page_of(observing).reply == "You predicted: This one"
    explaining = page_of(observing.gone_on())
    assert explaining.verdict == "Your prediction: This one"
    assert explaining.reply == "Not so. No, because of this."
    assert explaining.controls == ("ema_factor",)
    right = page_of(START.answered(1).gone_on().gone_on())
    assert right.reply == "Yes, because of that."


def test_a_measurement_waits_is_asked_and_is_answered_with_its_numbers() -> None:
    asked = START.answered(1).gone_on().gone_on().gone_on()
    waiting = page_of(asked, "Wait.")
    assert (waiting.note, waiting.may_answer, waiting.forward) == ("Wait.", False, "Measure")
    assert page_of(asked).may_answer
    page = page_of(asked.answered(1, Reading(0.2, "F1 is 0.2.")))
    assert (page.verdict, page.reply) == ("Not so.", "F1 is 0.2. Not so much.")
    assert [(line.text, line.mark) for line in page.answers] == [
        ("Little", Mark.RIGHT), ("Much", Mark.WRONG),
    ]  # fmt: skip
    assert page.forward == "All lessons" and page.may_go_on


def test_the_list_says_how_far_one_is() -> None:
    book = ClassBook()
    book.keep(START.answered(1))
    shown = list_of(Library((SMALL,), ("wrong",)), book, "mine")
    assert [entry.progress for entry in shown.entries] == ["1 of 2 answered, 1 right"]
    assert (shown.problems, shown.folder, shown.answers) == (("wrong",), "mine", 1)
