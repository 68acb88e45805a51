"""Warm-up of a soak: everything that a visitor may use, once, in order.

Libraries cache results for each picture size, and widgets are created when first used. Both are
bounded, so memory is judged only after all of it exists.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from app.settings.settings import Settings
from app.soak.actions import INPUT_SIZES, MODELS, SOURCE_SIZES, TOGGLES
from app.soak.fixtures import Fixtures
from app.ui.application import Application
from app.views import table as views
from widgets.arrangement import PANES


def warm_up(application: Application, fixtures: Fixtures) -> Generator[None, None, None]:
    """Visit every place; the caller waits at each until the window runs well."""
    yield from _sizes(application, fixtures)
    yield from _models(application)
    yield from _views(application)
    yield from _extras(application, fixtures)


def go_to_baseline(application: Application, fixtures: Fixtures, settings: Settings) -> None:
    """Put the window into the state whose memory is compared over the run.

    That is: `settings`, the clip, no recording, one window.
    """
    application.recording.stop()
    if application.presenter.is_kiosk:
        application.presenter.leave_kiosk()
    application.presenter.close_output()
    application.cheat_sheet.hide()
    application.controller.clear_pins()
    application.model.replace(**{key: getattr(settings, key) for key in settings.as_dict()})
    application.controller.open_source(str(fixtures.clip))


def _sizes(application: Application, fixtures: Fixtures) -> Iterator[None]:
    for source in fixtures.sources():
        application.controller.open_source(source)
        for width, height in SOURCE_SIZES if source == "synthetic" else SOURCE_SIZES[:1]:
            application.model.replace(source_width=width, source_height=height)
            for input_size in INPUT_SIZES:
                application.model.replace(input_size=input_size)
                yield


def _models(application: Application) -> Iterator[None]:
    for model in MODELS:
        application.model.replace(model_a=model, model_b="off")
        yield
        application.model.replace(model_a=MODELS[0], model_b=model)
        yield


def _views(application: Application) -> Iterator[None]:
    application.model.replace(panes=PANES)
    for view in views.KEYS:
        application.controller.set("view", view)
        yield
    for key in TOGGLES * 2:
        application.controller.toggle(key)
        yield


def _extras(application: Application, fixtures: Fixtures) -> Iterator[None]:
    for toggle in (
        application.presenter.toggle_kiosk,
        application.presenter.toggle_output,
        application.cheat_sheet.toggle,
        application.fallback.toggle_panic,
    ):
        for _ in range(2):
            toggle()
            yield
    for source in fixtures.sources():
        application.controller.open_source(source)
        yield
        application.recording.record(fixtures.new_recording())
        yield
        application.recording.stop()
