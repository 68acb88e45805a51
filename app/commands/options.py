"""From parsed arguments to what the app works with."""

from __future__ import annotations

import argparse

from models.devices.device import resolve, set_cpu_threads
from models.estimator import EstimatorOptions


def estimator_options(arguments: argparse.Namespace) -> EstimatorOptions:
    """How the arguments want models to run. Also sets the CPU threads.

    Raises UsageError if the device is not there.
    """
    device = getattr(arguments, "device", "auto")
    resolve(device)
    set_cpu_threads(getattr(arguments, "threads", 0))
    usual = EstimatorOptions()
    return EstimatorOptions(
        device=device,
        precision=getattr(arguments, "precision", usual.precision),
        input_size=getattr(arguments, "input_size", None),
        ema_factor=getattr(arguments, "ema_factor", usual.ema_factor),
    )
