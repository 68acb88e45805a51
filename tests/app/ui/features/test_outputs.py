"""Outputs of the window: started, fed, said and ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from app.outputs.output import OutputOptions
from app.outputs.table import OUTPUTS, OutputSpec, parse_output
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.captions import caption_for_strangers
from app.ui.display import Display
from app.ui.features.outputs import OutputsController
from app.ui.main_window import MainWindow
from models.errors import UserError
from tests.support.outputs import KeptOutput
from tests.support.recordings import make_result

CAMERA = parse_output("camera:/dev/video9")


class Made:
    """The controller, what stands around it, and the outputs that it made."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.model = SettingsModel(Settings())
        self.engine = SimpleNamespace(inference=SimpleNamespace(taps=()))
        self.display = Display(window.stage, window.cloud)
        self.standing: dict[str, str] = {}
        self.status = SimpleNamespace(set_standing=self._stand)
        self.outputs: list[KeptOutput] = []
        self.asked: list[tuple[OutputSpec, OutputOptions]] = []
        self.failure: Exception | None = None
        self.controller = OutputsController(
            window,
            self.model,
            self.engine,
            self.display,
            self.status,  # type: ignore[arg-type]
            self._make,  # type: ignore[arg-type]
        )
        self.said: list[str] = []
        self.controller.said.connect(self.said.append)

    def _stand(self, topic: str, words: str, is_technical: bool) -> None:
        self.standing[topic] = words

    def _make(self, spec: OutputSpec, options: OutputOptions) -> KeptOutput:
        output = KeptOutput()
        output.failure = self.failure
        self.asked.append((spec, options))
        self.outputs.append(output)
        return output

    def feed(self, number: int) -> None:
        for tap in self.engine.inference.taps:
            tap(make_result(number))


@pytest.fixture
def made(qtbot: QtBot, window: MainWindow) -> Iterator[Made]:
    window.resize(900, 600)
    window.show()
    made = Made(window)
    yield made
    made.controller.close()


def test_an_output_gets_results_and_says_what_it_sends(qtbot: QtBot, made: Made) -> None:
    made.controller.begin(CAMERA)
    made.feed(3)
    (output,) = made.outputs
    qtbot.waitUntil(lambda: len(output.got) == 1 and bool(made.said))
    assert output.got[0].result.frame.index == 3
    assert made.said == ["Virtual camera kept: view as on screen, 1280 × 720 pixels."]
    assert made.controller.is_running("camera")
    assert made.standing["outputs"] == "on air: virtual camera"
    assert made.asked[0][1].size == (1280, 720)


def test_pressing_the_key_again_ends_it_and_nothing_is_fed_any_more(
    qtbot: QtBot, made: Made
) -> None:
    kind = next(kind for kind in OUTPUTS if kind.key == "camera")
    made.controller.toggle(kind)
    made.controller.toggle(kind)
    assert made.engine.inference.taps == ()
    assert made.said[-1] == "Virtual camera ended."
    qtbot.waitUntil(lambda: made.outputs[0].is_closed)
    assert not made.controller.is_running("camera")


def test_one_that_cannot_open_is_said_once_and_the_rest_goes_on(qtbot: QtBot, made: Made) -> None:
    made.failure = UserError("There is no camera; run: pip install it")
    failed: list[str] = []
    made.controller.failed.connect(failed.append)
    made.controller.begin(CAMERA)
    qtbot.waitUntil(lambda: bool(made.said))
    assert made.said == ["There is no camera."]  # the window names no commands
    assert failed == ["There is no camera; run: pip install it"]
    assert made.standing["outputs"] == ""
    assert not made.controller.is_running("camera")
    assert made.engine.inference.taps == ()


def test_changed_options_open_it_again_and_another_content_does_not(
    qtbot: QtBot, made: Made
) -> None:
    made.controller.begin(CAMERA)
    made.model.replace(output_content="a")
    assert len(made.outputs) == 1
    made.model.replace(output_size="640x360")
    assert len(made.outputs) == 2 and made.asked[1][1].size == (640, 360)
    assert made.asked[1][0] == CAMERA
    assert len(made.engine.inference.taps) == 1
    qtbot.waitUntil(lambda: made.outputs[0].is_closed)


def test_an_output_that_is_opened_again_waits_for_its_device(qtbot: QtBot, made: Made) -> None:
    made.controller.begin(CAMERA)
    first = made.outputs[0]
    first.gate.clear()
    made.feed(0)
    qtbot.waitUntil(lambda: len(first.got) == 1)  # and holds its device
    made.model.replace(output_fps=25.0)
    second = made.outputs[1]
    qtbot.wait(100)
    assert not second.is_opened
    first.gate.set()
    qtbot.waitUntil(lambda: second.is_opened)
    assert first.is_closed


def test_what_goes_out_follows_panes_and_zoom(qtbot: QtBot, made: Made) -> None:
    made.display.show(make_result(0))
    made.controller.begin(CAMERA)
    (output,) = made.outputs
    qtbot.waitUntil(lambda: len(output.got) >= 1)
    scene = output.got[-1].scene
    assert {place.pane for place in scene.places} == {"rgb", "depth_a", "depth_b", "cloud"}
    assert all(0 <= at <= 1 for place in scene.places for at in place.at)
    made.window.view.zoom_at(2.0, QPointF(0.25, 0.25))

    def is_zoomed() -> bool:
        rgb = next(p for p in output.got[-1].scene.places if p.pane == "rgb")
        return rgb.part[2] < 0.99 or rgb.part[3] < 0.99

    qtbot.waitUntil(is_zoomed)


def test_the_cloud_is_grabbed_only_while_somebody_looks(
    qtbot: QtBot, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    grabbed: list[int] = []
    grab: Callable[[], object] = made.window.cloud.grab_image
    monkeypatch.setattr(made.window.cloud, "grab_image", lambda: grabbed.append(1) or grab())
    made.display.show(make_result(0))
    made.controller.begin(CAMERA)
    (output,) = made.outputs
    output.wants = ()
    qtbot.wait(250)
    count = len(grabbed)
    output.wants = ("view",)
    qtbot.waitUntil(lambda: len(grabbed) > count)
    qtbot.waitUntil(lambda: bool(output.got) and output.got[-1].scene.cloud is not None)
    assert count == 0


def test_closing_ends_every_output(qtbot: QtBot, made: Made) -> None:
    made.controller.begin(CAMERA)
    made.feed(0)
    made.controller.close()
    assert made.outputs[0].is_closed


@pytest.mark.parametrize("model", ["onnx:/home/someone/x.onnx", "hf:./secret", "hf:/secret+ema"])
def test_captions_that_go_out_name_no_file(model: str) -> None:
    said = " ".join(caption_for_strangers(Settings(model_a=model, source="/home/someone/c.mp4")))
    assert "A: own model" in said
    assert not any(word in said for word in ("someone", "secret", "x.onnx", "c.mp4"))
    known = " ".join(caption_for_strangers(Settings(model_a="hf:Intel/dpt-hybrid-midas")))
    assert "dpt-hybrid-midas" in known
