"""The page: one HTML file that asks nobody for anything."""

from __future__ import annotations

import html
import math
from typing import Any

import numpy as np

from app.report.charts import Line, line_chart, strip
from app.report.findings import Findings
from app.report.keepsakes import Moment
from app.report.pictures import (
    common_range,
    disparity_picture,
    heat_picture,
    jpeg_uri,
    png_uri,
)
from app.report.style import STYLE
from app.report.values import LANES
from app.report.verdicts import caveats, figure, sentences, winner
from models.frames import Float32

_escape = html.escape


def page(findings: Findings, metrics: dict[str, Any]) -> str:
    """The whole file. Its own policy forbids it to load anything."""
    a, b = (findings.lanes[lane].model for lane in LANES)
    body = "".join(
        (
            _header(findings),
            _section("What the numbers say", _list(sentences(findings)) + _table(findings)),
            _section("Before you quote them", _list(caveats(findings))),
            _section("Over time", _charts(findings)),
            _section("One line over time", _slices(findings)),
            _section("The worst frames", _worst(findings)),
            _section("How it was measured", _facts(metrics)),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{_escape(a)} and {_escape(b)}</title><style>{STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>\n"
    )


def _header(findings: Findings) -> str:
    info = findings.info
    chips = " and ".join(_chip(lane, findings.lanes[lane].model) for lane in LANES)
    rate = f", {info.fps:g} fps" if info.fps else ""
    return (
        f"<header><h1>{chips}</h1><p class='quiet'>on {_escape(info.title)}: "
        f"{len(findings.rows)} frames of {info.size[0]}×{info.size[1]}{rate}</p></header>"
    )


def _chip(lane: str, text: str = "") -> str:
    return f'<span class="chip {lane}">{lane.upper()}</span> {_escape(text)}'.rstrip()


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>"


def _list(lines: tuple[str, ...]) -> str:
    return "<ul>" + "".join(f"<li>{_escape(line)}</li>" for line in lines) + "</ul>"


def _table(findings: Findings) -> str:
    a, b = (findings.lanes[lane] for lane in LANES)
    rows = [
        ("Flicker, OPW", "lower", a.flicker_opw, b.flicker_opw, findings.truth_opw),
        ("Static-scene noise, %", "lower", a.flicker_static, b.flicker_static, math.nan),
        ("Scale drift", "lower", a.scale_drift, b.scale_drift, math.nan),
    ]
    if a.accuracy is not None and b.accuracy is not None:
        p, q = a.accuracy, b.accuracy
        rows += [
            ("AbsRel", "lower", p.absrel, q.absrel, 0.0),
            ("delta1", "higher", p.delta1, q.delta1, 1.0),
            ("delta2", "higher", p.delta2, q.delta2, 1.0),
            ("delta3", "higher", p.delta3, q.delta3, 1.0),
            ("Boundary F1", "higher", p.boundary_f1, q.boundary_f1, 1.0),
            ("TAE, %", "lower", p.tae, q.tae, math.nan),
        ]
    rows.append(("Frames per second", "higher", a.fps, b.fps, math.nan))
    head = "<tr><th></th><th>" + "</th><th>".join(
        [_chip("a"), _chip("b"), *(["Truth"] if findings.has_truth else []), "better is"]
    )
    body = "".join(_table_row(*row, truth=findings.has_truth) for row in rows)
    return f"<table class='numbers'>{head}</th></tr>{body}</table>"


def _table_row(name: str, better: str, a: float, b: float, ideal: float, *, truth: bool) -> str:
    if not (math.isfinite(a) or math.isfinite(b)):
        return ""
    best = winner(a, b, better == "lower")
    cells = "".join(
        f"<td class='{'best' if best == lane else ''}'>{figure(value)}</td>"
        for lane, value in (("a", a), ("b", b))
    )
    known = f"<td class='quiet'>{figure(ideal)}</td>" if truth else ""
    return f"<tr><th>{name}</th>{cells}{known}<td class='quiet'>{better}</td></tr>"


def _charts(findings: Findings) -> str:
    drawn = [
        ("Flicker per pair of frames (0 is steady)", "flicker", True, None),
        ("Scale against the previous frame (1 is steady)", "scale", False, 1.0),
        ("Level against the previous frame, in deviations (0 is steady)", "shift", False, 0.0),
    ]
    if findings.has_truth:
        drawn += [
            ("Scale that each frame would still need (1 is right)", "truth_scale", False, 1.0),
            ("AbsRel per frame (0 is right)", "absrel", True, None),
            ("Boundary F1 per frame (1 is right)", "boundary_f1", True, None),
        ]
    legend = "".join(_chip(lane, findings.lanes[lane].model) + " " for lane in LANES)
    if findings.has_truth:
        legend += "<span class='chip truth'>truth</span> "
    marks = "<span class='quiet'>dashed: cut</span>" if findings.cuts else ""
    charts = "".join(
        f"<figure><figcaption>{title}</figcaption>"
        + line_chart(_lines(findings, column), findings.cut_rows, zero=zero, rest=rest)
        + "</figure>"
        for title, column, zero, rest in drawn
    )
    return f"<p class='legend'>{legend}{marks}</p>{charts}"


def _lines(findings: Findings, column: str) -> list[Line]:
    lines = [Line(findings.lanes[x].model, x, findings.series(x, column)) for x in LANES]
    if column == "flicker" and findings.has_truth:
        lines.append(Line("truth", "truth", [row.truth_flicker for row in findings.rows]))
    return lines


def _shown_range(findings: Findings) -> tuple[float, float]:
    held = findings.slices.disparity
    return common_range(
        [(np.stack(held[lane]), findings.spreads[lane]) for lane in LANES if held[lane]]
    )


def _slices(findings: Findings) -> str:
    slices = findings.slices
    limits, count = _shown_range(findings), len(findings.rows)
    colour = np.ascontiguousarray(np.stack(slices.colour).swapaxes(0, 1))
    strips = [strip(jpeg_uri(colour), findings.cut_rows, count, label="RGB")]
    for lane in LANES:
        stacked: Float32 = np.ascontiguousarray(np.stack(slices.disparity[lane]).T)
        shown = disparity_picture(stacked, findings.spreads[lane], limits)
        strips.append(strip(png_uri(shown), findings.cut_rows, count, label=lane.upper()))
    every = f" Every {slices.every}th frame is shown." if slices.every > 1 else ""
    return (
        "<p class='quiet'>The middle row of the picture, one column per frame, left to right. "
        "Straight stripes are steady, torn stripes flicker. Both lanes are shown over the same "
        f"range, each in its own deviations from its own median.{every}</p>" + "".join(strips)
    )


def _worst(findings: Findings) -> str:
    moments = [moment for lane in LANES for moment in findings.worst.of(lane)]
    if not moments:
        return "<p class='quiet'>There is no pair of frames to compare.</p>"
    errors = np.concatenate([m.errors[lane].ravel() for m in moments for lane in LANES])
    known = errors[np.isfinite(errors)]
    most = float(np.percentile(known, 99.5)) if known.size else 1.0
    limits = _shown_range(findings)
    head = "<tr><th></th><th>RGB</th>" + "".join(
        f"<th>{_chip(lane)} disparity</th><th>{_chip(lane)} warped error</th>" for lane in LANES
    )
    rows = "".join(_moment(findings, moment, limits, most) for moment in moments)
    return (
        "<p class='quiet'>Where each lane changed most against the frame before, once the motion "
        "of the picture is taken out. All errors share one scale: where there is none, or nothing "
        "can be compared, the dimmed picture shows through; pale yellow is "
        f"{figure(most)} deviations or more.</p>"
        f"<table class='pictures'>{head}</tr>{rows}</table>"
    )


def _moment(findings: Findings, moment: Moment, limits: tuple[float, float], most: float) -> str:
    flicker = findings.rows[moment.row].lanes[moment.lane].flicker
    cells = [_picture(jpeg_uri(moment.rgb), f"Frame {moment.index}")]
    for lane in LANES:
        shown = disparity_picture(moment.disparity[lane], findings.spreads[lane], limits)
        hot = heat_picture(moment.errors[lane], moment.rgb, most)
        cells.append(_picture(png_uri(shown), f"Disparity of {lane.upper()}"))
        cells.append(_picture(jpeg_uri(hot), f"Warped error of {lane.upper()}"))
    return (
        f"<tr><th>{_chip(moment.lane)}<br>frame {moment.index}<br>"
        f"<span class='quiet'>{figure(flicker)}</span></th>" + "".join(cells) + "</tr>"
    )


def _picture(uri: str, label: str) -> str:
    return f'<td><img src="{uri}" alt="{_escape(label)}"></td>'


def _facts(metrics: dict[str, Any]) -> str:
    tables = []
    for title in ("settings", "environment"):
        rows = "".join(
            f"<tr><th>{_escape(key.replace('_', ' '))}</th><td>{_escape(_fact(value))}</td></tr>"
            for key, value in metrics[title].items()
        )
        tables.append(f"<h3>{title.capitalize()}</h3><table class='facts'>{rows}</table>")
    formulas = (
        "<p class='quiet'>OPW: mean of |warp(d<sub>prev</sub>) − d| over visible pixels, weighted "
        "by how well the warped picture agrees, d in units of mean |d − median| over the clip "
        "(NVDS). Static-scene noise: 100 · median over pixels of std / median over time. AbsRel: "
        "mean |z − g| / g. delta<sub>n</sub>: share with max(z/g, g/z) &lt; 1.25<sup>n</sup>. "
        "Boundary F1: Depth Pro, ten depth ratios from 1.05 to 1.25. TAE: Video Depth Anything, "
        "by true poses. Numbers per frame are in metrics.csv.</p>"
    )
    return formulas + "".join(tables)


def _fact(value: object) -> str:
    match value:
        case None:
            return "default"
        case float():
            return figure(value)
        case dict():
            return ", ".join(f"{str(k).upper()}: {_fact(v)}" for k, v in value.items())
        case list():
            return ", ".join(_fact(v) for v in value)
        case _:
            return str(value)
