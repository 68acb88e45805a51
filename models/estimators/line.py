"""A device with streams that holds tensors, and the conveyor that all lanes on it share."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor

from models.devices.conveyor import Conveyor, RingSizes
from models.devices.graphs import Graph, Graphed
from models.devices.scheduled_device import Device
from models.frames import UInt8

Answer = tuple[Tensor, Tensor]
"""Disparity (h, w) and whether all of it is finite, () bool."""

E = TypeVar("E")


class TensorDevice(Device[E], Protocol[E]):
    """A scheduled device that holds tensors."""

    @property
    def place(self) -> torch.device:
        """Where its tensors live."""
        ...

    def pinned(self, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
        """Memory of the host that the device copies from and to without the host's help."""
        ...

    def new_graph(self) -> Graph:
        """A graph to record on the stream that is then current."""
        ...

    def is_out_of_memory(self, error: Exception) -> bool:
        """Whether that error means that the device's memory is full."""
        ...

    def trim(self) -> None:
        """Give memory back that is kept for later."""
        ...


class Line:
    """A device with its conveyor, shared by all lanes that run on it. Used from one thread.

    ceilings : by network, the input size to which it was stepped down when memory ran out.
    """

    def __init__(self, device: TensorDevice[Any], sizes: RingSizes | None = None) -> None:
        self.device = device
        self.conveyor: Conveyor[Any] = Conveyor(device, sizes or RingSizes())
        self.ceilings: dict[str, int] = {}
        self._graphed: weakref.WeakSet[Graphed] = weakref.WeakSet()

    def graphed(self, work: Callable[..., Any]) -> Graphed:
        """`work` on tensors, recorded once and replayed for shapes that come again."""
        graphed = Graphed(work, self.device.new_graph)
        self._graphed.add(graphed)
        return graphed

    def make_room(self) -> None:
        """Wait for what is on its way, then give back all memory that could be had again.

        That is the graphs of all lanes, and what the device keeps for later.
        """
        self.conveyor.drain()
        for graphed in self._graphed:
            graphed.forget()
        self.device.trim()

    def admit(self, rgb: UInt8) -> int:
        """Send an (H, W, 3) picture on its way; returns the frame's number."""

        def fill(pinned: Tensor | None) -> Tensor:
            if pinned is None or pinned.shape != rgb.shape:
                pinned = self.device.pinned(rgb.shape, torch.uint8)
            np.copyto(pinned.numpy(), rgb)
            return pinned

        return self.conveyor.admit(fill, self._upload)

    def download(self, answer: Answer, pinned: Answer | None) -> Answer:
        """Copy an answer into pinned memory."""
        disparity, usable = answer
        if pinned is None or pinned[0].shape != disparity.shape:
            pinned = (
                self.device.pinned(tuple(disparity.shape), disparity.dtype),
                self.device.pinned((), torch.bool),
            )
        pinned[0].copy_(disparity, non_blocking=True)
        pinned[1].copy_(usable, non_blocking=True)
        return pinned

    def _upload(self, pinned: Tensor, picture: Tensor | None) -> Tensor:
        if picture is None or picture.shape != pinned.shape:
            picture = torch.empty(pinned.shape, dtype=torch.uint8, device=self.device.place)
        return picture.copy_(pinned, non_blocking=True)
