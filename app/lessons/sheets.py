"""The teacher's sheet and the handouts, written from the lessons themselves. Pure text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.lessons.lesson import Lesson, Part, Question, Stage, Step
from app.lessons.quantities import table
from app.system.json_files import write_atomically

COURSE = "course.md"
HANDOUTS = "handouts"
_SECONDS: dict[Stage, int] = {
    Stage.PREDICT: 40, Stage.OBSERVE: 45, Stage.EXPLAIN: 35, Stage.MEASURE: 30,
}  # fmt: skip
_WORDS: dict[Stage, str] = {
    Stage.PREDICT: "Predict",
    Stage.OBSERVE: "Observe",
    Stage.EXPLAIN: "Explain",
    Stage.MEASURE: "Measure",
}
_LETTERS = "abcd"
_OPENING = """\
# The course: teacher's sheet

{count} lessons, {minutes} minutes. Made by `python main.py lessons --sheets DIR` from the
lessons in `resources/lessons`: change those, not this page. F1 in the app begins.

**How a lesson goes.** Students *predict*, and only then the app shows what happens. Let everybody
choose before you go on: each on a machine of their own, by name, or by a show of hands with
*Whole class, no names*. They *observe*, read why beside the reply to what they chose, and
*measure*: the right answer to the last question is computed from what is on screen at that
moment. *Save answers…* below the list writes a table. Nothing is written before, and nothing
leaves the machine. Leaving the lessons restores the settings from before.

**Before class.** Start the app once; `python main.py lessons --check` walks all lessons and
computes all answers. `handouts` has a page for each lesson.

| lesson | minutes | afterwards |
|---|---|---|"""
_PAGE = '<div style="page-break-after: always"></div>'


def write_sheets(lessons: Sequence[Lesson], folder: Path) -> list[Path]:
    """Write the teacher's sheet and a handout for each lesson into a folder, which is made.

    Raises
    ------
    OSError
        If writing fails.
    """
    paths = []
    for name, text in sheets(lessons).items():
        path = folder / name
        write_atomically(path, text)
        paths.append(path)
    return paths


def sheets(lessons: Sequence[Lesson]) -> dict[str, str]:
    """All sheets by the names of their files."""
    handouts = {f"{HANDOUTS}/{lesson.name}.md": handout(lesson) for lesson in lessons}
    return {COURSE: teachers_sheet(lessons), **handouts}


def teachers_sheet(lessons: Sequence[Lesson]) -> str:
    """Goals, timing, what to say, and all answers, as Markdown to print."""
    minutes = sum(lesson.minutes for lesson in lessons)
    rows = (f"| {_number(one)} {one.title} | {one.minutes} | {one.goal} |" for one in lessons)
    lines = [_OPENING.format(count=len(lessons), minutes=minutes), *rows]
    for lesson in lessons:
        lines += ["", _PAGE, "", f"## {_number(lesson)} {lesson.title}", "", lesson.summary, ""]
        lines += [f"*Goal.* {lesson.goal}", "", f"**To begin.** {_one_line(lesson.say)}"]
        parts = sum(_SECONDS[place.stage] for place in lesson.places)
        pace = 60 * lesson.minutes / parts
        for number, step in enumerate(lesson.steps, start=1):
            lines += _teach(number, step, pace)
    return "\n".join(lines) + "\n"


def handout(lesson: Lesson) -> str:
    """One page for a student: the questions, room for what was observed, no answers."""
    lines = [f"# {_number(lesson)} {lesson.title}", "", lesson.summary, ""]
    lines += ["Name: ______________________________  Date: ______________", ""]
    for number, step in enumerate(lesson.steps, start=1):
        lines += [f"## Step {number}: {step.title}", ""]
        for part in step.parts:
            lines += _hand_out(part)
    return "\n".join(lines).rstrip() + "\n"


def _teach(number: int, step: Step, pace: float) -> list[str]:
    lines = ["", f"### Step {number}: {step.title}"]
    for part in step.parts:
        said = f" {part.say}" if part.say else ""
        lines += ["", f"**{_WORDS[part.stage]}** ({_seconds(part.stage, pace)} s).{said}"]
        if part.question is not None:
            asked = f"{part.text}\n\n{part.question.text}".strip()
            lines += ["", *_quoted(asked), "", *_answers(part.question)]
        else:
            lines += ["", *_quoted(part.text)]
    return lines


def _quoted(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.splitlines()]


def _seconds(stage: Stage, pace: float) -> int:
    """Time for a part, so that all parts of a lesson take its minutes."""
    return 5 * round(_SECONDS[stage] * pace / 5)


def _answers(question: Question) -> list[str]:
    lines = []
    for letter, answer in zip(_LETTERS, question.answers, strict=False):
        mark = "**✓**" if answer.is_right else "✗"
        lines.append(f"- {mark} {letter}) {answer.text}: *{answer.reply}*")
    if question.quantity:
        lines.append(
            f"- Measured: {table.find(question.quantity).title}. ✓ is what the beginning of the "
            "built-in scene gives; in class the screen decides."
        )
    return lines


def _hand_out(part: Part) -> list[str]:
    if part.question is None:
        if part.stage is Stage.OBSERVE:
            return ["**Observe.** " + _one_line(part.text), "", "What I saw: " + 60 * "_", ""]
        return ["**Because:** " + 62 * "_", ""]
    asked = _one_line(f"{part.text} {part.question.text}")
    lines = [f"**{_WORDS[part.stage]}.** {asked}", ""]
    lines += [
        f"- ☐ {letter}) {answer.text}"
        for letter, answer in zip(_LETTERS, part.question.answers, strict=False)
    ]
    if part.stage is Stage.MEASURE:
        lines += ["", "Measured: " + 30 * "_"]
    return [*lines, ""]


def _number(lesson: Lesson) -> str:
    digits = lesson.name.partition("-")[0]
    return f"{digits}." if digits.isdigit() else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
