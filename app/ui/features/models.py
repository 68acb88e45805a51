"""The lanes' model menus, and getting the weights of a model that is not installed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import platformdirs
from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtWidgets import QAbstractButton, QFileDialog

from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.features.feature import FeatureController
from app.ui.features.job import Job, ReportProgress
from app.ui.main_window import MainWindow
from models import install, names, registry
from models.errors import UserError
from models.hub import store as hub
from models.hub.names import SCHEME
from models.plain_text import without_command
from models.progress import IsCancelled, OnProgress, Progress
from models.published import Release
from widgets.lane_picker import LaneChoice
from widgets.plain import InputDialog, MessageBox

_PHASES = {"download": "Downloading", "check": "Checking", "convert": "Converting"}


class ModelController(FeatureController):
    """Fills both menus, applies what is chosen there and offers to fetch missing weights.

    Attributes
    ----------
    installed
        Emitted when weights arrived; a lane that lacked them can be opened.
    """

    installed = pyqtSignal()

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        controller: Controller,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._job = Job(window, self)
        self._job.done.connect(self._on_done)
        self._box: MessageBox | None = None
        self._before_truth = Settings().model_b
        self.installed.connect(controller.restart_lanes)
        window.lane_a.chosen.connect(self._on_a)
        window.lane_b.chosen.connect(self._on_b)
        self._unsubscribe = model.subscribe(self._on_settings)

    def start(self) -> None:
        """Fill the menus."""
        self._fill()
        self._show_chosen()

    def close(self) -> None:
        """Cancel a download; what was fetched is kept."""
        self._unsubscribe()
        self._job.close()

    def cancel(self) -> bool:
        """Cancel a running download; whether one was running."""
        return self._job.cancel()

    def _fill(self) -> None:
        """List the registered models, those of the hub that are chosen, and the way to others."""
        entries = {entry.name: entry for entry in registry.entries()}
        for lane in ("a", "b"):
            with suppress(UserError):
                entry = registry.find(names.unsmoothed(self._now(lane)))
                entries.setdefault(entry.name, entry)
        choices = [
            LaneChoice(
                entry.name, entry.title, entry.summary, entry.note, _words(entry.missing()),
                entry.can_smooth,
            )
            for entry in entries.values()
        ]  # fmt: skip
        choices.append(LaneChoice(SCHEME, "From the hub…", "Any depth model of Hugging Face"))
        for picker in (self._window.lane_a, self._window.lane_b):
            picker.set_entries(choices)

    def _on_settings(self, _settings: Settings, changed: frozenset[str]) -> None:
        if changed & {"model_a", "model_b"}:
            self._fill()
            self._show_chosen()

    def _show_chosen(self) -> None:
        self._window.lane_a.set_current(self._model.value.model_a)
        self._window.lane_b.set_current(self._model.value.model_b)

    def choose(self, lane: str, name: str) -> None:
        """Show model `name` in lane "a" or "b"; smoothing is kept where the model allows it."""
        smooth = names.is_smoothed(self._now(lane)) and registry.can_smooth(name)
        self._choose(f"model_{lane}", names.smoothed(name, smooth))

    def next_installed(self, lane: str) -> None:
        """Show the menu's next model that needs no download."""
        installed = [
            entry.name
            for entry in registry.entries()
            if entry.name != registry.GROUND_TRUTH and entry.missing() is None
        ]
        now = names.unsmoothed(self._now(lane))
        at = installed.index(now) if now in installed else -1
        self.choose(lane, installed[(at + 1) % len(installed)])

    def toggle_ema(self, lane: str) -> None:
        """Turn the lane's smoothing by an exponential moving average on or off."""
        now = self._now(lane)
        is_on = names.is_smoothed(now)
        if is_on or registry.can_smooth(now):
            self._model.replace(**{f"model_{lane}": names.smoothed(now, not is_on)})
        else:
            self.said.emit(f"Lane {lane.upper()} has nothing to smooth; choose a model first.")

    def toggle_truth(self) -> None:
        """Show the ground truth in lane B, or the model from before."""
        now = self._model.value.model_b
        if now == registry.GROUND_TRUTH:
            self._model.replace(model_b=self._before_truth)
        else:
            self._before_truth = now
            self._model.replace(model_b=registry.GROUND_TRUTH)

    @property
    def settings(self) -> Settings:
        """The current settings."""
        return self._model.value

    def _now(self, lane: str) -> str:
        return str(getattr(self._model.value, f"model_{lane}"))

    def _on_a(self, name: str) -> None:
        self._choose("model_a", name)

    def _on_b(self, name: str) -> None:
        self._choose("model_b", name)

    def _choose(self, key: str, name: str) -> None:
        if names.unsmoothed(name) == SCHEME:
            self._ask_for_hub_name(key)
            return
        try:
            reason = registry.find(name).missing()
            self._model.replace(**{key: name})
            if reason is not None:
                self.install(name)
        except UserError as error:
            self.said.emit(str(error))

    def _ask_for_hub_name(self, key: str) -> None:
        """Ask for a model of the hub, offering those on this machine and some to begin with."""
        self._show_chosen()
        known = hub.cached_names() if hub.has_extra() else ()
        dialog = InputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Model from the hub")
        dialog.setLabelText(
            "hf:ORG/NAME of a depth model on huggingface.co, or hf: and a folder, such as "
            "hf:/models/mine:"
        )
        dialog.setComboBoxItems(list(dict.fromkeys((*known, *hub.SUGGESTED))))
        dialog.setComboBoxEditable(True)

        def chosen(text: str) -> None:
            name = text.strip()
            self._choose(key, name if name.startswith(SCHEME) else SCHEME + name)

        dialog.textValueSelected.connect(chosen)
        dialog.open()

    def install(self, name: str) -> None:
        """Ask whether to download the weights of `name`, with their size and licence.

        Raises
        ------
        UserError
            If there are none to download.
        """
        network = registry.family(name)
        if install.is_known_at_once(network):
            self._offer(install.offer(network))
        elif (reason := registry.find(network).missing()) and "download" not in reason:
            self.said.emit(without_command(reason))  # the extra is missing, or it is a folder
        else:
            self._look_up(network)

    def _look_up(self, name: str) -> None:
        """Ask the hub for size and licence beside the window."""

        def work(_on_progress: ReportProgress, _cancelled: IsCancelled) -> Release | str:
            try:
                return install.offer(name)
            except UserError as error:
                return str(error)

        self._job.start(f"Look up {registry.title(name)}", work)

    def _offer(self, release: Release) -> None:
        """Show purpose, size and licence before anything is fetched."""
        if self._box is not None or self._job.is_running:
            return
        use = "" if release.commercial else " Non-commercial use only."
        box = MessageBox(
            self._window,
            release.title,
            f"{release.title} is not installed.",
            f"{release.purpose}\n\n{release.size_mb} MB from {release.repository} on the Hugging "
            f"Face Hub, licence {release.licence}.{use} {release.terms}",
        )
        pull = box.addButton("Download", MessageBox.ButtonRole.AcceptRole)
        add = box.addButton("Add from file…", MessageBox.ButtonRole.ActionRole)
        box.addButton("Not now", MessageBox.ButtonRole.RejectRole)

        def clicked(button: QAbstractButton) -> None:
            if button is pull:
                self._pull(release)
            elif button is add:
                self._ask_for_file(release)

        box.buttonClicked.connect(clicked)
        box.finished.connect(self._forget_box)
        self._box = box
        box.open()

    def _forget_box(self, _code: int) -> None:
        if self._box is not None:
            self._box.deleteLater()
            self._box = None

    def _pull(self, release: Release) -> None:
        def work(on_progress: ReportProgress, cancelled: IsCancelled) -> Path | str:

            try:
                return install.pull(release.name, _byte_progress(on_progress), cancelled)
            except UserError as error:
                return str(error)

        self._job.start(f"Download {release.title}", work)

    def _ask_for_file(self, release: Release) -> None:
        downloads = platformdirs.user_downloads_dir()
        dialog = QFileDialog(self._window, f"{release.title} weights", downloads)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter("Weights (*.pth *.pt *.safetensors)")

        def chosen(path: str) -> None:
            self._add(release, Path(path))

        dialog.fileSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _add(self, release: Release, file: Path) -> None:
        def work(on_progress: ReportProgress, _cancelled: IsCancelled) -> Path | str:
            from models import checkpoints  # loads torch

            try:
                return checkpoints.add(file, release.name, _byte_progress(on_progress))
            except UserError as error:
                return str(error)

        self._job.start(f"Add {release.title}", work)

    def _on_done(self, outcome: object) -> None:
        if isinstance(outcome, Release):
            self._offer(outcome)
            return
        if not isinstance(outcome, Path):
            why = str(outcome or "The installation failed; see the log for details.")
            self.said.emit(without_command(why))
            return
        self.said.emit(f"{outcome.stem} is installed.")
        self._fill()
        self._show_chosen()
        self.installed.emit()


def _words(missing: str | None) -> str | None:
    return None if missing is None else without_command(missing)


def _byte_progress(on_progress: ReportProgress) -> OnProgress:
    """Return a callback that passes bytes on as a line of text."""

    def on_bytes(progress: Progress) -> None:
        done = progress.done_bytes // 1_000_000
        total = "" if progress.total_bytes is None else f" of {progress.total_bytes // 1_000_000}"
        text = f"{_PHASES[progress.phase]}: {done}{total} MB"
        on_progress(progress.done_bytes, progress.total_bytes, text)

    return on_bytes
