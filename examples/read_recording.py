"""What lies in a recording: `read_recording.py RECORDING` prints a line per frame and lane."""

import sys
from contextlib import closing

import numpy as np

from app.sources.recording import RecordingSource
from models.frames import Frame

with closing(RecordingSource(sys.argv[1])) as source:
    print(source.info.title, *source.info.size, source.info.note)
    while isinstance(frame := source.read(timeout_s=1.0), Frame):
        for name, lane in frame.recorded.items():  # frame.rgb is the picture, (H, W, 3) uint8
            median = np.nanmedian(lane.depth.disparity)  # float32, larger is nearer
            print(f"{frame.index} {frame.time_s:.3f} s {name} {lane.model}: {median:.3f}")
