"""The comparison report: two models over the same frames, measured, shown, citable.

`compare` serves the command line and the window alike, so both give the same numbers.
"""

from app.report.run import compare, compare_sessions
from app.report.values import Cancelled, CompareOptions, IsCancelled, Progress, Report

__all__ = [
    "Cancelled",
    "CompareOptions",
    "IsCancelled",
    "Progress",
    "Report",
    "compare",
    "compare_sessions",
]
