"""Work of `lessons --check`: walks every lesson and measures on the built-in scene."""

from __future__ import annotations

import contextlib
import sys
from itertools import islice
from pathlib import Path

from app.engine.pipeline import Pipeline
from app.lessons.check import check_lesson
from app.lessons.library import load_lessons
from app.lessons.quantities.quantity import Quantity, Reading, Screen
from app.settings.settings import Settings
from app.sources.opening import open_source
from app.sources.reading import frames_of
from app.ui.resolve import fixed_source, pipeline_config, source_size


def run(folder: Path | None) -> int:
    """Print what is wrong, then how many lessons and questions there are.

    Returns
    -------
    int
        1 if anything is wrong.
    """
    library = load_lessons(folder)
    problems, questions = list(library.problems), 0
    for lesson in library.lessons:
        checked = check_lesson(lesson, measured)
        questions += checked.questions
        problems += checked.problems
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(library.lessons)} lessons, {questions} questions")
    return 1 if problems else 0


def measured(settings: Settings, quantity: Quantity, first: int = 0) -> Reading | None:
    """Measure a quantity by running the lanes over the first frames of the source.

    Parameters
    ----------
    first
        Number of the frame to begin with.

    Raises
    ------
    UserError
        If the source cannot be opened or read.
    """
    meter, pipeline = quantity.make(), Pipeline()
    last = quantity.frames * quantity.stride
    source = open_source(fixed_source(settings), source_size(settings))
    with contextlib.closing(source), contextlib.closing(pipeline):
        if first:
            source.seek(first)
        pipeline.configure(pipeline_config(settings))
        for number, frame in enumerate(islice(frames_of(source, _never), 0, last, quantity.stride)):
            if number and number == quantity.resets_at:
                pipeline.reset()
            meter.add(Screen(pipeline.step(frame), settings, quantity.ruler))
    return meter.reading()


def _never() -> bool:
    return False
