"""The warm-up of a soak: everything that a visitor may ask for, once, in order.

Libraries keep what they worked out for each size of picture, and widgets are made when they are
first seen. Both are bounded; what memory does is told from what comes after all of it was there.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from app.session import AppSession
from app.settings import PANES, VIEWS, Settings
from app.soak.actions import INPUT_SIZES, MODELS, SOURCE_SIZES, TOGGLES
from app.soak.props import Props


def tour(session: AppSession, props: Props) -> Generator[None, None, None]:
    """Visit every place; whoever drives waits at each until the window is well."""
    yield from _sizes(session, props)
    yield from _models(session)
    yield from _views(session)
    yield from _extras(session, props)


def go_home(session: AppSession, props: Props, settings: Settings) -> None:
    """Put the window into the one state whose memory is compared over the day: `settings`, the
    clip, no recording, one window.
    """
    session.recording.stop()
    if session.presenter.is_kiosk:
        session.presenter.leave_kiosk()
    session.presenter.close_output()
    session.cheat_sheet.hide()
    session.controller.clear_pins()
    session.model.replace(**{key: getattr(settings, key) for key in settings.as_dict()})
    session.controller.open_source(str(props.clip))


def _sizes(session: AppSession, props: Props) -> Iterator[None]:
    for source in props.sources():
        session.controller.open_source(source)
        for width, height in SOURCE_SIZES if source == "synthetic" else SOURCE_SIZES[:1]:
            session.model.replace(source_width=width, source_height=height)
            for input_size in INPUT_SIZES:
                session.model.replace(input_size=input_size)
                yield


def _models(session: AppSession) -> Iterator[None]:
    for model in MODELS:
        session.model.replace(model_a=model, model_b="off")
        yield
        session.model.replace(model_a=MODELS[0], model_b=model)
        yield


def _views(session: AppSession) -> Iterator[None]:
    session.model.replace(panes=PANES)
    for view in VIEWS:
        session.controller.set("view", view)
        yield
    for key in TOGGLES * 2:
        session.controller.toggle(key)
        yield


def _extras(session: AppSession, props: Props) -> Iterator[None]:
    for toggle in (
        session.presenter.toggle_kiosk,
        session.presenter.toggle_output,
        session.toggle_cheat_sheet,
        session.fallback.toggle_panic,
    ):
        for _ in range(2):
            toggle()
            yield
    for source in props.sources():
        session.controller.open_source(source)
        yield
        session.recording.start(props.new_recording())
        yield
        session.recording.stop()
