"""Tables as Markdown, LaTeX and CSV."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, fields

from app.evaluation.protocols.protocol import EvaluationProtocol
from app.evaluation.results import Line
from app.evaluation.tables import Table, holes_of, tables_of
from models.plain_text import LINE, SENTENCE, single_line

_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "†": r"$^\dagger$", "–": "--", "…": r"\ldots{}",
}  # fmt: skip


def markdown(lines: Sequence[Line], protocol: EvaluationProtocol) -> str:
    """The file `tables.md`."""
    parts = [f"Protocol `{protocol.key}` ({protocol.title}): {protocol.summary}.\n"]
    parts += [_markdown_table(table) for table in tables_of(lines, protocol)]
    if holes := holes_of(lines, protocol):
        parts.append("**Not measured**\n\n" + "".join(f"- {_in_markdown(one)}\n" for one in holes))
    return "\n".join(parts)


def _markdown_table(table: Table) -> str:
    head = "| " + " | ".join(table.head) + " |\n|---" + "|--:" * (len(table.head) - 1) + "|\n"
    rows = "".join(
        "| " + " | ".join(_in_markdown(cell) for cell in (row.name, *row.cells)) + " |\n"
        for row in table.rows
    )
    note = f"\n{table.note}\n" if table.note else ""
    return f"**{table.title}**\n\n{head}{rows}{note}"


def _in_markdown(text: str) -> str:
    return re.sub(r"([\\|<>`\[\]])", r"\\\1", single_line(text, SENTENCE))


def latex(lines: Sequence[Line], protocol: EvaluationProtocol) -> str:
    """The file `tables.tex`: tables to be put into a paper, with the package booktabs."""
    parts = [
        "% needs \\usepackage{booktabs}\n"
        f"% protocol {protocol.key}: {_comment(protocol.summary)}\n"
    ]
    parts += [_latex_table(table) for table in tables_of(lines, protocol)]
    parts += [f"% not measured: {_comment(one)}\n" for one in holes_of(lines, protocol)]
    return "\n".join(parts)


def _latex_table(table: Table) -> str:
    ours = [row for row in table.rows if not row.is_published]
    theirs = [row for row in table.rows if row.is_published]
    body = _latex_rows([row.name for row in ours], [row.cells for row in ours])
    if theirs:
        body += "\\midrule\n" + _latex_rows([r.name for r in theirs], [r.cells for r in theirs])
    columns = "l" + "r" * (len(table.head) - 1)
    head = " & ".join(_in_latex(cell) for cell in table.head)
    caption = _in_latex(f"{table.title}. {table.note}".strip())
    return (
        f"\\begin{{table}}\n\\centering\n\\caption{{{caption}}}\n\\begin{{tabular}}{{{columns}}}\n"
        f"\\toprule\n{head} \\\\\n\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n\\end{{table}}\n"
    )


def _latex_rows(names: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    return "".join(
        " & ".join(_in_latex(cell) for cell in (name, *row)) + " \\\\\n"
        for name, row in zip(names, cells, strict=True)
    )


def _in_latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in single_line(text, SENTENCE))


def _comment(text: str) -> str:
    return single_line(text, LINE)


def as_csv(lines: Sequence[Line]) -> str:
    """The file `results.csv`: all lines, empty where there is no number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [one.name for one in fields(Line)]
    writer.writerow(names)
    for line in lines:
        values = asdict(line)
        writer.writerow([_in_csv(values[name]) for name in names])
    return text.getvalue()


def _in_csv(value: object) -> object:
    """Empty for what is not known, and text without line breaks."""
    if isinstance(value, str):
        return single_line(value, SENTENCE)
    return "" if isinstance(value, float) and not math.isfinite(value) else value
