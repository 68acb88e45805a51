"""The comparison report of two models over the same frames.

`compare` serves the command line and the window, so both give the same numbers.
"""

from app.report.run import compare, compare_sessions
from app.report.values import Cancelled, CompareOptions, Progress, Report

__all__ = [
    "Cancelled",
    "CompareOptions",
    "Progress",
    "Report",
    "compare",
    "compare_sessions",
]
