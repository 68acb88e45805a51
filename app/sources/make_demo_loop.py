"""Renders one period of the demonstration scene into the files that the app plays by default.

    python -m app.sources.make_demo_loop [--out FOLDER]

To be run again after a change to the scene or the renderer; takes about a minute.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import av
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

from app.sources.demo_loop import DEMO_SIZE, GEOMETRY, PICTURES, demo_folder
from app.sources.synthetic import FPS
from models.scene_loop import SceneLoopWriter
from models.scenes import Renderer, demo_scene
from models.scenes.demo import DEMO_PERIOD_S

# No B-frames, deblocking or CABAC: pictures come in order, and decoding takes half the time.
_H264 = {"crf": "17", "preset": "veryslow", "tune": "fastdecode", "bf": "0", "g": "50"}


def make(folder: Path) -> None:
    """Write the pictures and the geometry of one period into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    scene, renderer = demo_scene(), Renderer(*DEMO_SIZE)
    geometry = SceneLoopWriter(scene, FPS)
    with av.open(str(folder / PICTURES), "w", options={"movflags": "faststart"}) as film:
        stream = film.add_stream("libx264", rate=round(FPS), options=_H264)
        stream.width, stream.height = DEMO_SIZE
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = Colorspace.SMPTE170M
        stream.codec_context.color_range = ColorRange.MPEG
        for index in range(round(DEMO_PERIOD_S * FPS)):
            frame = renderer.render(scene, index / FPS)
            geometry.add(frame, index / FPS)
            picture = VideoFrame.from_ndarray(frame.rgb, "rgb24").reformat(
                format="yuv420p",
                dst_colorspace=Colorspace.SMPTE170M,
                dst_color_range=ColorRange.MPEG,
            )
            film.mux(stream.encode(picture))
        film.mux(stream.encode())
    renderer.close()
    geometry.finish().save(folder / GEOMETRY)


def main() -> None:
    """Read the command line and make the files."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=demo_folder())
    make(parser.parse_args().out)


if __name__ == "__main__":
    main()
