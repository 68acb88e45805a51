"""Writing of everything that is made from the results."""

from __future__ import annotations

from app.evaluation.page import page
from app.evaluation.protocols.protocol import EvaluationProtocol
from app.evaluation.results import ResultStore
from app.evaluation.tables_text import as_csv, latex, markdown
from app.system.json_files import write_atomically

WRITTEN = ("results.csv", "tables.md", "tables.tex", "report.html")


def write_all(store: ResultStore, protocol: EvaluationProtocol) -> None:
    """Write table files and page from all results of a folder. Raises OSError."""
    lines = store.lines
    texts = (
        as_csv(lines),
        markdown(lines, protocol),
        latex(lines, protocol),
        page(store, protocol),
    )
    for name, text in zip(WRITTEN, texts, strict=True):
        write_atomically(store.folder / name, text)
