"""One network over a video: `video_to_disparity.py CLIP OUT` writes OUT/000000.npy and so on."""

import sys
from contextlib import closing
from pathlib import Path

import numpy as np

from app.sources.opening import open_source
from models import registry
from models.estimator import EstimatorOptions, FrameMemo, estimate
from models.frames import Frame

clip, out = sys.argv[1], Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
session = registry.find("flashdepth-lite").open(EstimatorOptions(device="auto"))
with closing(open_source(clip)) as source, closing(session):
    while isinstance(frame := source.read(timeout_s=1.0), Frame):  # until it is Ended
        depth = estimate(session, frame, FrameMemo())
        np.save(out / f"{frame.index:06d}.npy", depth.disparity)  # (H, W), larger is nearer
