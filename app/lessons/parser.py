"""From a Markdown file to a lesson. `resources/lessons/README.md` describes the format."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType

from app.lessons.blocks import Block, read_blocks, refuse
from app.lessons.lesson import Lesson, Part, Stage, Step, Values
from app.lessons.question import read_question
from app.lessons.values import may_set, read_value
from app.settings.settings import SETTINGS, Settings
from models.plain_text import SENTENCE, single_line

LONGEST_TITLE = 60
LONGEST_TEXT = 1_200
MAX_STEPS = 6
_HEAD_KEYS = ("lesson", "summary", "goal", "minutes")
_STAGE_KEYS = {stage.value for stage in Stage}
_PART_KEYS = ("say", "controls")


def parse_lesson(name: str, text: str, file: str = "") -> Lesson:
    """Read a lesson.

    Parameters
    ----------
    name
        The lesson's name, as of its file without the ending.
    text
        Content of the file.
    file
        What messages call the file; `name` with its ending by default.

    Raises
    ------
    LessonError
        With file and line, and what is wrong.
    """
    file = file or f"{name}.md"
    blocks = read_blocks(file, text)
    if not blocks or "lesson" not in blocks[0].keys:
        raise refuse(file, 1, "the first block has no “lesson: TITLE”")
    lesson = _Reader(file).lesson(name, blocks)
    _check_settings(lesson)
    return lesson


class _Reader:
    """Reads the blocks of one file."""

    def __init__(self, file: str) -> None:
        self._file = file

    def lesson(self, name: str, blocks: list[Block]) -> Lesson:
        head = blocks[0]
        texts = {key: self._line(head, key, key == "lesson") for key in _HEAD_KEYS}
        if not texts["summary"] or not texts["goal"]:
            raise refuse(self._file, head.line, "a lesson has a “summary” and a “goal”")
        parts = [self._part(block) for block in blocks[1:]]
        steps = self._steps(parts, [self._title(block) for block in blocks[1:]])
        if not 0 < len(steps) <= MAX_STEPS:
            raise refuse(self._file, head.line, f"a lesson has one to {MAX_STEPS} steps")
        return Lesson(
            name=name,
            title=texts["lesson"],
            summary=texts["summary"],
            goal=texts["goal"],
            minutes=self._minutes(head, texts["minutes"]),
            steps=tuple(steps),
            settings=self._settings(head, _HEAD_KEYS),
            say=_joined(head),
            file=self._file,
        )

    def _part(self, block: Block) -> Part:
        stages = _STAGE_KEYS & block.keys.keys()
        if len(stages) != 1:
            raise refuse(
                self._file, block.line,
                "every block after the first is one of predict, observe, explain and measure",
            )  # fmt: skip
        stage = Stage(stages.pop())
        question, text = None, _joined(block)
        if stage.asks:
            quantity = block.keys[stage][1] if stage is Stage.MEASURE else ""
            question, text = read_question(self._file, block, quantity)
        elif not text:
            raise refuse(self._file, block.line, f"“{stage}” has no text")
        if len(text) > LONGEST_TEXT:
            raise refuse(self._file, block.line, f"a text has at most {LONGEST_TEXT} characters")
        return Part(
            stage=stage,
            text=text,
            settings=self._settings(block, (stage, *_PART_KEYS)),
            controls=self._controls(block),
            say=single_line(block.keys.get("say", (0, ""))[1], SENTENCE),
            question=question,
            line=block.line,
        )

    def _title(self, block: Block) -> str:
        stage = Stage.PREDICT
        if stage not in block.keys:
            return ""
        if not block.keys[stage][1]:
            line = block.keys[stage][0]
            raise refuse(self._file, line, "“predict:” is followed by the title of the step")
        return self._line(block, stage, is_title=True)

    def _steps(self, parts: list[Part], titles: list[str]) -> list[Step]:
        """Put the parts together: a prediction begins a step."""
        steps: list[Step] = []
        for part, title in zip(parts, titles, strict=True):
            if part.stage is Stage.PREDICT:
                self._check_complete(steps, part.line)
                steps.append(Step(title, (part,)))
                continue
            before = steps[-1].parts[-1].stage if steps else None
            expected = _AFTER[part.stage]
            if before is not expected:
                raise refuse(
                    self._file, part.line,
                    f"“{part.stage}” follows “{expected}”, in the order predict, observe, "
                    "explain, measure",
                )  # fmt: skip
            steps[-1] = dataclasses.replace(steps[-1], parts=(*steps[-1].parts, part))
        self._check_complete(steps, parts[-1].line if parts else 1)
        return steps

    def _check_complete(self, steps: list[Step], line: int) -> None:
        if steps and steps[-1].part(Stage.EXPLAIN) is None:
            raise refuse(self._file, line, f"the step “{steps[-1].title}” has no “explain”")

    def _settings(self, block: Block, others: tuple[str, ...]) -> Values:
        values: dict[str, object] = {}
        for key, (line, text) in block.keys.items():
            if key in others:
                continue
            try:
                values[key] = read_value(key, text)
            except ValueError as error:
                raise refuse(self._file, line, str(error)) from None
        return MappingProxyType(values)

    def _controls(self, block: Block) -> tuple[str, ...]:
        line, text = block.keys.get("controls", (0, ""))
        names = tuple(part.strip() for part in text.split(",") if part.strip())
        for name in names:
            if not may_set(name) or SETTINGS[name].not_shown:
                raise refuse(self._file, line, f"there is no control for {ascii(name)[:60]}")
        if len(names) > 4 or len(set(names)) < len(names):
            raise refuse(self._file, line, "a part has at most four controls, each once")
        return names

    def _line(self, block: Block, key: str, is_title: bool) -> str:
        number, text = block.keys.get(key, (block.line, ""))
        limit = LONGEST_TITLE if is_title else SENTENCE
        if len(text) > limit:
            raise refuse(self._file, number, f"“{key}” has at most {limit} characters")
        if is_title and not text:
            raise refuse(self._file, number, f"“{key}” is empty")
        return single_line(text, limit)

    def _minutes(self, head: Block, text: str) -> int:
        if not re.fullmatch(r"[1-9][0-9]?", text):
            line = head.keys.get("minutes", (head.line, ""))[0]
            raise refuse(self._file, line, "“minutes” is a whole number from 1 to 99")
        return int(text)


_AFTER: Mapping[Stage, Stage] = {
    Stage.OBSERVE: Stage.PREDICT,
    Stage.EXPLAIN: Stage.OBSERVE,
    Stage.MEASURE: Stage.EXPLAIN,
}


def _joined(block: Block) -> str:
    return "\n".join(text for _, text in block.text).strip()


def _check_settings(lesson: Lesson) -> None:
    """Check the settings of every part together, as some depend on others."""
    for place in lesson.places:
        try:
            dataclasses.replace(Settings(), **lesson.settings_at(place))  # type: ignore[arg-type]
        except (TypeError, ValueError) as error:
            line = lesson.part_at(place).line
            raise refuse(lesson.file, line, str(error).rstrip(".")) from None
