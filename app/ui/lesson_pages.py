"""From the way through a lesson to the page that shows where one is. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping

from app.lessons.class_book import ClassBook
from app.lessons.lesson import Question, Stage
from app.lessons.library import Library
from app.lessons.plain import without_emphasis
from app.lessons.walk import Given, Walk
from widgets.lesson_values import AnswerLine, LessonEntry, LessonList, LessonPage, Mark

STAGES: Mapping[Stage, str] = {
    Stage.PREDICT: "Predict",
    Stage.OBSERVE: "Observe",
    Stage.EXPLAIN: "Explain",
    Stage.MEASURE: "Measure",
}
_RIGHT, _WRONG = "Right.", "Not so."


def page_of(walk: Walk, note: str = "") -> LessonPage:
    """What the panel shows there.

    Parameters
    ----------
    note
        What a measurement waits for; nothing can be answered until then.
    """
    stage, given, question = walk.place.stage, walk.given, walk.question
    verdict, reply = _said(walk)
    number, count = walk.place.step + 1, len(walk.lesson.steps)
    is_measured = given is not None and stage is Stage.MEASURE
    return LessonPage(
        stage=STAGES[stage],
        title="" if stage.asks else walk.lesson.steps[walk.place.step].title,
        where=f"Step {number} of {count}",
        verdict=verdict,
        reply=reply,
        text="" if is_measured else walk.part.text,
        question=without_emphasis(question.text) if question is not None else "",
        answers=_answers(question, given),
        note=note if walk.is_waiting else "",
        controls=walk.part.controls,
        forward=_forward(walk),
        may_answer=walk.is_waiting and not note,
        may_go_on=walk.can_go_on or walk.is_finished,
        may_go_back=walk.can_go_back,
    )


def list_of(library: Library, book: ClassBook, folder: str = "") -> LessonList:
    """The list of lessons, with how far one is in each."""
    entries = tuple(
        LessonEntry(lesson.name, lesson.title, lesson.summary, book.progress(lesson))
        for lesson in library.lessons
    )
    return LessonList(entries, library.problems, folder, book.answers)


def _said(walk: Walk) -> tuple[str, str]:
    """The verdict and the reply of the page: of a prediction where it is explained."""
    stage, given = walk.place.stage, walk.given
    if stage is Stage.OBSERVE and walk.prediction is not None:
        return "", f"You predicted: {_chosen(walk, walk.prediction)}"
    if stage is Stage.EXPLAIN and walk.prediction is not None:
        is_right = walk.prediction.is_right
        reply = _reply(walk, walk.prediction)
        return f"Your prediction: {_chosen(walk, walk.prediction)}", (
            reply if is_right else f"{_WRONG} {reply}"
        )
    if stage is Stage.MEASURE and given is not None:
        reply = walk.question.answers[given.choice].reply if walk.question else ""
        words = _RIGHT if given.is_right else _WRONG
        return words, f"{given.measured} {without_emphasis(reply)}".strip()
    return "", ""


def _chosen(walk: Walk, prediction: Given) -> str:
    return without_emphasis(_predicted(walk).answers[prediction.choice].text)


def _reply(walk: Walk, prediction: Given) -> str:
    return without_emphasis(_predicted(walk).answers[prediction.choice].reply)


def _predicted(walk: Walk) -> Question:
    part = walk.lesson.steps[walk.place.step].part(Stage.PREDICT)
    assert part is not None  # every step begins with one
    assert part.question is not None
    return part.question


def _answers(question: Question | None, given: Given | None) -> tuple[AnswerLine, ...]:
    """All answers; once answered, the chosen one and the right one, marked."""
    if question is None:
        return ()
    texts = [without_emphasis(answer.text) for answer in question.answers]
    if given is None:
        return tuple(map(AnswerLine, texts))
    return tuple(
        AnswerLine(text, Mark.RIGHT if at == given.right else Mark.WRONG)
        for at, text in enumerate(texts)
        if at in (given.choice, given.right)
    )


def _forward(walk: Walk) -> str:
    if walk.is_waiting:
        return "Measure" if walk.place.stage is Stage.MEASURE else "See what happens"
    if walk.is_finished:
        return "All lessons"
    return "Next step" if walk.place.stage is Stage.MEASURE else "Next"
