"""Locking of automatic camera controls: every change of exposure makes disparity flicker."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from app.sources.camera_formats import Habits
from models.errors import SourceError
from models.opencv import cv2

_UNSUPPORTED = -1.0


class Capture(Protocol):
    """The part of cv2.VideoCapture that is used."""

    def isOpened(self) -> bool: ...
    def read(self) -> tuple[bool, object]: ...
    def get(self, prop: int) -> float: ...
    def set(self, prop: int, value: float) -> bool: ...
    def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Control:
    """A value that the camera adjusts automatically unless it is locked.

    Attributes
    ----------
    value
        In the driver's own unit, or None if unknown.
    """

    name: str
    title: str
    locked: bool
    value: float | None


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    title: str
    automatic: int
    value: int


_PROPERTIES = (
    _Property("exposure", "Exposure", cv2.CAP_PROP_AUTO_EXPOSURE, cv2.CAP_PROP_EXPOSURE),
    _Property("focus", "Focus", cv2.CAP_PROP_AUTOFOCUS, cv2.CAP_PROP_FOCUS),
    _Property("white-balance", "White balance", cv2.CAP_PROP_AUTO_WB, cv2.CAP_PROP_WB_TEMPERATURE),
)


ControlRequests = dict[str, tuple[bool, float | None]]
"""By the name of a control: whether it is locked, and at what value (None: its current value)."""

NAMES = {each.name: each.title for each in _PROPERTIES}
"""Titles by name of all controls; a camera may lack some of them."""


class ControlBoard:
    """Controls of a camera and the locks requested by the user. Requests outlive the connection.

    Any thread may read and request; only the camera's own thread calls `attach` and `apply`.

    Parameters
    ----------
    requests
        Passed in by a caller that keeps them beyond the board's life.
    """

    def __init__(self, requests: ControlRequests | None = None) -> None:
        self._lock = threading.Lock()
        self._requests: ControlRequests = {} if requests is None else requests
        self._changed = False
        self._controls: tuple[Control, ...] = ()
        self._why_none = "This is known once the camera sends frames."

    def controls(self) -> tuple[Control, ...]:
        """Controls of the camera; none until it is open."""
        with self._lock:
            return self._controls

    def refusal(self, name: str) -> str:
        """Sentence that says why `name` cannot be locked; empty if it can."""
        with self._lock:
            has = name in {control.name for control in self._controls}
            return "" if has else self._why_none

    def request(self, name: str, locked: bool, value: float | None) -> None:
        """Lock at `value` (None: its current value) or return to automatic.

        Raises
        ------
        SourceError
            If the camera has no such control.
        """
        with self._lock:
            if name not in {control.name for control in self._controls}:
                has = ", ".join(control.name for control in self._controls) or "nothing"
                raise SourceError(f"This camera can't lock its {name}; it can lock {has}.")
            self._requests[name] = (locked, value)
            self._changed = True

    def attach(self, capture: Capture, habits: Habits) -> None:
        """Detect the controls of a newly opened camera, and lock those that were locked before."""
        found = _supported(capture, habits) if habits.has_controls else ()
        with self._lock:
            self._controls = found
            self._why_none = (
                "This camera's driver has no such control."
                if habits.has_controls
                else f"{habits.name} gives apps no access to it."
            )
            self._changed = bool(self._requests)
        self.apply(capture, habits)

    def apply(self, capture: Capture, habits: Habits) -> None:
        """Apply the requests since the last call."""
        with self._lock:
            if not self._changed:
                return
            self._changed = False
            requests, controls = dict(self._requests), self._controls
        updated = []
        for control in controls:
            if control.name in requests:
                control = _applied(control, *requests[control.name], capture, habits)
            updated.append(control)
        with self._lock:
            self._controls = tuple(updated)
            for control in updated:  # the next opening keeps this value
                if control.locked and self._requests.get(control.name) == (True, None):
                    self._requests[control.name] = (True, control.value)


def _supported(capture: Capture, habits: Habits) -> tuple[Control, ...]:
    found = []
    for each in _PROPERTIES:
        now = capture.get(each.automatic)
        # Drivers report values of controls that they lack; setting the reported value reveals it.
        if now == _UNSUPPORTED or not capture.set(each.automatic, now):
            continue
        locked = now == _manual(each, habits)
        found.append(Control(each.name, each.title, locked, _value(capture, each)))
    return tuple(found)


def _applied(
    control: Control, locked: bool, value: float | None, capture: Capture, habits: Habits
) -> Control:
    each = next(item for item in _PROPERTIES if item.name == control.name)
    if not locked:
        capture.set(each.automatic, _automatic(each, habits))
        return Control(each.name, each.title, False, _value(capture, each))
    held = value if value is not None else _value(capture, each)
    done = capture.set(each.automatic, _manual(each, habits))
    if held is not None:
        # Switching to manual makes some drivers return to their default.
        capture.set(each.value, held)
    return Control(each.name, each.title, done, _value(capture, each))


def _value(capture: Capture, each: _Property) -> float | None:
    value = capture.get(each.value)
    return None if value == _UNSUPPORTED else value


def _manual(each: _Property, habits: Habits) -> float:
    return habits.manual if each.name == "exposure" else 0.0


def _automatic(each: _Property, habits: Habits) -> float:
    return habits.automatic if each.name == "exposure" else 1.0
