"""Outputs of the window: a virtual camera, a page for the audience, streams."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from app.outputs.consumer import OutputConsumer
from app.outputs.contents import CONTENTS
from app.outputs.output import Output, OutputOptions
from app.outputs.scene import Scene
from app.outputs.table import OutputKind, OutputSpec, make_output, parse_output
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.display import Display
from app.ui.engine import Engine
from app.ui.features.feature import FeatureController
from app.ui.features.status import StatusController
from app.ui.main_window import MainWindow
from app.ui.resolve import output_options
from app.ui.stage_scene import SceneReader
from app.ui.wakeup import WakeUp
from models.errors import UserError
from models.plain_text import without_command
from widgets.plain import InputDialog

log = logging.getLogger(__name__)

_SCENE_MS = 100
_STOP_S = 5.0

MakeOutput = Callable[[OutputSpec, OutputOptions], Output]


@dataclass(slots=True, eq=False)
class _Running:
    """One output that was asked for, and what feeds it."""

    spec: OutputSpec
    options: OutputOptions
    output: Output
    consumer: OutputConsumer
    is_said: bool = False


class OutputsController(FeatureController):
    """Starts, feeds and ends outputs; one of each kind at a time.

    Attributes
    ----------
    made
        Emitted with the kind's key and the new output, before it is opened.
    opened, ended
        Emitted with the kind's key.
    changed
        Emitted after an output was started or ended.
    failed
        Emitted with the sentence of one that ended by itself, which is also `said`.
    """

    made = pyqtSignal(str, object)
    opened = pyqtSignal(str)
    ended = pyqtSignal(str)
    changed = pyqtSignal()
    failed = pyqtSignal(str)

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        engine: Engine,
        display: Display,
        status: StatusController,
        make: MakeOutput = make_output,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._engine = engine
        self._display = display
        self._status = status
        self._make = make
        self._running: dict[str, _Running] = {}
        self._leaving: dict[str, OutputConsumer] = {}  # by kind; each waits for the one before
        self._reader = SceneReader(window, display, model)
        self._scene: Scene | None = None  # not read before something is sent
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._poll)
        self._timer = QTimer(self)
        self._timer.setInterval(_SCENE_MS)
        self._timer.timeout.connect(self._read_scene)
        self.changed.connect(self._show_state)
        self._unsubscribe = model.subscribe(self._on_settings)

    def close(self) -> None:
        """End all outputs, within bounds."""
        self._unsubscribe()
        self._timer.stop()
        for key in tuple(self._running):
            self.end(key)
        for consumer in self._leaving.values():
            consumer.stop(_STOP_S)

    def is_running(self, key: str, _settings: Settings | None = None) -> bool:
        """Whether the output of that kind was asked for and has not ended."""
        return key in self._running

    def toggle(self, kind: OutputKind) -> None:
        """Start the output of this kind, asking for what it needs, or end it."""
        if kind.key in self._running:
            self.end(kind.key)
            self.said.emit(f"{_name(kind)} ended.")
        elif kind.asks:
            self._ask(kind)
        else:
            self.begin(OutputSpec(kind))

    def begin(self, spec: OutputSpec) -> None:
        """Start an output; one of the same kind ends first. What fails is `said`."""
        key = spec.kind.key
        self.end(key)
        options = output_options(self._model.value)
        output = self._make(spec, options)
        self.made.emit(key, output)
        before = self._leaving.get(key)
        consumer = OutputConsumer(output, self._read, self._wake_up.notify, before)
        self._running[key] = _Running(spec, options, output, consumer)
        self._read_scene()
        if self._display.last is not None:
            consumer.offer(self._display.last)
        inference = self._engine.inference
        inference.taps = (*inference.taps, consumer.offer)
        consumer.start()
        self._timer.start()
        self.changed.emit()

    def end(self, key: str) -> None:
        """End the output of that kind, if there is one; does not wait for it."""
        running = self._running.pop(key, None)
        if running is None:
            return
        inference = self._engine.inference
        inference.taps = tuple(tap for tap in inference.taps if tap != running.consumer.offer)
        running.consumer.ask_to_stop()
        self._leaving[key] = running.consumer
        if not self._running:
            self._timer.stop()
        self.ended.emit(key)
        self.changed.emit()

    # -- inside --------------------------------------------------------------------------------

    def _ask(self, kind: OutputKind) -> None:
        dialog = InputDialog(self._window)
        dialog.setWindowTitle(_name(kind))
        dialog.setLabelText(kind.asks)
        dialog.textValueSelected.connect(self._on_asked)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_asked(self, text: str) -> None:
        try:
            self.begin(parse_output(text.strip()))
        except UserError as error:
            self.said.emit(str(error))

    def _show_state(self) -> None:
        names = ", ".join(_name(one.spec.kind).lower() for one in self._running.values())
        self._status.set_standing("outputs", f"on air: {names}" if names else "", True)

    def _read(self) -> Scene:
        scene = self._scene  # replaced as a whole, so any thread may read it
        assert scene is not None, "read before an output starts"
        return scene

    def _read_scene(self) -> None:
        wanted = set[str]().union(*(one.consumer.wanted for one in self._running.values()))
        needs_cloud = any(CONTENTS[key].needs_cloud for key in wanted)
        self._scene = self._reader.read(needs_cloud=needs_cloud)

    def _poll(self) -> None:
        """Say what has opened or ended since."""
        for key, running in tuple(self._running.items()):
            status = running.consumer.status
            if status.is_open and not running.is_said:
                running.is_said = True
                self.said.emit(_opened(running.spec.kind, status.name, self._model.value))
                self.opened.emit(key)
            elif status.is_ended:
                self.end(key)
                if status.message:
                    self.said.emit(without_command(status.message))
                    self.failed.emit(status.message)

    def _on_settings(self, settings: Settings, _changed: frozenset[str]) -> None:
        """Open outputs again whose options changed."""
        options = output_options(settings)
        for running in tuple(self._running.values()):
            if running.options != options:
                self.begin(running.spec)


def _name(kind: OutputKind) -> str:
    return kind.title.replace("&", "").rstrip("…")


def _opened(kind: OutputKind, name: str, settings: Settings) -> str:
    content = CONTENTS[settings.output_content].title
    return kind.opened.format(
        title=_name(kind), name=name, content=content[:1].lower() + content[1:],
        size=settings.output_size.replace("x", " × "),
    )  # fmt: skip
