"""Progress and answers, and the table of them."""

from __future__ import annotations

import csv
from datetime import datetime

import pytest

from app.lessons.class_book import COLUMNS, ClassBook
from app.lessons.parser import parse_lesson
from app.lessons.quantities.quantity import Reading
from app.lessons.walk import Walk
from tests.app.lessons.samples import LESSON

SMALL = parse_lesson("1-small", LESSON)


@pytest.fixture
def book() -> ClassBook:
    return ClassBook(now=lambda: datetime(2026, 3, 4, 10, 20, 30))


def rows(book: ClassBook) -> list[dict[str, str]]:
    return list(csv.DictReader(book.csv().splitlines()))


def finish(book: ClassBook, choice: int = 1) -> None:
    predicted = book.walk(SMALL).answered(choice)
    book.keep(predicted)
    asked = predicted.gone_on().gone_on().gone_on()
    book.keep(asked.answered(0, Reading(0.2, "F1 is 0.2.")))


def test_every_answer_is_a_row_with_the_name_of_who_gave_it(book: ClassBook) -> None:
    book.set_student("Ada")
    finish(book, choice=0)
    book.set_student("Alan")
    finish(book)
    found = rows(book)
    assert tuple(found[0]) == COLUMNS
    assert [(row["name"], row["part"], row["right"]) for row in found] == [
        ("Ada", "predict", "no"),
        ("Ada", "measure", "yes"),
        ("Alan", "predict", "yes"),
        ("Alan", "measure", "yes"),
    ]
    assert found[0]["time"] == "2026-03-04 10:20:30"
    assert (found[1]["answer"], found[1]["measured"]) == ("Little", "F1 is 0.2.")


def test_a_place_that_is_visited_again_gives_no_second_row(book: ClassBook) -> None:
    walk = Walk(SMALL).answered(1)
    for each in (walk, walk.gone_on(), walk.gone_on().gone_back()):
        book.keep(each)
    assert book.answers == 1


def test_everybody_has_progress_of_their_own(book: ClassBook) -> None:
    book.set_student("Ada")
    book.keep(Walk(SMALL).answered(0).gone_on())
    book.keep(Walk(SMALL).answered(0))
    assert book.progress(SMALL) == "1 of 2 answered, 0 right"
    assert book.walk(SMALL).given is not None
    book.set_student("Alan")
    assert book.progress(SMALL) == ""
    assert book.walk(SMALL) == Walk(SMALL)
    finish(book)
    assert book.progress(SMALL) == "✓ 2 of 2 answered, 2 right"
    assert book.walk(SMALL) == Walk(SMALL)  # once more from the beginning


def test_a_class_answers_without_names(book: ClassBook) -> None:
    book.set_student("Ada", is_class=True)
    finish(book)
    assert {row["name"] for row in rows(book)} == {""}
    assert "Ada" not in book.csv()


def test_no_cell_is_a_formula_and_no_name_breaks_the_line(book: ClassBook) -> None:
    book.set_student('=HYPERLINK("http://a.test")\nb')
    finish(book)
    assert [row["name"] for row in rows(book)] == ['\'=HYPERLINK("http://a.test") b'] * 2
