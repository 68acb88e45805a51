"""Pictures of the window in every combination that matters, to be looked at.

Each workspace, with clips of three shapes, at three sizes of the window, with and without presenter
mode, dark and light: ``python -m tests.screenshots [--out FOLDER] [--only WORDS]``. Needs a
display; `make screenshots` brings one.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PyQt6.QtTest import QTest

from app.media.video_writer import VideoWriter
from app.settings.settings import Settings
from app.settings.store import SettingsStore
from app.settings.workspaces import switched
from app.sources.opening import open_source
from app.sources.video import VideoSource
from app.ui.application import Application
from app.ui.gui import make_qt_application
from app.ui.screenshot import save_screenshot
from app.views.workspaces import KEYS
from models.frames import Frame
from tests.support.clips import big_buck_bunny

SIZES = ((1024, 768), (1280, 720), (1920, 1080))
THEMES = ("dark", "light")
PORTRAIT = (404, 720)
PATIENCE_S = 60.0


def clips(folder: Path) -> dict[str, str]:
    """Return a source of each shape by name; the portrait one is a part of the wide one."""
    wide = big_buck_bunny()
    tall = folder / "portrait.mp4"
    width, height = PORTRAIT
    with VideoWriter(tall, PORTRAIT) as writer:
        for frame in frames_of(wide):
            left = (frame.size[0] - width) // 3
            part = np.ascontiguousarray(frame.rgb[:height, left : left + width])
            writer.write(part, frame.time_s)
    return {"wide": str(wide), "scene": "synthetic", "portrait": str(tall)}


def frames_of(path: Path) -> Iterator[Frame]:
    """Every frame of a file."""
    source = VideoSource(path)
    try:
        while isinstance(frame := source.read(5.0), Frame):
            yield frame
    finally:
        source.close()


def wait_for_fresh_pictures(application: Application) -> bool:
    """Wait until every pane on screen has painted a frame from now on, or has none to paint."""
    stage, display = application.window.stage, application.display
    before = {name: getattr(stage.pane(name), "frames_painted", 0) for name in stage.shown()}
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        QTest.qWait(50)
        blank = display.blank_panes()
        if display.last is not None and all(
            name in blank or getattr(stage.pane(name), "frames_painted", 0) > count + 1
            for name, count in before.items()
        ):
            return True
    return False


def take(application: Application, names: tuple[str, ...], out: Path) -> None:
    """Set the window up and save one picture of it."""
    workspace, _clip, size, mode, theme = names
    width, height = map(int, size.split("x"))
    model = application.model
    model.replace(**switched(model.value, workspace))
    model.replace(presenter=mode == "presenter", theme=theme)
    application.window.resize(width, height)
    if not wait_for_fresh_pictures(application):
        print(f"{'-'.join(names)}: not every pane was painted", file=sys.stderr)
    path = out / f"{'-'.join(names)}.png"
    save_screenshot(path, application.window, model.value, application.shown_source())


def main() -> int:
    """Take the pictures; returns the exit code."""
    parser = argparse.ArgumentParser(prog="tests.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/screenshots"), metavar="FOLDER")
    parser.add_argument("--only", nargs="*", default=[], metavar="WORD", help="names with these")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    sizes = [f"{width}x{height}" for width, height in SIZES]
    qt_application = make_qt_application()
    taken = 0
    with tempfile.TemporaryDirectory() as folder:
        for clip, source in clips(Path(folder)).items():
            every = itertools.product(KEYS, (clip,), sizes, ("usual", "presenter"), THEMES)
            wanted = [names for names in every if set(given.only) <= set(names)]
            if not wanted:
                continue
            settings = Settings(source=source, hint_seen=True, input_size=168)
            store = SettingsStore(Path(folder) / f"{clip}.json")
            application = Application(settings, open_source, store)
            application.window.show()
            application.start()
            for names in wanted:
                take(application, names, given.out)
                taken += 1
            application.close()
            qt_application.processEvents()
    print(f"{taken} pictures in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
