"""The page of an evaluation: one self-contained HTML file that loads nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.evaluation.protocols.protocol import EvaluationProtocol
from app.evaluation.results import Detail, Line, ResultStore
from app.evaluation.table import KEYS, data_set
from app.evaluation.tables import Table, holes_of, tables_of
from app.evaluation.worst import FULL_ERROR
from app.report.charts import Curve, line_chart
from app.report.markup import escape, short_name
from app.report.numbers import counted, figure, listed
from app.report.style import STYLE

_MOST_CLIPS = 60
_MOST_WORST = 24
_LETTERS = "abcdefgh"
_CHARTS = (
    ("AbsRel per frame (0 is right)", "absrel"),
    ("Flicker per frame pair, OPW (0 is steady)", "opw"),
    ("Boundary F1 per frame (1 is right)", "boundary_f1"),
    ("TAE per frame pair, percent (0 is consistent)", "tae"),
)
_MORE_STYLE = """
.sets.numbers td:last-child,.sets.numbers tr:first-child th{text-align:right}
.sets.numbers tr:first-child th:first-child{text-align:left}
"""
_PICTURES = ("picture", "truth", "estimate", "error")


def page(store: ResultStore, protocol: EvaluationProtocol) -> str:
    """The whole file. Its content security policy forbids it to load anything."""
    lines = [line for line in store.lines if line.protocol == protocol.key]
    done = [line for line in lines if not line.error]
    title = f"Evaluation by the protocol of {protocol.title}"
    body = "".join(
        (
            f"<header><h1>{escape(title)}</h1>",
            f"<p class='quiet'>{escape(_scope(lines))}</p></header>",
            _section("Results", "".join(_table(one) for one in tables_of(lines, protocol))),
            _holes(holes_of(lines, protocol)),
            _section("Frame by frame", _charts(store, done)),
            _section("Worst frames", _worst(store, done)),
            _section("How it was measured", _facts(protocol, done)),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(title)}</title><style>{STYLE}{_MORE_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _scope(lines: Sequence[Line]) -> str:
    clips = len({(line.data, line.clip) for line in lines})
    models = len({line.model for line in lines})
    return f"{counted(models, 'model')} on {counted(clips, 'clip')}"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.head)
    rows = "".join(
        f"<tr{' class=quiet' if row.is_published else ''}><th>{escape(short_name(row.name))}</th>"
        + "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
        + "</tr>"
        for row in table.rows
    )
    note = f"<p class='quiet'>{escape(table.note)}</p>" if table.note else ""
    body = f"<table class='numbers sets'><tr>{head}</tr>{rows}</table>"
    return f"<h3>{escape(table.title)}</h3>{body}{note}"


def _holes(holes: Sequence[str]) -> str:
    if not holes:
        return ""
    return _section(
        "Not measured", "<ul>" + "".join(f"<li>{escape(h)}</li>" for h in holes) + "</ul>"
    )


def _charts(store: ResultStore, lines: Sequence[Line]) -> str:
    clips = list(dict.fromkeys((line.data, line.clip) for line in lines))
    models = sorted({line.model for line in lines})
    letters = dict(zip(models, _LETTERS, strict=False))
    parts = []
    for data, clip in clips[:_MOST_CLIPS]:
        of = [line for line in lines if (line.data, line.clip) == (data, clip)]
        known = [
            (letters[line.model], found)
            for line in of
            if line.model in letters and (found := store.detail(line)) is not None
        ]
        drawn = "".join(_chart(title, name, known) for title, name in _CHARTS)
        if drawn:
            parts.append(f"<h3>{escape(f'{data}/{clip}')}</h3>{drawn}")
    legend = " ".join(
        f'<span class="chip {letter}">{letter.upper()}</span> {escape(short_name(model))}'
        for model, letter in letters.items()
    )
    parts.insert(0, f"<p class='legend'>{legend}</p>" if parts else "")
    more = len(clips) - _MOST_CLIPS
    if more > 0:
        parts.append(f"<p class='quiet'>{counted(more, 'more clip')} in results.jsonl.</p>")
    return "".join(parts) or "<p class='quiet'>No clip has two frames that were measured.</p>"


def _chart(title: str, name: str, known: Sequence[tuple[str, Detail]]) -> str:
    curves = [
        Curve(letter.upper(), letter, values)
        for letter, detail in known
        if len(values := getattr(detail, name)) > 1 and any(map(math.isfinite, values))
    ]
    if not curves:
        return ""
    drawn = line_chart(curves, [])
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawn}</figure>"


def _worst(store: ResultStore, lines: Sequence[Line]) -> str:
    found = [(line, detail) for line in lines if (detail := store.detail(line)) and detail.pictures]
    found.sort(key=lambda pair: -pair[1].worst_absrel)
    if not found:
        return "<p class='quiet'>No frame was measured.</p>"
    head = "<tr><th></th>" + "".join(f"<th>{name}</th>" for name in _PICTURES) + "</tr>"
    rows = "".join(_worst_row(line, detail) for line, detail in found[:_MOST_WORST])
    return (
        "<p class='quiet'>The frame with the highest AbsRel of each clip and model, worst first. "
        f"The error is |d − g| / g, pale yellow from {FULL_ERROR:g} on.</p>"
        f"<table class='pictures'>{head}{rows}</table>"
    )


def _worst_row(line: Line, detail: Detail) -> str:
    name = escape(f"{line.data}/{line.clip}")
    cells = "".join(
        f'<td><img src="{escape(uri)}" alt="{what}"></td>'
        for uri, what in zip(detail.pictures, _PICTURES, strict=False)
    )
    return (
        f"<tr><th>{name}<br>{escape(short_name(line.model))}<br><span class='quiet'>frame "
        f"{detail.worst}, {figure(detail.worst_absrel)}</span></th>{cells}</tr>"
    )


def _facts(protocol: EvaluationProtocol, lines: Sequence[Line]) -> str:
    rows = "".join(
        f"<tr><th>{escape(short_name(model))}</th><td>{escape(_ran(of))}</td></tr>"
        for model in sorted({line.model for line in lines})
        for of in ([line for line in lines if line.model == model],)
    )
    untried = [
        data_set(key).title
        for key in KEYS
        if any(line.data == key for line in lines) and not data_set(key).is_tried
    ]
    note = f" Never tried on the real data when this was written: {listed(untried)}."
    summary = f"{protocol.summary.capitalize()}.{note if untried else ''}"
    return f"<p>{escape(summary)}</p><table class='facts'>{rows}</table>"


def _ran(lines: Sequence[Line]) -> str:
    """Where a model ran, at which sizes, with which weights."""
    sizes = sorted({(line.network_width, line.network_height) for line in lines})
    told = [
        ", ".join(f"{width}×{height}" for width, height in sizes[:6] if width),
        *sorted({f"{line.device} {line.precision}".strip() for line in lines}),
        *sorted({f"SHA-256 {line.weights}" for line in lines if line.weights}),
        *sorted({line.note for line in lines}),
    ]
    return "; ".join(filter(None, told))
