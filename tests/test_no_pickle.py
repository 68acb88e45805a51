"""No file that the app opens can run code: nothing is unpickled, evaluated or executed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("app", "models", "renderers", "widgets", "resources")
UNSAFE_MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
LOADS = {"load", "loads", "Unpickler", "Pickler", "dump", "dumps"}


def offences(source: str) -> list[str]:
    """What in a module's source could run code from a file."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in UNSAFE_MODULES:
            found.append(f"line {node.lineno}: from {node.module} import")
        if isinstance(node, ast.Attribute) and node.attr in LOADS:
            owner = ast.unparse(node.value)
            if owner in UNSAFE_MODULES:
                found.append(f"line {node.lineno}: {owner}.{node.attr}")
        if isinstance(node, ast.Call):
            found += _unsafe_call(node)
    return found


def _unsafe_call(node: ast.Call) -> list[str]:
    called = ast.unparse(node.func)
    options = {word.arg: ast.unparse(word.value) for word in node.keywords}
    if called == "torch.load" and options.get("weights_only") != "True":
        return [f"line {node.lineno}: torch.load without weights_only=True"]
    if options.get("allow_pickle", "False") != "False":
        return [f"line {node.lineno}: {called} with allow_pickle"]
    if called in UNSAFE_CALLS:
        return [f"line {node.lineno}: {called}()"]
    return []


def _modules() -> list[Path]:
    return [ROOT / "main.py"] + [p for f in FOLDERS for p in sorted((ROOT / f).rglob("*.py"))]


def test_no_module_can_run_code_from_a_file() -> None:
    found = [
        f"{path.relative_to(ROOT)} {offence}"
        for path in _modules()
        for offence in offences(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(found)
    assert len(_modules()) > 200


@pytest.mark.parametrize(
    "line",
    [
        "import pickle\npickle.load(file)",
        "from pickle import load",
        "import torch\ntorch.load(path)",
        "import torch\ntorch.load(path, weights_only=False)",
        "import numpy as np\nnp.load(path, allow_pickle=True)",
        "eval(text)",
    ],
)
def test_what_could_run_code_is_found(line: str) -> None:
    assert offences(line)
