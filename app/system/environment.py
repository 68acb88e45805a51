"""Versions and hardware that the figures depend on."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

import psutil

from app.system.version import version
from models.devices.cores import usable_cores

_PACKAGES = ("numpy", "cv2", "torch", "av")


def environment() -> dict[str, str]:
    """What to report beside a number. Names a GPU only if torch is loaded and sees one."""
    facts = {
        "flashdepth-live": version(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": f"{_cpu_name()}, {os.cpu_count()} logical cores, {usable_cores()} of them ours",
        "memory": f"{psutil.virtual_memory().total / 2**30:.1f} GiB",
    }
    for name in _PACKAGES:
        # A module that is not loaded had no influence on the numbers.
        module = sys.modules.get(name)
        if module is not None:
            facts["opencv" if name == "cv2" else name] = str(module.__version__)
    if "torch" in sys.modules:
        torch = importlib.import_module("torch")
        facts["torch threads"] = str(torch.get_num_threads())
        gpu = importlib.import_module("models.devices.device").gpu_name()
        if gpu is not None:
            facts["gpu"] = gpu
    return facts


def _cpu_name() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
