"""Results: a line per clip and model in `results.jsonl`, and details beside it.

A line is appended when its clip is done, so whatever ends the program leaves whole lines, of which
the last may be cut off; it is then dropped.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from app.system.json_files import write_atomically
from models.plain_text import SENTENCE, single_line

RESULTS = "results.jsonl"
DETAILS = "details"
_MOST_LINE = 1 << 20
_MOST_DETAIL_BYTES = 16 << 20

Identity = tuple[str, str, str]
"""Data set, clip and model."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of results; NaN (null in the file) where a number is not defined.

    Attributes
    ----------
    data, clip, model, protocol
        What was measured, and how.
    frames
        Number that the model was given.
    absrel, delta1, rmse, boundary_f1, boundary_f1_masked, tae
        See `protocols.protocol.Scores`.
    opw
        Flicker, as in `compare`.
    fps
        Frames per second of the model alone, without decoding and resizing.
    scale, shift, pixels
        The clip's alignment, and how many pixels were compared.
    network_width, network_height
        Input of the network; 0 if there is none.
    device, precision, weights
        On what it ran, and SHA-256 of its weights; "" where not known.
    error
        Why there are no numbers, a sentence; else "".
    note
        How the model ran other than requested; else "".
    key
        Digest of all that the numbers depend on.
    """

    data: str
    clip: str
    model: str
    protocol: str
    frames: int = 0
    absrel: float = math.nan
    delta1: float = math.nan
    rmse: float = math.nan
    boundary_f1: float = math.nan
    boundary_f1_masked: float = math.nan
    tae: float = math.nan
    opw: float = math.nan
    fps: float = math.nan
    scale: float = math.nan
    shift: float = math.nan
    pixels: int = 0
    network_width: int = 0
    network_height: int = 0
    device: str = ""
    precision: str = ""
    weights: str = ""
    error: str = ""
    note: str = ""
    key: str = ""

    @property
    def identity(self) -> Identity:
        """What the line is about; there is one line for each."""
        return self.data, self.clip, self.model

    def as_json(self) -> str:
        """One line of JSON without its end."""
        return json.dumps(_nulls(asdict(self)), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Detail:
    """What the page shows of a clip and model beyond its line.

    Attributes
    ----------
    absrel, boundary_f1, tae, opw
        By frame, NaN where there is none.
    worst
        Number of the frame with the highest AbsRel; -1 if none was measured.
    worst_absrel
        Its AbsRel.
    pictures
        Data URIs of that frame: picture, truth, estimate, error.
    """

    absrel: list[float] = field(default_factory=list)
    boundary_f1: list[float] = field(default_factory=list)
    tae: list[float] = field(default_factory=list)
    opw: list[float] = field(default_factory=list)
    worst: int = -1
    worst_absrel: float = math.nan
    pictures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task gives."""

    line: Line
    detail: Detail


_TYPES = get_type_hints(Line)


def parsed_line(text: str) -> Line | None:
    """A line of `results.jsonl`; None if it is damaged."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    found: dict[str, Any] = {}
    for one in fields(Line):
        value = values.get(one.name)
        kind = _TYPES[one.name]
        if value is None:
            if kind is float:
                found[one.name] = math.nan
            continue
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not isinstance(value, kind) or isinstance(value, bool):
            return None
        found[one.name] = single_line(value, SENTENCE) if isinstance(value, str) else value
    try:
        return Line(**found)
    except TypeError:
        return None


class ResultStore:
    """The folder of results. Used by one process at a time.

    Raises
    ------
    OSError
        If it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / DETAILS).mkdir(parents=True, exist_ok=True)
        self._path = folder / RESULTS
        self._lines = {line.identity: line for line in self._read()}

    @property
    def lines(self) -> list[Line]:
        """All lines, sorted by data set, clip and model."""
        return sorted(self._lines.values(), key=lambda line: line.identity)

    def has(self, identity: Identity, key: str) -> bool:
        """Whether there are numbers with that key."""
        line = self._lines.get(identity)
        return line is not None and line.key == key and not line.error

    def drop(self, identities: Collection[Identity]) -> None:
        """Remove lines; also rewrites the file, so that no damaged line is left in it."""
        for identity in identities:
            self._lines.pop(identity, None)
        text = "".join(f"{line.as_json()}\n" for line in self._lines.values())
        write_atomically(self._path, text)

    def add(self, outcome: Outcome) -> None:
        """Append a line, its detail first, and wait until it is on the disk."""
        text = json.dumps(_nulls(asdict(outcome.detail)), allow_nan=False)
        write_atomically(self._detail_path(outcome.line.identity), text)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{outcome.line.as_json()}\n")
            file.flush()
            os.fsync(file.fileno())
        self._lines[outcome.line.identity] = outcome.line

    def detail(self, line: Line) -> Detail | None:
        """What was kept beside a line; None if it is not there or damaged."""
        path = self._detail_path(line.identity)
        try:
            if path.stat().st_size > _MOST_DETAIL_BYTES:
                return None
            values = json.loads(path.read_text("utf-8"))
            return Detail(
                absrel=_numbers(values["absrel"]),
                boundary_f1=_numbers(values["boundary_f1"]),
                tae=_numbers(values["tae"]),
                opw=_numbers(values["opw"]),
                worst=int(values["worst"]),
                worst_absrel=_numbers([values["worst_absrel"]])[0],
                pictures=[one for one in values["pictures"] if _is_picture(one)],
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def _detail_path(self, identity: Identity) -> Path:
        name = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
        return self.folder / DETAILS / f"{name}.json"

    def _read(self) -> Iterable[Line]:
        with contextlib.suppress(FileNotFoundError), self._path.open("rb") as file:
            while text := file.readline(_MOST_LINE):
                line = parsed_line(text.decode("utf-8", "replace"))
                if line is not None and text.endswith(b"\n"):
                    yield line


def _numbers(values: list[Any]) -> list[float]:
    return [math.nan if value is None else float(value) for value in values]


def _is_picture(uri: object) -> bool:
    return isinstance(uri, str) and uri.startswith("data:image/") and '"' not in uri


def _nulls(values: dict[str, Any]) -> dict[str, Any]:
    """NaN and infinity, which JSON lacks, as null; also in lists."""
    return {name: _null(value) for name, value in values.items()}


def _null(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return [_null(one) for one in value] if isinstance(value, list) else value
