"""The blocks of a lesson's file: keys between two lines of ``---``, then Markdown."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.errors import UserError
from models.plain_text import LINE, SENTENCE, single_line

FENCE = "---"
MAX_BYTES = 64 * 1024
"""Longest file; a lesson of five minutes has a tenth of it."""
MAX_LINE = 1_000
"""Characters of a line; longer ones are not read by anyone."""
MAX_BLOCKS = 40


class LessonError(UserError):
    """A file that is no usable lesson; the sentence begins with its name and line."""


def refuse(file: str, line: int, what: str) -> LessonError:
    """The error of a line, from 1; `what` follows a colon and has no full stop."""
    return LessonError(single_line(f"{single_line(file, LINE)}, line {line}: {what}.", SENTENCE))


@dataclass(slots=True)
class Block:
    """One block.

    Attributes
    ----------
    line
        Number of its first fence, from 1.
    keys
        By name, (number of the line, text).
    text
        (number, text) of the lines up to the next block, without empty ones around.
    """

    line: int
    keys: dict[str, tuple[int, str]] = field(default_factory=dict)
    text: list[tuple[int, str]] = field(default_factory=list)


def read_blocks(file: str, text: str) -> list[Block]:
    """Split a file into its blocks.

    Raises
    ------
    LessonError
        If a block is not closed, a key is twice in one or a limit is exceeded.
    """
    if len(text) > MAX_BYTES:
        raise refuse(file, 1, f"a lesson has at most {MAX_BYTES // 1024} KiB")
    blocks: list[Block] = []
    is_inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MAX_LINE:
            raise refuse(file, number, f"a line has at most {MAX_LINE} characters")
        if line.strip() == FENCE:
            is_inside = not is_inside
            if is_inside:
                blocks.append(Block(number))
            if len(blocks) > MAX_BLOCKS:
                raise refuse(file, number, f"a lesson has at most {MAX_BLOCKS} blocks")
        elif is_inside:
            _add_key(file, blocks[-1], number, line)
        elif blocks:
            blocks[-1].text.append((number, line))
        elif line.strip():
            raise refuse(file, number, "a lesson begins with a line of “---”")
    if is_inside:
        raise refuse(file, blocks[-1].line, "the block that begins here is not closed by “---”")
    return blocks


def _add_key(file: str, block: Block, number: int, line: str) -> None:
    if not line.strip():
        return
    key, colon, value = (part.strip() for part in line.partition(":"))
    if not colon or not key:
        raise refuse(file, number, "between two lines of “---” every line is “key: value”")
    if key in block.keys:
        raise refuse(file, number, f"{single_line(key, 80)} is there twice")
    block.keys[key] = (number, value)
