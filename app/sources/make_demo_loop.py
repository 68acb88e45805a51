"""Renders one period of the demonstration scene into the files that the app plays by default.

    python -m app.sources.make_demo_loop [--out FOLDER]

To be run again after a change to the scene or the renderer; takes about a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from app.media.video_writer import VideoWriter
from app.sources.demo_loop import DEMO_SIZE, GEOMETRY, PICTURES, demo_folder
from app.sources.synthetic import FPS
from models.scene_loop import SceneLoopWriter
from models.scenes import Renderer, demo_scene
from models.scenes.demo import DEMO_PERIOD_S

# Without deblocking and CABAC, decoding takes half the time.
_H264 = {"crf": "17", "preset": "slow", "tune": "fastdecode", "g": "50"}


def make(folder: Path) -> None:
    """Write the pictures and the geometry of one period into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    scene, renderer = demo_scene(), Renderer(*DEMO_SIZE)
    geometry = SceneLoopWriter(scene, FPS)
    with VideoWriter(folder / PICTURES, DEMO_SIZE, _H264) as film:
        for index in range(round(DEMO_PERIOD_S * FPS)):
            frame = renderer.render(scene, index / FPS)
            geometry.add(frame, index / FPS)
            film.write(frame.rgb, index / FPS)
    renderer.close()
    geometry.finish().save(folder / GEOMETRY)


def main() -> None:
    """Read the command line and make the files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=demo_folder())
    make(parser.parse_args().out)


if __name__ == "__main__":
    main()
