"""The page: one self-contained HTML file that loads nothing."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np

from app.core.results import LANES
from app.report.charts import Curve, coinciding, line_chart, strip
from app.report.findings import Findings
from app.report.metric_table import CHARTED, FLICKER, METRICS
from app.report.pictures import (
    common_range,
    disparity_picture,
    heat_picture,
    jpeg_uri,
    png_uri,
)
from app.report.style import STYLE
from app.report.thumbnails import WorstFrame
from app.report.verdicts import caveats, counted, figure, sentences, why_no_pairs, winner
from models.frames import Float32
from models.plain_text import plain


def _escape(text: str) -> str:
    return html.escape(plain(text))


_ABSENT = {
    "input_size": "model default",
    "max_frames": "all",
    "network_size": "no network",
    "opw_of_the_truth": "unknown",
    "source_fps": "unknown",
}
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
    names = " and ".join(summary.model for summary in findings.lanes.values())
    body = "".join(
        (
            _header(findings),
            _section("Results", _list(sentences(findings)) + _table(findings)),
            _section("Read this before quoting the numbers", _list(caveats(findings))),
            _section("Over time", _charts(findings)),
            _section("One picture row over time", _slices(findings))
            if len(findings.rows) > 1
            else "",
            _section(_pictures_title(findings), _worst(findings)),
            _section("How it was measured", _facts(metrics)),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{_escape(names)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _header(findings: Findings) -> str:
    info = findings.info
    chips = " and ".join(_chip(lane, one.model) for lane, one in findings.lanes.items())
    frames = counted(len(findings.rows), "frame")
    rate = f", {info.fps:g} fps" if info.fps else ""
    return (
        f"<header><h1>{chips}</h1><p class='quiet'>on {_escape(info.title)}: "
        f"{frames} of {info.size[0]}×{info.size[1]}{rate}</p></header>"
    )


def _chip(lane: str, text: str = "") -> str:
    return f'<span class="chip {lane}">{lane.upper()}</span> {_escape(text)}'.rstrip()


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _list(lines: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{_escape(line)}</li>" for line in lines) + "</ul>"


def _table(findings: Findings) -> str:
    lanes = list(findings.lanes.values())
    rows = [
        (
            metric.title,
            metric.better,
            [metric.of(lane) for lane in lanes],
            findings.truth_opw if metric is FLICKER else metric.of_truth,
        )
        for metric in METRICS
    ]
    truth_column = findings.has_truth and len(findings.models) == len(lanes)
    head = "<tr><th></th>" + "".join(
        f"<th>{cell}</th>"
        for cell in (
            *(_chip(lane, "truth" if findings.is_truth(lane) else "") for lane in findings.lanes),
            *(["Truth"] if truth_column else []),
            "better is",
        )
    )
    contest = len(findings.models) == 2
    body = "".join(_table_row(*row, truth=truth_column, contest=contest) for row in rows)
    return f"<table class='numbers'>{head}</tr>{body}</table>"


def _table_row(
    name: str, better: str, values: list[float], ideal: float, *, truth: bool, contest: bool
) -> str:
    if not any(map(math.isfinite, values)):
        return ""
    best = winner(values[0], values[1], better == "lower") if contest else ""
    cells = "".join(
        f"<td class='{'best' if best == lane else ''}'>{figure(value)}</td>"
        for lane, value in zip(LANES, values, strict=False)
    )
    known = f"<td class='quiet'>{figure(ideal)}</td>" if truth else ""
    return f"<tr><th>{name}</th>{cells}{known}<td class='quiet'>{better}</td></tr>"


def _charts(findings: Findings) -> str:
    """Curves of known values; the others are named in one line instead of an empty chart."""
    if len(findings.rows) < 2:
        return "<p class='quiet'>A single frame has no curve over time.</p>"
    charts, missing = [], []
    for title, column, zero, rest, needs_truth in _CHARTS:
        lines = _lines(findings, column)
        if needs_truth and not findings.has_truth:
            continue
        if sum(math.isfinite(value) for value in lines[0].values + lines[-1].values) == 0:
            missing.append(title.split(" (")[0].lower())
            continue
        drawn = line_chart(lines, findings.cut_rows, zero=zero, rest=rest)
        note = "".join(f" · {upper} overlaps {lower}" for upper, lower in coinciding(lines))
        charts.append(f"<figure><figcaption>{title}{_escape(note)}</figcaption>{drawn}</figure>")
    legend = "".join(_chip(lane, one.model) + " " for lane, one in findings.lanes.items())
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


def _shown_range(findings: Findings) -> tuple[float, float]:
    held = findings.slices.disparity
    return common_range(
        [(np.stack(held[lane]), findings.spreads[lane]) for lane in findings.lanes if held[lane]]
    )


def _slices(findings: Findings) -> str:
    slices = findings.slices
    limits, count = _shown_range(findings), len(findings.rows)
    colour = np.ascontiguousarray(np.stack(slices.colour).swapaxes(0, 1))
    strips = [strip(jpeg_uri(colour), findings.cut_rows, count, label="RGB")]
    for lane in findings.lanes:
        stacked: Float32 = np.ascontiguousarray(np.stack(slices.disparity[lane]).T)
        shown = disparity_picture(stacked, findings.spreads[lane], limits)
        strips.append(strip(png_uri(shown), findings.cut_rows, count, label=lane.upper()))
    every = f" Only every {slices.every}th frame is shown." if slices.every > 1 else ""
    both = "Both lanes use the same range, each" if len(findings.lanes) > 1 else "It is shown"
    return (
        "<p class='quiet'>The middle row of the picture, one column per frame, left to "
        f"right. Straight stripes are steady; ragged stripes flicker. {both} in deviations "
        f"from its own median.{every}</p>" + "".join(strips)
    )


def _pictures_title(findings: Findings) -> str:
    found = any(findings.worst.of(lane) for lane in findings.lanes)
    return "Worst frames" if found else "First frame"


def _worst(findings: Findings) -> str:
    worst_frames = [worst for lane in findings.lanes for worst in findings.worst.of(lane)]
    if not worst_frames:
        return f"<p class='quiet'>{_escape(why_no_pairs(findings))}</p>" + _first(findings)
    errors = np.concatenate(
        [m.errors[lane].ravel() for m in worst_frames for lane in findings.lanes]
    )
    known = errors[np.isfinite(errors)]
    most = float(np.percentile(known, 99.5)) if known.size else 1.0
    limits = _shown_range(findings)
    head = "<tr><th></th><th>RGB</th>" + "".join(
        f"<th>{_chip(lane)} disparity</th><th>{_chip(lane)} warped error</th>"
        for lane in findings.lanes
    )
    rows = "".join(_worst_frame(findings, worst, limits, most) for worst in worst_frames)
    return (
        "<p class='quiet'>Where each lane changed most from the previous frame after "
        "compensating for motion. All errors share one scale; the dimmed picture shows "
        "through where there is no error or nothing to compare, and pale yellow is "
        f"{figure(most)} deviations or more.</p><table "
        f"class='pictures'>{head}</tr>{rows}</table>"
    )


def _first(findings: Findings) -> str:
    """The first frame of each lane, if there is no worst one to show."""
    first = findings.worst.first
    if first is None:
        return ""
    limits = _shown_range(findings)
    cells = [_picture(jpeg_uri(first.rgb), f"Frame {first.index}")]
    for lane in findings.lanes:
        shown = disparity_picture(first.disparity[lane], findings.spreads[lane], limits)
        cells.append(_picture(png_uri(shown), f"Disparity of {lane.upper()}"))
    head = "<th></th><th>RGB</th>" + "".join(
        f"<th>{_chip(lane)} disparity</th>" for lane in findings.lanes
    )
    row = f"<tr><th>frame {first.index}</th>{''.join(cells)}</tr>"
    return f"<table class='pictures'><tr>{head}</tr>{row}</table>"


def _worst_frame(
    findings: Findings, worst: WorstFrame, limits: tuple[float, float], most: float
) -> str:
    flicker = findings.rows[worst.row].lanes[worst.lane].flicker
    cells = [_picture(jpeg_uri(worst.rgb), f"Frame {worst.index}")]
    for lane in findings.lanes:
        shown = disparity_picture(worst.disparity[lane], findings.spreads[lane], limits)
        hot = heat_picture(worst.errors[lane], worst.rgb, most)
        cells.append(_picture(png_uri(shown), f"Disparity of {lane.upper()}"))
        cells.append(_picture(jpeg_uri(hot), f"Warped error of {lane.upper()}"))
    return (
        f"<tr><th>{_chip(worst.lane)}<br>frame {worst.index}<br>"
        f"<span class='quiet'>{figure(flicker)}</span></th>" + "".join(cells) + "</tr>"
    )


def _picture(uri: str, label: str) -> str:
    return f'<td><img src="{uri}" alt="{_escape(label)}"></td>'


def _facts(metrics: dict[str, Any]) -> str:
    tables = []
    for title in ("settings", "environment"):
        rows = "".join(_fact_row(key, value) for key, value in metrics[title].items())
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


def _fact_row(key: str, value: object) -> str:
    text = _fact(value, _ABSENT.get(key, "–"))
    return f"<tr><th>{_escape(key.replace('_', ' '))}</th><td>{_escape(text)}</td></tr>"


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
