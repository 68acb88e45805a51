"""Any ONNX file as a lane, by the name `onnx:FILE`, through onnxruntime (extra `onnx`).

A TOML file of the same name beside it says what the numbers mean; without it nothing is guessed.
docs/plugins.md describes its keys.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import CheckpointError, UserError
from models.estimator import (
    BlockingSession,
    EstimatorOptions,
    FrameMemo,
    Prediction,
    Running,
    Session,
)
from models.estimators.output import as_prediction
from models.estimators.recipe import Gives
from models.extras import missing_extra
from models.frames import Float32, Frame
from models.picture_format import IMAGENET_14, PictureFormat
from models.registry import ModelEntry, Weights

SCHEME = "onnx:"
GIVES = tuple(kind.value for kind in Gives)
_KEYS = frozenset(
    {"gives", "input", "output", "mean", "deviation", "multiple", "input_size", "title", "state"}
)


@dataclass(frozen=True, slots=True)
class Description:
    """What the TOML file beside a network says.

    Attributes
    ----------
    gives
        What its numbers mean.
    input, output
        Names of the picture and of the result; "" is the only input that is no state, and the
        first output that is none.
    picture
        Normalisation, and the multiple that both sides must have.
    input_size
        Short side in pixels; None where the network has one size.
    state
        Pairs of names: an input, and the output that it gets from the frame before. Zeros at first.
    """

    gives: Gives
    input: str = ""
    output: str = ""
    picture: PictureFormat = IMAGENET_14
    input_size: int | None = None
    title: str = ""
    state: tuple[tuple[str, str], ...] = ()


def entry(name: str) -> ModelEntry:
    """The entry of `onnx:FILE`; what is missing is told when it is asked."""
    path = Path(name.removeprefix(SCHEME)).expanduser()
    try:
        described = describe(path)
    except UserError:
        described = Description(Gives.DISPARITY)
    return ModelEntry(
        name=name,
        title=described.title or path.stem,
        summary=f"{path.name}, run by onnxruntime.",
        open=functools.partial(_open, path),
        missing=functools.partial(_missing, path),
        weights=functools.partial(_weights, path),
        temporal=bool(described.state),
        input_size=described.input_size,
    )


def _weights(path: Path) -> Weights:
    with path.open("rb") as file:
        return Weights(path.name, "", hashlib.file_digest(file, "sha256").hexdigest())


def describe(path: Path) -> Description:
    """Read the TOML file beside `path`.

    Raises
    ------
    CheckpointError
        If it is not there or not usable; the sentence names the key.
    """
    beside = path.with_suffix(".toml")
    try:
        found = tomllib.loads(beside.read_text("utf-8"))
    except FileNotFoundError as error:
        raise CheckpointError(
            f"{path.name} needs {beside.name} beside it that says what it gives, such as "
            '`gives = "disparity"`; see docs/plugins.md.'
        ) from error
    except (OSError, ValueError) as error:
        raise CheckpointError(f"{beside.name} cannot be read as TOML: {error}.") from error
    if unknown := sorted(set(found) - _KEYS):
        raise CheckpointError(
            f"{beside.name} has the unknown key {unknown[0]!r}; known are "
            f"{', '.join(sorted(_KEYS))}."
        )
    if found.get("gives") not in GIVES:
        raise CheckpointError(f"`gives` in {beside.name} must be one of {', '.join(GIVES)}.")
    usual = PictureFormat()
    mean, deviation = (
        _three(found.get(key, getattr(usual, key)), key, beside) for key in ("mean", "deviation")
    )
    multiple, size = found.get("multiple", usual.multiple), found.get("input_size")
    for key, value in (("multiple", multiple), ("input_size", size or 1)):
        if not isinstance(value, int) or not 1 <= value <= 4096:
            raise CheckpointError(f"`{key}` in {beside.name} must be a whole number up to 4096.")
    try:
        state = tuple((str(one["input"]), str(one["output"])) for one in found.get("state", ()))
    except (KeyError, TypeError) as error:
        raise CheckpointError(
            f"each [[state]] in {beside.name} has an `input` and an `output`."
        ) from error
    picture = PictureFormat(mean=mean, deviation=deviation, multiple=multiple)
    texts = {key: str(found.get(key, "")) for key in ("input", "output", "title")}
    return Description(
        Gives(found["gives"]), picture=picture, input_size=size, state=state, **texts
    )


def _three(values: Any, key: str, beside: Path) -> tuple[float, float, float]:
    numbers = [v for v in values if isinstance(v, (int, float))] if values else []
    if len(numbers) != 3 or not np.isfinite(numbers).all() or (key == "deviation" and 0 in numbers):
        raise CheckpointError(f"`{key}` in {beside.name} must be three numbers, for R, G and B.")
    return float(numbers[0]), float(numbers[1]), float(numbers[2])


def _missing(path: Path) -> str | None:
    if importlib.util.find_spec("onnxruntime") is None:
        return missing_extra("ONNX files need", "onnx", "onnxruntime")
    if not path.is_file():
        return f"There is no file {path}."
    try:
        describe(path)
    except CheckpointError as error:
        return str(error)
    return None


def _open(path: Path, options: EstimatorOptions) -> Session:
    if (reason := _missing(path)) is not None:
        raise CheckpointError(reason)
    return OnnxSession(path, describe(path), options)


@dataclass(slots=True)
class _Shapes:
    """What the network expects: name, and (height, width) or None where any size will do."""

    picture: str
    size: tuple[int, int] | None
    output: str
    states: dict[str, tuple[list[Any], Any]] = field(default_factory=dict)


class OnnxSession(BlockingSession):
    """One lane of an ONNX network over one video."""

    def __init__(self, path: Path, described: Description, options: EstimatorOptions) -> None:
        import onnxruntime

        self._name = path.name
        self._described = described
        self._side = options.input_size or described.input_size
        self._scale = options.input_scale
        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = 4  # its errors come as exceptions
        settings.add_session_config_entry("session.disable_prepacking", "0")
        try:
            self._network: Any = onnxruntime.InferenceSession(
                str(path), settings, providers=onnxruntime.get_available_providers()
            )
        except Exception as error:  # the library's own types differ between versions
            first = str(error).strip().splitlines()
            raise CheckpointError(
                f"Can't open {path.name} as ONNX: {first[0][:200] if first else 'unknown'}."
            ) from error
        self._shapes = self._read_shapes()
        self._state: dict[str, Any] = {}

    def predict(self, frame: Frame, memo: FrameMemo) -> Prediction:
        """Estimate `frame`.

        Raises
        ------
        UserError
            If the network refuses the picture or returns no picture.
        """
        del memo
        size = self._size(frame.size)
        inputs = {self._shapes.picture: self._picture(frame, size), **self._past()}
        wanted = [self._shapes.output, *(out for _, out in self._described.state)]
        try:
            found, *states = self._network.run(wanted, inputs)
        except Exception as error:  # the library's own types differ between versions
            first = str(error).strip().splitlines()
            raise UserError(
                f"{self._name} refused a picture of {size[0]}x{size[1]}: "
                f"{first[0][:160] if first else 'no reason given'}."
            ) from error
        names = (name for name, _ in self._described.state)
        self._state = dict(zip(names, states, strict=True))
        output = np.squeeze(np.asarray(found, np.float32))
        if output.ndim != 2:
            raise UserError(
                f"{self._name} returned an array of shape {np.shape(found)} instead of one picture."
            )
        return self._prediction(np.ascontiguousarray(output), frame, size)

    def running(self) -> Running:
        """See TellsRunning: the library's first choice; the file decides on the precision."""
        return Running(f"onnxruntime:{self._network.get_providers()[0]}", "as in the file")

    def reset(self) -> None:
        """The next frame is the first of a video."""
        self._state = {}

    def close(self) -> None:
        """Release the network."""
        self._network, self._state = None, {}

    def _prediction(self, output: Float32, frame: Frame, size: tuple[int, int]) -> Prediction:
        if not np.isfinite(output).all():
            raise UserError(f"{self._name} returned values that are not finite for this frame.")
        return as_prediction(output, self._described.gives, frame, size)

    def _size(self, source: tuple[int, int]) -> tuple[int, int]:
        if self._shapes.size is not None:
            return self._shapes.size[1], self._shapes.size[0]
        from models.preprocess import picture_steps

        return picture_steps(source, self._side, self._described.picture, self._scale)[-1]

    def _picture(self, frame: Frame, size: tuple[int, int]) -> Float32:
        from models.preprocess import prepare

        return prepare(frame.rgb, (size,), self._described.picture).contiguous().numpy()

    def _past(self) -> dict[str, Any]:
        """The state inputs: of the frame before, or zeros."""
        if self._state:
            return self._state
        return {
            name: np.zeros([side if isinstance(side, int) else 1 for side in shape], dtype)
            for name, (shape, dtype) in self._shapes.states.items()
        }

    def _read_shapes(self) -> _Shapes:
        inputs = {one.name: one for one in self._network.get_inputs()}
        outputs = [one.name for one in self._network.get_outputs()]
        named = self._described.state
        for kind, known, asked in (
            ("input", inputs, [self._described.input, *(name for name, _ in named)]),
            ("output", outputs, [self._described.output, *(name for _, name in named)]),
        ):
            for name in asked:
                if name and name not in known:
                    raise CheckpointError(
                        f"{self._name} has no {kind} {name!r}; it has {', '.join(known)}."
                    )
        states = {name for name, _ in named}
        pictures = (
            [self._described.input]
            if self._described.input
            else [name for name in inputs if name not in states]
        )
        if len(pictures) != 1:
            raise CheckpointError(
                f"{self._name} has the inputs {', '.join(inputs)}; name the picture as `input` and "
                "the others as [[state]] in the TOML file."
            )
        carried = {name for _, name in named}
        output = self._described.output or next(name for name in outputs if name not in carried)
        shape = inputs[pictures[0]].shape
        if len(shape) != 4:
            raise CheckpointError(
                f"{self._name} takes a picture of shape {shape}, not (1, 3, height, width)."
            )
        fixed = all(isinstance(side, int) and side > 0 for side in shape[2:])
        kept = {name: (inputs[name].shape, _dtype(inputs[name].type)) for name in states}
        size = (int(shape[2]), int(shape[3])) if fixed else None
        return _Shapes(pictures[0], size, output, kept)


def _dtype(onnx_type: str) -> Any:
    """NumPy's type for such as "tensor(float)"."""
    kinds = {"float": np.float32, "float16": np.float16, "double": np.float64, "int64": np.int64}
    return kinds.get(onnx_type.removeprefix("tensor(").removesuffix(")"), np.float32)
