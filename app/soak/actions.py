"""Random actions of visitors: keys, menus, other sources, other models, recordings."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from app.soak.fixtures import Fixtures
from app.ui.application import Application
from app.views import table as views
from app.views import workspaces
from widgets.arrangement import PANES

Action = Callable[[Application, Fixtures, random.Random], None]

MODELS = ("flashdepth-lite", "flashdepth-lite-per-frame", "flashdepth-lite-per-frame+ema")
INPUT_SIZES = (98, 140, 182)
SOURCE_SIZES = ((320, 240), (256, 256), (384, 216))
TOGGLES = ("charts", "edges", "inspector", "mirror", "presenter")


def view(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Choose a view."""
    application.controller.set("view", rng.choice(views.KEYS))


def workspace(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Choose a workspace."""
    application.workspaces.choose(rng.choice(workspaces.KEYS))


def pane(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Show or hide a pane."""
    application.controller.toggle_pane(rng.randrange(len(PANES)))


def colours(application: Application, _fixtures: Fixtures, _rng: random.Random) -> None:
    """Choose the next colour map."""
    application.controller.next_of("colormap")


def display_range(application: Application, _fixtures: Fixtures, _rng: random.Random) -> None:
    """Choose the next range mode."""
    application.controller.next_of("range_mode")


def memory(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Switch memory on or off, or reset it."""
    if rng.random() < 0.5:
        application.controller.toggle_memory()
    else:
        application.controller.reset_memory()


def model(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Choose a model for a lane."""
    lane = rng.choice(("model_a", "model_b"))
    application.controller.set(lane, rng.choice((*MODELS, "off") if lane == "model_b" else MODELS))


def input_size(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Choose an input size."""
    application.controller.set("input_size", rng.choice(INPUT_SIZES))


def source_size(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Choose a source size."""
    width, height = rng.choice(SOURCE_SIZES)
    application.model.replace(source_width=width, source_height=height)


def source(application: Application, fixtures: Fixtures, rng: random.Random) -> None:
    """Open another source."""
    application.controller.open_source(rng.choice(fixtures.sources()))


def pause(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Pause and step by a frame."""
    application.controller.set_paused(True)
    application.controller.step(rng.choice((-1, 1)))


def seek(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Go to another frame."""
    application.controller.seek(rng.randrange(60))


def pacing(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Choose a pacing."""
    application.controller.set("pacing", rng.choice(("real-time", "every-frame")))


def toggles(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Switch something on or off."""
    application.controller.toggle(rng.choice(TOGGLES))


def pin(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Pin a point, or remove all pins."""
    if len(application.controller.pins) < 3:
        application.controller.pin(rng.random(), rng.random())
    else:
        application.controller.clear_pins()


def preset(application: Application, _fixtures: Fixtures, rng: random.Random) -> None:
    """Store or recall a preset."""
    slot = rng.randint(1, 3)
    if rng.random() < 0.5:
        application.presets.store(slot)
    else:
        application.presets.recall(slot)


def kiosk(application: Application, _fixtures: Fixtures, _rng: random.Random) -> None:
    """Enter or leave full screen."""
    application.presenter.toggle_kiosk()


def output(application: Application, _fixtures: Fixtures, _rng: random.Random) -> None:
    """Open or close the second screen."""
    application.presenter.toggle_output()


def panic(application: Application, _fixtures: Fixtures, _rng: random.Random) -> None:
    """Show the backup clip, or return to the source."""
    application.fallback.toggle_panic()


def cheat_sheet(application: Application, _fixtures: Fixtures, _rng: random.Random) -> None:
    """Show or hide the cheat sheet."""
    application.cheat_sheet.toggle()


def record(application: Application, fixtures: Fixtures, _rng: random.Random) -> None:
    """Start or end a recording."""
    if application.recording.is_recording:
        application.recording.stop()
    else:
        application.recording.record(fixtures.new_recording())


ACTIONS: Mapping[str, Action] = {
    action.__name__: action
    for action in (
        view, workspace, pane, colours, display_range, memory, model, input_size, source_size,
        source, pause, seek, pacing, toggles, pin, preset, kiosk, output, panic, cheat_sheet,
        record,
    )
}  # fmt: skip
