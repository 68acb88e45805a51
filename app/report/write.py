"""Writing of the three files, all or none."""

from __future__ import annotations

import json
import os
from pathlib import Path

from app.report.findings import Findings, metrics_csv, metrics_json
from app.report.page import page
from app.report.values import Report
from app.report.verdicts import sentences


def write_report(findings: Findings, out_dir: Path) -> Report:
    """Write report.html, metrics.json and metrics.csv.

    Each is written to a temporary file and moved once all are complete, so that an earlier report
    stays intact until then.

    Raises
    ------
    OSError
        If one cannot be written.
    """
    metrics = metrics_json(findings)
    texts = {
        "metrics.json": json.dumps(metrics, indent=2, allow_nan=False) + "\n",
        "metrics.csv": metrics_csv(findings),
        "report.html": page(findings, metrics),
    }
    drafts = []
    try:
        for name, text in texts.items():
            draft = out_dir / f".{name}.draft"
            drafts.append(draft)
            draft.write_text(text, encoding="utf-8")
        for draft, name in zip(drafts, texts, strict=True):
            os.replace(draft, out_dir / name)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return Report(
        html=out_dir / "report.html",
        json=out_dir / "metrics.json",
        csv=out_dir / "metrics.csv",
        metrics=metrics,
        sentences=sentences(findings),
        notes=findings.notes,
        failed=findings.failed,
    )
