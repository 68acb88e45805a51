"""The page: one self-contained HTML file that loads nothing."""

from __future__ import annotations

import math
from typing import Any

from app.report.caveats import caveats
from app.report.charts import Curve, coinciding, line_chart
from app.report.findings import Findings
from app.report.markup import chip, escape, named, short_name
from app.report.metric import ReportMetric
from app.report.metric_table import CHARTED, FLICKER, METRICS
from app.report.numbers import counted, figure, listed
from app.report.page_pictures import pictures_title, slices, worst
from app.report.ranking import best_lanes
from app.report.style import STYLE
from app.report.verdicts import sentences

_ABSENT = {
    "input_size": "model default",
    "max_frames": "all",
    "network_size": "no network",
    "opw_of_the_truth": "unknown",
    "source_fps": "unknown",
}
_TOLD_ELSEWHERE = frozenset({"lanes", "failed", "network_size"})
_CHARTS = (
    ("Flicker per frame pair (0 is steady)", "flicker", True, None, False),
    ("Scale relative to the previous frame (1 is steady)", "scale", False, 1.0, False),
    (
        "Shift relative to the previous frame, in deviations (0 is steady)",
        "shift",
        False,
        0.0,
        False,
    ),
    ("Scale still needed to match the truth (1 is right)", "truth_scale", False, 1.0, True),
    ("AbsRel per frame (0 is right)", "absrel", True, None, True),
    ("Boundary F1 per frame (1 is right)", "boundary_f1", True, None, True),
    *((metric.chart, metric.key, True, None, False) for metric in CHARTED),
)
"""Title, column, whether the axis includes 0, steady value, whether it needs ground truth."""


def page(findings: Findings, metrics: dict[str, Any]) -> str:
    """The whole file. Its content security policy forbids it to load anything."""
    names = listed([short_name(summary.model) for summary in findings.lanes.values()])
    body = "".join(
        (
            _header(findings),
            _section("Results", _list(sentences(findings)) + _table(findings)),
            _section("Read this before quoting the numbers", _list(caveats(findings))),
            _section("Over time", _charts(findings)),
            _section("One picture row over time", slices(findings))
            if len(findings.rows) > 1
            else "",
            _section(pictures_title(findings), worst(findings)),
            _section("How it was measured", _facts(metrics)),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{escape(names)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _header(findings: Findings) -> str:
    info = findings.info
    chips = listed([named(lane, one.model) for lane, one in findings.lanes.items()])
    frames = counted(len(findings.rows), "frame")
    rate = f", {info.fps:g} fps" if info.fps else ""
    return (
        f"<header><h1>{chips}</h1><p class='quiet'>on {escape(info.title)}: "
        f"{frames} of {info.size[0]}×{info.size[1]}{rate}</p></header>"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _list(lines: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _table(findings: Findings) -> str:
    truth_column = findings.has_truth and len(findings.models) == len(findings.lanes)
    head = "<tr><th></th>" + "".join(
        f"<th>{cell}</th>"
        for cell in (
            *(chip(lane, "truth" if findings.is_truth(lane) else "") for lane in findings.lanes),
            *(["Truth"] if truth_column else []),
            "better is",
        )
    )
    body = "".join(_table_row(findings, metric, truth_column) for metric in METRICS)
    return f"<table class='numbers'>{head}</tr>{body}</table>"


def _table_row(findings: Findings, metric: ReportMetric, truth_column: bool) -> str:
    values = {lane: metric.of(summary) for lane, summary in findings.lanes.items()}
    if not any(map(math.isfinite, values.values())):
        return ""
    best = best_lanes(findings, metric)
    cells = "".join(
        f"<td class='{'best' if lane in best else ''}'>{figure(value)}</td>"
        for lane, value in values.items()
    )
    ideal = findings.truth_opw if metric is FLICKER else metric.of_truth
    known = f"<td class='quiet'>{figure(ideal)}</td>" if truth_column else ""
    return f"<tr><th>{metric.title}</th>{cells}{known}<td class='quiet'>{metric.better}</td></tr>"


def _charts(findings: Findings) -> str:
    """Curves of known values; the others are named in one line instead of an empty chart."""
    if len(findings.rows) < 2:
        return "<p class='quiet'>A single frame has no curve over time.</p>"
    charts, missing = [], []
    for title, column, zero, rest, needs_truth in _CHARTS:
        lines = _lines(findings, column)
        if needs_truth and not findings.has_truth:
            continue
        if not any(math.isfinite(value) for line in lines for value in line.values):
            missing.append(title.split(" (")[0].lower())
            continue
        drawn = line_chart(lines, findings.cut_rows, zero=zero, rest=rest)
        note = "".join(f" · {upper} overlaps {lower}" for upper, lower in coinciding(lines))
        charts.append(f"<figure><figcaption>{title}{escape(note)}</figcaption>{drawn}</figure>")
    legend = "".join(named(lane, one.model) + " " for lane, one in findings.lanes.items())
    if findings.has_truth and len(findings.models) == len(findings.lanes):
        legend += "<span class='chip truth'>truth</span> "
    marks = "<span class='quiet'>dashed line: cut</span>" if findings.cuts else ""
    absent = (
        "<p class='quiet'>Not plotted because too few frames could be compared: "
        f"{', '.join(missing)}.</p>"
        if missing
        else ""
    )
    return (f"<p class='legend'>{legend}{marks}</p>" if charts else "") + "".join(charts) + absent


def _lines(findings: Findings, column: str) -> list[Curve]:
    lines = [Curve(lane.upper(), lane, findings.series(lane, column)) for lane in findings.lanes]
    is_shown = len(findings.models) < len(findings.lanes)
    if column == "flicker" and findings.has_truth and not is_shown:
        lines.append(Curve("truth", "truth", [row.truth_flicker for row in findings.rows]))
    return lines


def _facts(metrics: dict[str, Any]) -> str:
    tables = []
    facts = metrics["settings"]["lanes"].items()
    rows = "".join(_lane_row(lane, metrics["lanes"][lane]["model"], one) for lane, one in facts)
    tables.append(f"<h3>Lanes</h3><table class='facts'>{rows}</table>")
    for title in ("settings", "environment"):
        known = {key: value for key, value in metrics[title].items() if key not in _TOLD_ELSEWHERE}
        rows = "".join(_fact_row(key, value) for key, value in known.items())
        tables.append(f"<h3>{title.capitalize()}</h3><table class='facts'>{rows}</table>")
    formulas = (
        "<p class='quiet'>OPW: mean of |warp(d<sub>prev</sub>) − d| over visible pixels, "
        "weighted by how well the warped picture matches, with d in units of mean |d − "
        "median| over the clip (NVDS). Static-scene noise: 100 · median over pixels of std / "
        "median over time. AbsRel: mean |z − g| / g. delta<sub>n</sub>: share with max(z/g, "
        "g/z) &lt; 1.25<sup>n</sup>. Boundary F1: Depth Pro, ten depth ratios from 1.05 to "
        "1.25. TAE: Video Depth Anything, with true poses. Per-frame numbers are in "
        "metrics.csv.</p>"
    )
    return formulas + "".join(tables)


def _lane_row(lane: str, model: str, facts: dict[str, Any]) -> str:
    """One lane: what it gives, from what, where, aligned how, and its weights."""
    size = facts["network_size"]
    taken = (
        f"input size {_fact(facts['input_size'])}, {size[0]}×{size[1]}" if size else "no network"
    )
    where = f"{facts['device']}, {facts['precision']}" if facts["device"] else ""
    told = (facts["gives"], taken, where, f"aligned {facts['aligned']}")
    of = facts["weights"]
    weights = "@".join(filter(None, (of["id"], of["revision"])))
    sha256 = f"SHA-256 {of['sha256']}" if of["sha256"] else ""
    lines = (model, "; ".join(filter(None, told)), ", ".join(filter(None, (weights, sha256))))
    text = "<br>".join(escape(line) for line in lines if line)
    return f"<tr><th>{chip(lane)}</th><td>{text}</td></tr>"


def _fact_row(key: str, value: object) -> str:
    text = _fact(value, _ABSENT.get(key, "–"))
    return f"<tr><th>{escape(key.replace('_', ' '))}</th><td>{escape(text)}</td></tr>"


def _fact(value: object, absent: str = "–") -> str:
    """`value` for reading; `absent` replaces None."""
    match value:
        case None:
            return absent
        case float():
            return figure(value)
        case dict():
            return ", ".join(f"{str(k).upper()}: {_fact(v, absent)}" for k, v in value.items())
        case list():
            return ", ".join(_fact(v, absent) for v in value)
        case _:
            return str(value)
