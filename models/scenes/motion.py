"""Motions of bodies and paths of cameras, as functions of time alone.

The world is right-handed with z up and the ground at z = 0, in metres. Nothing here keeps state: a
pose depends on the time only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Point = tuple[float, float, float]
TAU = 2 * math.pi


class Motion(Protocol):
    """A rigid motion: the pose of a body relative to its initial place."""

    def matrix(self, time_s: float) -> Matrix:
        """(4, 4) float64 rigid transform at `time_s`."""
        ...


def translation(x: float, y: float, z: float) -> Matrix:
    """(4, 4) translation."""
    matrix = np.eye(4)
    matrix[:3, 3] = (x, y, z)
    return matrix


def rotation(axis: str, angle: float) -> Matrix:
    """(4, 4) rotation by `angle` radians about "x", "y" or "z"."""
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(4)
    matrix[i, i] = matrix[j, j] = math.cos(angle)
    matrix[j, i] = math.sin(angle)
    matrix[i, j] = -matrix[j, i]
    return matrix


def pose(x: float, y: float, z: float, yaw: float = 0.0) -> Matrix:
    """(4, 4): turned about the vertical, then put at (x, y, z)."""
    return translation(x, y, z) @ rotation("z", yaw)


def cross(a: Matrix, b: Matrix) -> Matrix:
    """(3,) cross product; for single vectors much faster than numpy.cross."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx])


def look_at(eye: Point, target: Point, roll: float = 0.0) -> Matrix:
    """(4, 4) camera to world (camera x right, y down, z forward) for an eye looking at a target."""
    forward = np.subtract(target, eye).astype(np.float64)
    forward /= max(float(np.linalg.norm(forward)), 1e-9)
    up = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < 0.999 else np.array([0.0, 1.0, 0.0])
    right = cross(forward, up)
    right /= np.linalg.norm(right)
    down = cross(forward, right)
    matrix = np.eye(4)
    matrix[:3, :3] = np.stack([right, down, forward], axis=1)
    matrix[:3, 3] = eye
    return matrix @ rotation("z", roll)


@dataclass(frozen=True, slots=True)
class Sway:
    """Swings about an axis through the body's origin, as an arm or a pendulum does."""

    axis: str
    amplitude: float
    period_s: float
    phase: float = 0.0
    rest: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        angle = self.amplitude * math.sin(TAU * time_s / self.period_s + self.phase)
        return rotation(self.axis, self.rest + angle)


@dataclass(frozen=True, slots=True)
class Spin:
    """Turns about an axis at a steady rate (radians per second)."""

    axis: str
    rate: float
    phase: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        return rotation(self.axis, self.phase + self.rate * time_s)


@dataclass(frozen=True, slots=True)
class Bounce:
    """Falls and rebounds to the same height: z from 0 to `height`, never below."""

    height: float
    period_s: float
    phase: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        u = (time_s / self.period_s + self.phase) % 1.0
        return translation(0.0, 0.0, 4 * self.height * u * (1 - u))


@dataclass(frozen=True, slots=True)
class Lift:
    """Rises and falls gently about its place, as breathing or walking does."""

    amplitude: float
    period_s: float
    phase: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        return translation(
            0.0, 0.0, self.amplitude * math.sin(TAU * time_s / self.period_s + self.phase)
        )


@dataclass(frozen=True, slots=True)
class Loop:
    """Goes round an ellipse on the ground, facing along it: its y axis points where it goes."""

    radius_x: float
    radius_y: float
    period_s: float
    phase: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        a = TAU * time_s / self.period_s + self.phase
        yaw = math.atan2(self.radius_x * math.sin(a), self.radius_y * math.cos(a))
        if self.period_s < 0:
            yaw += math.pi
        return pose(self.radius_x * math.cos(a), self.radius_y * math.sin(a), 0.0, yaw)


@dataclass(frozen=True, slots=True)
class Drive:
    """Goes along y at a steady speed and comes round again after `length` metres."""

    speed: float
    length: float
    phase: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        u = (self.speed * time_s / self.length + self.phase) % 1.0
        return translation(0.0, (u - 0.5) * self.length, 0.0)


@dataclass(frozen=True, slots=True)
class Rock:
    """Slides to and fro between minus and plus `reach`."""

    reach: Point
    period_s: float
    phase: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        s = math.sin(TAU * time_s / self.period_s + self.phase)
        return translation(*(s * r for r in self.reach))


@dataclass(frozen=True, slots=True)
class Roll:
    """A ball rolling to and fro along y without slipping; its origin is the ball's centre."""

    reach: float
    radius: float
    period_s: float
    phase: float = 0.0

    def matrix(self, time_s: float) -> Matrix:
        """See Motion."""
        y = self.reach * math.sin(TAU * time_s / self.period_s + self.phase)
        return translation(0.0, y, 0.0) @ rotation("x", -y / self.radius)


@dataclass(frozen=True, slots=True)
class Wander:
    """A smooth periodic curve: the sum of sines, one row of (amplitude, period, phase) each."""

    x: tuple[Point, ...] = ()
    y: tuple[Point, ...] = ()
    z: tuple[Point, ...] = ()

    def at(self, time_s: float) -> Point:
        """The offset (x, y, z) at a time."""
        x, y, z = (
            sum(a * math.sin(TAU * time_s / period + phase) for a, period, phase in terms)
            for terms in (self.x, self.y, self.z)
        )
        return x, y, z


@dataclass(frozen=True, slots=True)
class CameraPath:
    """Position and direction of the camera.

    Attributes
    ----------
    eye, target
        The middle of both curves, world metres.
    eye_wander, target_wander
        Their movement about it.
    velocity
        Constant motion of both, m/s (driving).
    roll
        Constant roll, radians.
    roll_wander
        x is the roll in radians.
    """

    eye: Point
    target: Point
    eye_wander: Wander = Wander()
    target_wander: Wander = Wander()
    velocity: Point = (0.0, 0.0, 0.0)
    roll: float = 0.0
    roll_wander: Wander = Wander()

    def camera_to_world(self, time_s: float) -> Matrix:
        """(4, 4) float64 pose of the camera at `time_s`."""
        shift = np.multiply(self.velocity, time_s)
        eye = np.add(self.eye, self.eye_wander.at(time_s)) + shift
        target = np.add(self.target, self.target_wander.at(time_s)) + shift
        roll = self.roll + self.roll_wander.at(time_s)[0]
        return look_at(tuple(eye), tuple(target), roll)


@dataclass(frozen=True, slots=True)
class Raised:
    """Lifted across a camera's view: higher in its picture, in the same column and depth.

    Attributes
    ----------
    camera
        The camera.
    by_m
        Metres.
    """

    camera: CameraPath
    by_m: float

    def matrix(self, time_s: float) -> Matrix:
        """See Motion; for bodies whose axes are the world's."""
        x, y, z = (-self.by_m * self.camera.camera_to_world(time_s)[:3, 1]).tolist()
        return translation(x, y, z)
