"""Starts of the window in fresh processes, beside the time that importing torch takes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.settings.settings import Settings
from app.system import startup
from models.errors import UserError

STARTS = 10
_LIMIT_S = 120
_MAIN = Path(__file__).resolve().parents[2] / "main.py"


def measure_starts(
    count: int,
    start: Callable[[], dict[str, float]],
    import_torch: Callable[[], float],
) -> dict[str, Any]:
    """Medians of `count` starts, each followed by an import of torch.

    They are `startup_s` (to the first depth), `startup_stages_s` (to each stage) and
    `import_torch_s`, all from the start of a process.
    """
    starts: list[dict[str, float]] = []
    imports: list[float] = []
    for _ in range(count):
        starts.append(start())
        imports.append(import_torch())
    stages = {
        stage: statistics.median(one[stage] for one in starts if stage in one)
        for stage in startup.STAGES
        if any(stage in one for one in starts)
    }
    return {
        "starts": count,
        "startup_s": stages["first_depth"],
        "startup_stages_s": stages,
        "import_torch_s": statistics.median(imports),
    }


def import_torch() -> float:
    """Seconds that a fresh Python takes to import torch and to end."""
    begun_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], timeout=_LIMIT_S, check=True)
    return time.perf_counter() - begun_s


def start_window(settings: Settings, size: tuple[int, int], folder: Path) -> dict[str, float]:
    """Seconds from the start of a fresh process to each stage of a window's start.

    Parameters
    ----------
    size
        (width, height) of the window.
    folder
        For its settings.

    Raises
    ------
    UserError
        If it showed no disparity, or does not close.
    """
    command = [
        sys.executable, str(_MAIN), "--reset", "--debug", "--quit-after", "60",
        "--quit-when-shown", "--a", settings.model_a, "--b", settings.model_b,
        "--source", settings.source, "--device", settings.device,
        "--window-size", f"{size[0]}x{size[1]}",
    ]  # fmt: skip
    for option, value in (("--input-size", settings.input_size), ("--threads", settings.threads)):
        if value:
            command += [option, str(value)]
    try:
        done = subprocess.run(
            command,
            env=os.environ | {"FLASHDEPTH_CONFIG": str(folder)},
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"A second window did not close within {_LIMIT_S} seconds; try --no-window."
        ) from error
    stages = startup.read(done.stderr)
    if "first_depth" not in stages:
        raise UserError("The window showed no disparity within 60 seconds; try --no-window.")
    return stages
