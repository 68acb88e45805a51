"""The comparison report of up to eight models over the same frames.

`compare` serves the command line and the window, so both give the same numbers; `compare_models`
takes more than two.
"""

from app.report.run import compare, compare_models, compare_sessions
from app.report.values import Cancelled, CompareOptions, FailedLane, Progress, Report

__all__ = [
    "Cancelled",
    "CompareOptions",
    "FailedLane",
    "Progress",
    "Report",
    "compare",
    "compare_models",
    "compare_sessions",
]
