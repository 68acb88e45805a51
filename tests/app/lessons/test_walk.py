"""The way through a lesson."""

from __future__ import annotations

import pytest

from app.lessons.lesson import Stage
from app.lessons.parser import parse_lesson
from app.lessons.quantities.quantity import Reading
from app.lessons.walk import Walk
from tests.app.lessons.samples import LESSON


@pytest.fixture
def walk() -> Walk:
    return Walk(parse_lesson("1-small", LESSON))


def test_nothing_is_shown_before_the_prediction(walk: Walk) -> None:
    assert walk.is_waiting
    assert not walk.can_go_on
    assert walk.gone_on() == walk
    assert walk.gone_back() == walk


def test_a_prediction_leads_on_and_stays_as_it_is(walk: Walk) -> None:
    predicted = walk.answered(0)
    assert predicted.given is not None
    assert (predicted.given.choice, predicted.given.is_right) == (0, False)
    observing = predicted.gone_on()
    assert observing.place.stage is Stage.OBSERVE
    assert observing.prediction == predicted.given
    back = observing.gone_back()
    with pytest.raises(ValueError, match="nothing is asked"):
        back.answered(1)


def test_the_measurement_decides_which_answer_is_right(walk: Walk) -> None:
    asked = walk.answered(1).gone_on().gone_on().gone_on()
    assert asked.place.stage is Stage.MEASURE
    with pytest.raises(ValueError, match="nothing was measured"):
        asked.answered(0)
    low, high = asked.answered(0, Reading(0.2, "0.2.")), asked.answered(0, Reading(0.9, "0.9."))
    assert low.given is not None and high.given is not None
    assert (low.given.is_right, high.given.is_right) == (True, False)
    assert high.given.right == 1
    assert high.given.measured == "0.9."
    assert low.is_finished and not asked.is_finished
    with pytest.raises(ValueError, match="no answer covers"):
        asked.answered(0, Reading(float("nan"), ""))


def test_there_are_only_the_answers_that_are_offered(walk: Walk) -> None:
    for choice in (-1, 2):
        with pytest.raises(ValueError, match="there is no answer"):
            walk.answered(choice)
