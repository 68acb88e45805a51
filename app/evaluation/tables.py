"""The tables of an evaluation: what stands in them. `tables_text` writes them."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from app.evaluation.protocols.protocol import EvaluationProtocol
from app.evaluation.published import BOUNDARY_SETS, PAPER_SETS, PUBLISHED, SOURCE, Published
from app.evaluation.results import Line
from app.evaluation.table import KEYS, data_set

MARK = "†"
"""Beside what is published and second hand."""
_MOST_CLIP_ROWS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its name, a cell per column, and whether it is published instead of ours."""

    name: str
    cells: tuple[str, ...]
    is_published: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    title
        What it shows and which values are better.
    head
        Of the first column and the others.
    rows, note
        Its rows, and what must be read with it, or "".
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""


def tables_of(lines: Sequence[Line], protocol: EvaluationProtocol) -> tuple[Table, ...]:
    """All tables of the lines that were measured by the protocol."""
    lines = [line for line in lines if line.protocol == protocol.key]
    if not lines:
        return ()
    is_paper = protocol.key == "flashdepth"
    made = [
        _delta1(lines, is_paper),
        _boundaries(lines) if is_paper else None,
        _by_set(lines, "AbsRel (lower is better)", attrgetter("absrel"), 3, _absrel_note(is_paper)),
        _by_set(lines, "RMSE in metres (lower is better)", attrgetter("rmse"), 3),
        _by_set(
            lines, "Boundary F1 where truth is known, not the paper's (higher is better)",
            attrgetter("boundary_f1_masked"), 3,
        ),
        _by_set(lines, "TAE in percent (lower is better)", attrgetter("tae"), 2),
        _by_set(lines, "Flicker, OPW (lower is better)", attrgetter("opw"), 4),
        _by_clip(lines),
    ]  # fmt: skip
    return tuple(table for table in made if table is not None)


def holes_of(lines: Sequence[Line], protocol: EvaluationProtocol) -> tuple[str, ...]:
    """A sentence for each line without numbers."""
    return tuple(
        f"{line.data}/{line.clip}, {line.model}: {line.error}"
        for line in lines
        if line.error and line.protocol == protocol.key
    )


def number(value: float | None, digits: int) -> str:
    """A cell; a dash where there is no number."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"


def _models(lines: Sequence[Line]) -> list[str]:
    return sorted({line.model for line in lines})


def _sets(lines: Sequence[Line]) -> list[str]:
    present = {line.data for line in lines}
    order = [*PAPER_SETS, *(key for key in KEYS if key not in PAPER_SETS)]
    return [key for key in order if key in present]


def _mean(lines: Sequence[Line], read: Callable[[Line], float]) -> float:
    values = [value for line in lines if math.isfinite(value := read(line))]
    return statistics.fmean(values) if values else math.nan


def _cell(lines: Sequence[Line], read: Callable[[Line], float], digits: int) -> str:
    """Mean over clips; with a star if some of them failed."""
    value = _mean(lines, read)
    holes = sum(bool(line.error) for line in lines)
    star = f"* ({len(lines) - holes} of {len(lines)})" if holes and math.isfinite(value) else ""
    return number(value, digits) + star


def _of(lines: Sequence[Line], model: str, data: str) -> list[Line]:
    return [line for line in lines if line.model == model and line.data == data]


def _by_set(
    lines: Sequence[Line], title: str, read: Callable[[Line], float], digits: int, note: str = ""
) -> Table | None:
    """Models by data sets; None if no line has such a number."""
    if not any(math.isfinite(read(line)) for line in lines):
        return None
    sets = _sets(lines)
    rows = [
        Row(model, tuple(_cell(_of(lines, model, data), read, digits) for data in sets))
        for model in _models(lines)
    ]
    return Table(title, ("Model", *(data_set(key).title for key in sets)), tuple(rows), note)


def _absrel_note(is_paper: bool) -> str:
    return "The paper's values of AbsRel are not known here." if is_paper else ""


def _delta1(lines: Sequence[Line], is_paper: bool) -> Table:
    """In the paper's form: its five data sets and the mean rank, its methods below ours.

    Where there is only one data set, ranks repeat the order of its column and are left out.
    """
    sets = _sets(lines)
    published: list[Published] = []
    if is_paper and any(key in PAPER_SETS for key in sets):
        sets = [*PAPER_SETS, *(key for key in sets if key not in PAPER_SETS)]
        published = [one for one in PUBLISHED if one.delta1]
    values = {
        model: {key: _mean(_of(lines, model, key), attrgetter("delta1")) for key in sets}
        for model in _models(lines)
    }
    ranks = mean_ranks(values) if len(sets) > 1 else {}
    rows = [
        Row(
            model,
            (
                *(_cell(_of(lines, model, key), attrgetter("delta1"), 3) for key in sets),
                *([number(ranks[model], 1)] if ranks else []),
            ),
        )
        for model in values
    ] + [
        Row(
            f"{one.name} ({one.size}) {MARK}",
            (*(number(one.delta1.get(key), 3) for key in sets), number(one.rank, 1)),
            is_published=True,
        )
        for one in published
    ]
    note = (
        f"{MARK} {SOURCE} Mean ranks are among our models, and among the paper's."
        if published
        else ""
    )
    titles = (data_set(key).title for key in sets)
    head = ("Model", *titles, *(["Mean rank"] if ranks else []))
    return Table("delta1 (higher is better)", head, tuple(rows), note)


def mean_ranks(values: dict[str, dict[str, float]]) -> dict[str, float]:
    """Mean rank of each model over the columns that all have; ties share the better rank."""
    columns = [
        key
        for key in next(iter(values.values()), {})
        if all(math.isfinite(row[key]) for row in values.values())
    ]
    if not columns:
        return dict.fromkeys(values, math.nan)
    return {
        model: statistics.fmean(
            1 + sum(other[key] > row[key] for other in values.values()) for key in columns
        )
        for model, row in values.items()
    }


def _boundaries(lines: Sequence[Line]) -> Table | None:
    """In the paper's form: boundary F1 on its two data sets, rate and input size."""
    ours = [line for line in lines if line.data in BOUNDARY_SETS]
    if not ours:
        return None
    rows = []
    for model in _models(ours):
        of = [line for line in ours if line.model == model]
        rates = [line.fps for line in of if math.isfinite(line.fps)]
        sizes = [f"{line.network_width}x{line.network_height}" for line in of if line.network_width]
        rows.append(
            Row(
                model,
                (
                    *(
                        _cell(_of(of, model, key), attrgetter("boundary_f1"), 3)
                        for key in BOUNDARY_SETS
                    ),
                    number(statistics.median(rates) if rates else math.nan, 1),
                    statistics.mode(sizes) if sizes else "–",
                ),
            )
        )
    rows += [
        Row(
            f"{one.name} {MARK}",
            (
                *(number(one.boundary_f1.get(key), 3) for key in BOUNDARY_SETS),
                number(one.fps, 1),
                one.size,
            ),
            is_published=True,
        )
        for one in PUBLISHED
        if one.boundary_f1
    ]
    head = ("Model", *(f"{data_set(key).title} F1" for key in BOUNDARY_SETS), "FPS", "Input")
    note = f"{MARK} {SOURCE} Their rates are of an A100, ours of the machine that ran this."
    return Table("Boundary F1 (higher is better) and speed", head, tuple(rows), note)


def _by_clip(lines: Sequence[Line]) -> Table:
    """Every clip and model."""
    shown = lines[:_MOST_CLIP_ROWS]
    columns: list[tuple[str, Callable[[Line], str]]] = [
        ("Model", attrgetter("model")),
        ("Frames", lambda line: str(line.frames) if line.frames else "–"),
        ("AbsRel", lambda line: number(line.absrel, 3)),
        ("delta1", lambda line: number(line.delta1, 3)),
        ("F1", lambda line: number(_any_boundary(line), 3)),
        ("TAE", lambda line: number(line.tae, 2)),
        ("OPW", lambda line: number(line.opw, 4)),
        ("FPS", lambda line: number(line.fps, 1)),
    ]
    rows = tuple(
        Row(f"{line.data}/{line.clip}", tuple(read(line) for _, read in columns)) for line in shown
    )
    note = "F1 leaves unknown truth out where not all of it is known."
    if len(shown) < len(lines):
        note += f" The first {len(shown)} of {len(lines)}."
    return Table("By clip", ("Clip", *(name for name, _ in columns)), rows, note)


def _any_boundary(line: Line) -> float:
    return line.boundary_f1 if math.isfinite(line.boundary_f1) else line.boundary_f1_masked
