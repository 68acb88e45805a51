"""An ONNX file is a lane by what its TOML file says, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models import registry
from models.errors import CheckpointError, UserError
from models.estimator import EstimatorOptions, FrameMemo
from models.frames import Frame, Unit
from models.preprocess import prepare

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def exported() -> bytes:
    """A network of 28x42: the mean colour plus 1.5, and a tenth of what it gave before.

    `image` and `before` in, `depth` and `after` out.
    """
    return (Path(__file__).parents[2] / "fixtures" / "onnx" / "brightness.onnx").read_bytes()


def put(folder: Path, content: bytes, toml: str | None) -> str:
    (folder / "net.onnx").write_bytes(content)
    if toml is not None:
        (folder / "net.toml").write_text(toml, encoding="utf-8")
    return f"onnx:{folder}/net.onnx"


STATE = '[[state]]\ninput = "before"\noutput = "after"\n'


def frame(value: int, index: int = 0) -> Frame:
    return Frame(np.full((56, 84, 3), value, np.uint8), index, 0, 0, 0.0)


def test_state_is_handed_from_frame_to_frame_and_forgotten_at_a_reset(
    exported: bytes, tmp_path: Path
) -> None:
    entry = registry.find(put(tmp_path, exported, 'gives = "disparity"\n' + STATE))
    assert entry.missing() is None and entry.temporal
    session = entry.open(EstimatorOptions("cpu"))
    picture = prepare(frame(200).rgb, ((42, 28),)).mean(1, keepdim=True).numpy()[0, 0] + 1.5
    first = session.submit(frame(200), FrameMemo()).result()
    second = session.submit(frame(200, 1), FrameMemo()).result()
    assert first.network_size == (42, 28) and first.unit is Unit.RELATIVE
    assert np.allclose(first.disparity, picture, atol=1e-4)
    assert np.allclose(second.disparity, 1.1 * picture, atol=1e-4)
    session.reset()
    again = session.submit(frame(200, 2), FrameMemo()).result()
    assert np.allclose(again.disparity, first.disparity, atol=1e-6)
    session.close()


def test_metres_become_inverse_metres(exported: bytes, tmp_path: Path) -> None:
    plain = registry.find(put(tmp_path, exported, 'gives = "disparity"\n' + STATE))
    shown = plain.open(EstimatorOptions("cpu")).submit(frame(90), FrameMemo()).result()
    metric = registry.find(put(tmp_path, exported, 'gives = "metres"\n' + STATE))
    found = metric.open(EstimatorOptions("cpu")).submit(frame(90), FrameMemo()).result()
    assert found.unit is Unit.INVERSE_METRE
    assert np.allclose(found.disparity, 1 / shown.disparity, rtol=1e-5)


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        (None, "needs net.toml beside it"),
        ("gives = ", "cannot be read as TOML"),
        ('gives = "depth"', "`gives` in net.toml must be one of"),
        ('gives = "disparity"\nmeen = [1, 1, 1]', "unknown key 'meen'"),
        ('gives = "disparity"\nmean = [1, 1]', "`mean` in net.toml must be three numbers"),
        ('gives = "disparity"\ndeviation = [1, 0, 1]', "`deviation`"),
        ('gives = "disparity"\ninput_size = -3', "`input_size`"),
        ('gives = "disparity"\n[[state]]\ninput = "x"', "an `input` and an `output`"),
        ('gives = "disparity"', "name the picture as `input`"),
        ('gives = "disparity"\ninput = "picture"\n' + STATE, "no input 'picture'; it has image"),
        ('gives = "disparity"\noutput = "disp"\n' + STATE, "no output 'disp'; it has depth"),
    ],
)
def test_a_description_that_does_not_fit_is_told(
    exported: bytes, tmp_path: Path, toml: str | None, sentence: str
) -> None:
    entry = registry.find(put(tmp_path, exported, toml))
    with pytest.raises(CheckpointError, match=sentence):
        entry.open(EstimatorOptions("cpu"))


@pytest.mark.parametrize("content", [b"", b"<html>", b"\x08" * 4096])
def test_what_is_no_onnx_file_is_told(tmp_path: Path, content: bytes) -> None:
    entry = registry.find(put(tmp_path, content, 'gives = "disparity"'))
    with pytest.raises(UserError, match=r"Can't open .* as ONNX"):
        entry.open(EstimatorOptions("cpu"))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "There is no file" in str(registry.find(f"onnx:{tmp_path}/none.onnx").missing())
