"""What visitors do, at random: keys, menus, other sources, other models, recordings."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from app.session import AppSession
from app.settings import PANES, VIEWS
from app.soak.props import Props

Action = Callable[[AppSession, Props, random.Random], None]

MODELS = ("flashdepth-lite", "flashdepth-lite-per-frame", "flashdepth-lite-per-frame+ema")
INPUT_SIZES = (98, 140, 182)
SOURCE_SIZES = ((320, 240), (256, 256), (384, 216))
TOGGLES = ("charts", "edges", "inspector", "mirror", "presenter")


def view(session: AppSession, _props: Props, rng: random.Random) -> None:
    session.controller.set("view", rng.choice(VIEWS))


def pane(session: AppSession, _props: Props, rng: random.Random) -> None:
    session.controller.toggle_pane(rng.randrange(len(PANES)))


def colours(session: AppSession, _props: Props, _rng: random.Random) -> None:
    session.controller.next_colormap()


def display_range(session: AppSession, _props: Props, _rng: random.Random) -> None:
    session.controller.next_range_mode()


def memory(session: AppSession, _props: Props, rng: random.Random) -> None:
    if rng.random() < 0.5:
        session.controller.toggle_memory()
    else:
        session.controller.reset_memory()


def model(session: AppSession, _props: Props, rng: random.Random) -> None:
    lane = rng.choice(("model_a", "model_b"))
    session.controller.set(lane, rng.choice((*MODELS, "off") if lane == "model_b" else MODELS))


def input_size(session: AppSession, _props: Props, rng: random.Random) -> None:
    session.controller.set("input_size", rng.choice(INPUT_SIZES))


def source_size(session: AppSession, _props: Props, rng: random.Random) -> None:
    width, height = rng.choice(SOURCE_SIZES)
    session.model.replace(source_width=width, source_height=height)


def source(session: AppSession, props: Props, rng: random.Random) -> None:
    session.controller.open_source(rng.choice(props.sources()))


def pause(session: AppSession, _props: Props, rng: random.Random) -> None:
    session.controller.set_paused(True)
    session.controller.step(rng.choice((-1, 1)))


def seek(session: AppSession, _props: Props, rng: random.Random) -> None:
    session.controller.seek(rng.randrange(60))


def pacing(session: AppSession, _props: Props, rng: random.Random) -> None:
    session.controller.set("pacing", rng.choice(("real-time", "every-frame")))


def toggles(session: AppSession, _props: Props, rng: random.Random) -> None:
    session.controller.toggle(rng.choice(TOGGLES))


def pin(session: AppSession, _props: Props, rng: random.Random) -> None:
    if len(session.controller.pins) < 3:
        session.controller.pin(rng.random(), rng.random())
    else:
        session.controller.clear_pins()


def preset(session: AppSession, _props: Props, rng: random.Random) -> None:
    slot = rng.randint(1, 3)
    if rng.random() < 0.5:
        session.presets.store(slot)
    else:
        session.presets.recall(slot)


def kiosk(session: AppSession, _props: Props, _rng: random.Random) -> None:
    session.presenter.toggle_kiosk()


def output(session: AppSession, _props: Props, _rng: random.Random) -> None:
    session.presenter.toggle_output()


def panic(session: AppSession, _props: Props, _rng: random.Random) -> None:
    session.fallback.toggle_panic()


def cheat_sheet(session: AppSession, _props: Props, _rng: random.Random) -> None:
    session.toggle_cheat_sheet()


def record(session: AppSession, props: Props, _rng: random.Random) -> None:
    if session.recording.is_recording:
        session.recording.stop()
    else:
        session.recording.start(props.new_recording())


ACTIONS: Mapping[str, Action] = {
    action.__name__: action
    for action in (
        view, pane, colours, display_range, memory, model, input_size, source_size, source, pause,
        seek, pacing, toggles, pin, preset, kiosk, output, panic, cheat_sheet, record,
    )
}  # fmt: skip
