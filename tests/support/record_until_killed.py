"""Records at some frames per second for ever, and says when each frame was handed over.

Run as a program of its own: FOLDER FPS WIDTH HEIGHT [composite].
"""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.recording.recorder import Recorder, RecorderOptions
from app.recording.writer import Content
from tests.support.recordings import FACTS, make_result

RING = 16


def main() -> None:
    folder, fps = Path(sys.argv[1]), float(sys.argv[2])
    size = (int(sys.argv[3]), int(sys.argv[4]))
    ready = [make_result(i, size=size) for i in range(RING)]
    options = RecorderOptions(Content(composite="composite" in sys.argv), headroom_bytes=0)
    recorder = Recorder(folder, FACTS, options)
    recorder.start()
    began_s = time.monotonic()
    number = 0
    while True:
        time.sleep(max(0.0, began_s + number / fps - time.monotonic()))
        now_ns = time.monotonic_ns()
        result = ready[number % RING]
        frame = dataclasses.replace(
            result.frame, index=number, captured_ns=now_ns, time_s=number / fps
        )
        if recorder.offer(dataclasses.replace(result, frame=frame)):
            print(number, now_ns, flush=True)
        number += 1


if __name__ == "__main__":
    main()
