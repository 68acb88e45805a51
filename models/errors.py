"""Errors that reach the user: one sentence that says what happened and what to do."""

from models.plain_text import SENTENCE, single_line, without_credentials


class UserError(Exception):
    """A failure that the user can act on. ``str(error)`` is one sentence, shown as it is.

    The traceback goes to the log; the sentence goes to the screen or to stderr. It may repeat names
    and addresses from outside: it is one line without control characters, and addresses in it have
    no user names, passwords, queries and fragments.
    """

    def __str__(self) -> str:
        return single_line(without_credentials(super().__str__()), SENTENCE)


class UsageError(UserError):
    """The arguments cannot be used (exit code 2 on the command line)."""


class SourceError(UserError):
    """A source could not be opened or read."""


class CheckpointError(UserError):
    """A checkpoint is missing, damaged or meant for another network."""
