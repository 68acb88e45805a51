"""The page's pictures: x-t slices and the worst frames of each lane."""

from __future__ import annotations

import numpy as np

from app.report.charts import strip
from app.report.findings import Findings
from app.report.markup import chip, escape
from app.report.numbers import figure
from app.report.pictures import (
    common_range,
    disparity_picture,
    heat_picture,
    jpeg_uri,
    png_uri,
)
from app.report.thumbnails import WorstFrame
from app.report.verdicts import why_no_pairs
from models.frames import Float32

_LANES_IN_A_TABLE = 2
"""Number of lanes whose pictures fit side by side in one row."""


def _shown_range(findings: Findings) -> tuple[float, float]:
    held = findings.slices.disparity
    return common_range(
        [(np.stack(held[lane]), findings.spreads[lane]) for lane in findings.lanes if held[lane]]
    )


def slices(findings: Findings) -> str:
    """The strips of one picture row over time."""
    slices = findings.slices
    limits, count = _shown_range(findings), len(findings.rows)
    colour = np.ascontiguousarray(np.stack(slices.colour).swapaxes(0, 1))
    strips = [strip(jpeg_uri(colour), findings.cut_rows, count, label="RGB")]
    for lane in findings.lanes:
        stacked: Float32 = np.ascontiguousarray(np.stack(slices.disparity[lane]).T)
        shown = disparity_picture(stacked, findings.spreads[lane], limits)
        strips.append(strip(png_uri(shown), findings.cut_rows, count, label=lane.upper()))
    every = f" Only every {slices.every}th frame is shown." if slices.every > 1 else ""
    number = len(findings.lanes)
    both = f"{'Both' if number == 2 else 'All'} lanes use the same range, each"
    both = both if number > 1 else "It is shown"
    return (
        "<p class='quiet'>The middle row of the picture, one column per frame, left to "
        f"right. Straight stripes are steady; ragged stripes flicker. {both} in deviations "
        f"from its own median.{every}</p>" + "".join(strips)
    )


def pictures_title(findings: Findings) -> str:
    """What `worst` shows."""
    found = any(findings.worst.of(lane) for lane in findings.lanes)
    return "Worst frames" if found else "First frame"


def worst(findings: Findings) -> str:
    """Each lane's worst frames in all lanes; the first frame if there is none."""
    worst_frames = [worst for lane in findings.lanes for worst in findings.worst.of(lane)]
    if not worst_frames:
        return f"<p class='quiet'>{escape(why_no_pairs(findings))}</p>" + _first(findings)
    errors = np.concatenate(
        [m.errors[lane].ravel() for m in worst_frames for lane in findings.lanes]
    )
    known = errors[np.isfinite(errors)]
    most = float(np.percentile(known, 99.5)) if known.size else 1.0
    limits = _shown_range(findings)
    explained = (
        "<p class='quiet'>Where each lane changed most from the previous frame after "
        "compensating for motion. All errors share one scale; the dimmed picture shows "
        "through where there is no error or nothing to compare, and pale yellow is "
        f"{figure(most)} deviations or more.</p>"
    )
    if len(findings.lanes) > _LANES_IN_A_TABLE:
        below = "In each column: disparity, and the warped error below it."
        sheets = (_worst_sheet(findings, worst, limits, most) for worst in worst_frames)
        return f"{explained}<p class='quiet'>{below}</p>{''.join(sheets)}"
    head = "<tr><th></th><th>RGB</th>" + "".join(
        f"<th>{chip(lane)} disparity</th><th>{chip(lane)} warped error</th>"
        for lane in findings.lanes
    )
    rows = "".join(_worst_frame(findings, worst, limits, most) for worst in worst_frames)
    return f"{explained}<table class='pictures'>{head}</tr>{rows}</table>"


def _worst_sheet(
    findings: Findings, worst: WorstFrame, limits: tuple[float, float], most: float
) -> str:
    """One frame of many lanes: as many columns as the reader's window has room for."""
    flicker = findings.rows[worst.row].lanes[worst.lane].flicker
    cells = [f"<div>RGB{_image(jpeg_uri(worst.rgb), f'Frame {worst.index}')}</div>"]
    for lane in findings.lanes:
        shown = disparity_picture(worst.disparity[lane], findings.spreads[lane], limits)
        hot = heat_picture(worst.errors[lane], worst.rgb, most)
        cells.append(
            f"<div>{chip(lane)}{_image(png_uri(shown), f'Disparity of {lane.upper()}')}"
            f"{_image(jpeg_uri(hot), f'Warped error of {lane.upper()}')}</div>"
        )
    return (
        f"<h3>{chip(worst.lane)} frame {worst.index} <span class='quiet'>{figure(flicker)}</span>"
        f"</h3><div class='sheet'>{''.join(cells)}</div>"
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
        f"<th>{chip(lane)} disparity</th>" for lane in findings.lanes
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
        f"<tr><th>{chip(worst.lane)}<br>frame {worst.index}<br>"
        f"<span class='quiet'>{figure(flicker)}</span></th>" + "".join(cells) + "</tr>"
    )


def _picture(uri: str, label: str) -> str:
    return f"<td>{_image(uri, label)}</td>"


def _image(uri: str, label: str) -> str:
    return f'<img src="{uri}" alt="{escape(label)}">'
