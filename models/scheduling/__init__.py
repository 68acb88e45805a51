"""The schedule of frames on a device: who may touch which buffer when. Plain logic, no device."""

from models.scheduling.conveyor import (
    Conveyor,
    Encoded,
    Estimated,
    OvertakenError,
    RingSizes,
)
from models.scheduling.device import Access, After, Buffer, Device, Stage, Task, Wait

__all__ = [
    "Access",
    "After",
    "Buffer",
    "Conveyor",
    "Device",
    "Encoded",
    "Estimated",
    "OvertakenError",
    "RingSizes",
    "Stage",
    "Task",
    "Wait",
]
