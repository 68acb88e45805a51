"""A question in a lesson's file: a paragraph and a task list of answers with their replies."""

from __future__ import annotations

import math
import re
from itertools import pairwise

from app.lessons.blocks import Block, refuse
from app.lessons.lesson import Answer, Question, Span
from app.lessons.quantities import table
from models.plain_text import single_line

LONGEST_QUESTION = 240
LONGEST_ANSWER = 120
LONGEST_REPLY = 400
ANSWERS = range(2, 5)

_ANSWER = re.compile(r"- \[([ x])\]\s+(.*)")
_HOLDS = re.compile(r"\{([^{}]{1,80})\}\s*(.*)")
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?")


def read_question(file: str, block: Block, quantity: str) -> tuple[Question, str]:
    """The question of a block, and the text that stands before it.

    Parameters
    ----------
    file
        What messages call the file.
    block
        Its text holds the question.
    quantity
        What is measured; "" for a prediction.

    Raises
    ------
    LessonError
        If something is missing or does not fit.
    """
    if quantity and quantity not in table.KEYS:
        line = block.keys["measure"][0]
        raise refuse(file, line, f"there is no quantity {ascii(quantity)[:60]}; there are "
                     f"{', '.join(table.KEYS)}")  # fmt: skip
    if not quantity and "measure" in block.keys:
        line = block.keys["measure"][0]
        raise refuse(file, line, "“measure:” is followed by a quantity")
    first = next((at for at, (_, text) in enumerate(block.text) if _ANSWER.match(text)), None)
    if first is None:
        raise refuse(file, block.line, "there is no answer; an answer is a line “- [ ] TEXT”")
    text, asked = _split(file, block, first)
    answers = _answers(file, block.text[first:], bool(quantity))
    _check_answers(file, block, answers)
    if quantity:
        _check_cover(file, block, answers, quantity)
    return Question(asked, tuple(answers), quantity), text


def _split(file: str, block: Block, first: int) -> tuple[str, str]:
    """The text before the question, and the question, which is the last paragraph."""
    lines = block.text[:first]
    whole = "\n".join(text for _, text in lines).strip()
    before, _, asked = whole.rpartition("\n\n")
    asked = single_line(asked, LONGEST_QUESTION + 1).strip()
    line = block.text[first][0]
    if not asked.rstrip("*_").endswith("?"):
        raise refuse(file, line, "the paragraph before the answers is the question and ends in “?”")
    if len(asked) > LONGEST_QUESTION:
        raise refuse(file, line, f"a question has at most {LONGEST_QUESTION} characters")
    return before.strip(), asked


def _answers(file: str, lines: list[tuple[int, str]], measures: bool) -> list[Answer]:
    """The answers, each with the indented lines below it as its reply."""
    found: list[tuple[int, str, str, list[str]]] = []
    for number, text in lines:
        if matched := _ANSWER.match(text):
            found.append((number, matched[1], matched[2].strip(), []))
        elif not text.strip():
            continue
        elif text.startswith("  "):
            found[-1][3].append(text.strip())
        else:
            raise refuse(file, number, "after the answers only replies follow, indented by two")
    answers = []
    for number, mark, text, reply in found:
        holds, words = _holds(file, number, text) if measures else (None, text)
        said = single_line(" ".join(reply), LONGEST_REPLY + 1)
        if not words or len(words) > LONGEST_ANSWER:
            raise refuse(file, number, f"an answer has 1 to {LONGEST_ANSWER} characters")
        if not said or len(said) > LONGEST_REPLY:
            raise refuse(file, number, f"an answer has a reply of up to {LONGEST_REPLY} characters "
                         "below it, indented by two")  # fmt: skip
        answers.append(Answer(single_line(words), said, mark == "x", holds, number))
    return answers


def _check_answers(file: str, block: Block, answers: list[Answer]) -> None:
    if len(answers) not in ANSWERS:
        raise refuse(file, block.line, "a question has two to four answers")
    marked = sum(answer.is_right for answer in answers)
    if marked != 1:
        raise refuse(file, answers[0].line, f"one answer is marked “[x]”, not {marked}")
    if len({answer.text for answer in answers}) < len(answers):
        raise refuse(file, answers[0].line, "two answers are the same")


def _holds(file: str, number: int, text: str) -> tuple[Span | str, str]:
    """What an answer holds for, from “{1.5..3} TEXT” or “{word} TEXT”."""
    matched = _HOLDS.match(text)
    if matched is None:
        raise refuse(file, number, "an answer to a measurement begins with what it holds for, as "
                     "in “{..2}”, “{2..}” or “{a}”")  # fmt: skip
    low, dots, high = (part.strip() for part in matched[1].partition(".."))
    if not dots:
        return low, matched[2].strip()
    for bound in (low, high):
        if bound and not _NUMBER.fullmatch(bound):
            raise refuse(file, number, f"{ascii(bound)[:40]} is no number")
    return Span(float(low) if low else None, float(high) if high else None), matched[2].strip()


def _check_cover(file: str, block: Block, answers: list[Answer], quantity: str) -> None:
    """Check that exactly one answer is right whatever is measured."""
    words = table.find(quantity).words
    if words:
        given = [answer.holds for answer in answers]
        if sorted(map(str, given)) != sorted(words):
            raise refuse(file, block.line, f"the answers hold for {', '.join(words)}, each once")
        return
    spans = [answer.holds for answer in answers]
    if not all(isinstance(span, Span) for span in spans):
        raise refuse(file, block.line, f"{quantity} is a number: answers hold as in “{{2..3}}”")
    ends = sorted(
        (-math.inf if span.low is None else span.low, math.inf if span.high is None else span.high)
        for span in spans
        if isinstance(span, Span)
    )
    if ends[0][0] != -math.inf or ends[-1][1] != math.inf:
        raise refuse(
            file, block.line, "one answer is open below and one above, as in “{..2}” and “{3..}”"
        )
    if any(one[1] != other[0] for one, other in pairwise(ends)) or any(a >= b for a, b in ends):
        raise refuse(file, block.line, "the numbers of the answers neither overlap nor leave gaps")
