"""The form of log lines, in the file and on the terminal: one record is one line, without secrets.

A traceback follows its record on lines that begin with spaces, so that no text from outside can
pass for a record.
"""

from __future__ import annotations

import logging

from app.system.redaction import without_secrets
from models.plain_text import single_line

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

_LONGEST = 4_000
_MOST_LINES = 200


class LogFormatter(logging.Formatter):
    """Formats records of the standard library's logging."""

    def __init__(self) -> None:
        super().__init__(FORMAT)

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.asctime = self.formatTime(record)
        lines = [single_line(self.formatMessage(record), _LONGEST)]
        if record.exc_info:
            lines += _indented(self.formatException(record.exc_info))
        if record.stack_info:
            lines += _indented(record.stack_info)
        return without_secrets("\n".join(lines))


def _indented(text: str) -> list[str]:
    return [f"  {single_line(line, _LONGEST)}" for line in text.split("\n")[-_MOST_LINES:]]
