"""Errors that reach the user: one sentence that says what happened and what to do."""


class UserError(Exception):
    """A failure that the user can act on. ``str(error)`` is one sentence, shown as it is.

    The traceback goes to the log; the sentence goes to the screen or to stderr.
    """


class UsageError(UserError):
    """The arguments cannot be used (exit code 2 on the command line)."""


class SourceError(UserError):
    """A source could not be opened or read."""


class CheckpointError(UserError):
    """A checkpoint is missing, damaged or meant for another network."""
