"""Media are opened in one module, which knows what a name may mean and what may be opened."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("app", "models", "renderers", "widgets", "resources", "examples")
OPENERS = {"av.open", "av.container.open", "open_container"}
FILE_OPENERS = {"cv2.imread", "cv2.imreadmulti", "cv2.imreadanimation", "cv2.imwrite"}
CAPTURES = {"cv2.VideoCapture", "cv2.VideoWriter"}
EXCEPTIONS = {
    "app/media/open.py": OPENERS,
    "app/sources/camera_opener.py": CAPTURES,  # cameras by number, which are no files
    # A developer's own data: `models` knows nothing of `app`, and training runs in no window.
    "models/training": FILE_OPENERS | CAPTURES,
}


def offences(source: str, allowed: frozenset[str] | set[str] = frozenset()) -> list[str]:
    """Where a module's source opens media by itself."""
    forbidden = (OPENERS | FILE_OPENERS | CAPTURES) - allowed
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (called := ast.unparse(node.func)) in forbidden:
            found.append(f"line {node.lineno}: {called}")
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("av", "cv2"):
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found += [f"line {node.lineno}: {name}" for name in sorted(names & forbidden)]
        if isinstance(node, ast.Import) and any(
            alias.name in ("av", "cv2") and alias.asname not in (None, alias.name)
            for alias in node.names
        ):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def _allowed(path: Path) -> set[str]:
    name = path.relative_to(ROOT).as_posix()
    return {call for start, calls in EXCEPTIONS.items() if name.startswith(start) for call in calls}


def test_no_other_module_opens_media() -> None:
    modules = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py"))]
    found = [
        f"{path.relative_to(ROOT)} {offence}"
        for path in modules
        for offence in offences(path.read_text(encoding="utf-8"), _allowed(path))
    ]
    assert not found, "\n".join(found)
    assert len(modules) > 200


@pytest.mark.parametrize(
    "line",
    [
        "import av\nav.open(path)",
        "from av import open",
        "import av as ffmpeg",
        "cv2.imread(str(path))",
        "video = cv2.VideoCapture(str(path))",
    ],
)
def test_what_opens_media_is_found(line: str) -> None:
    assert offences(line)
