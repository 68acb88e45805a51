"""Flicker as sound: a tone per lane, pure while the lane is steady and rough when it flickers.

Lane A is on the left, lane B on the right, a fifth apart, so that one loudspeaker is enough to
distinguish them. Roughness is amplitude modulation at about 40 Hz (Fastl & Zwicker,
Psychoacoustics, chapter 11) and an unsteady pitch.

A pure function maps a state and a request to a block of samples and the next state: phases, levels
and roughness continue where the last block ended, so blocks join without a click.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frames import Float32

PITCHES_HZ = (220.0, 330.0)
"""The tones of lanes A and B."""

_FULL_FLICKER = 0.08  # OPW at which roughness is 63 %
_TREMBLE_HZ = 40.0
_PITCH_NOISE_HZ = 12.0
_PITCH_SPAN = 0.08  # of the pitch, at full roughness
_GLIDE_S = 0.05  # time constant of level and roughness
_LOOP_S = 4.0


@dataclass(frozen=True, slots=True)
class ToneRequest:
    """What to play.

    Attributes
    ----------
    roughness
        Per lane 0–1, or None for silence.
    volume
        0–1.
    """

    roughness: tuple[float | None, float | None] = (None, None)
    volume: float = 0.5


@dataclass(frozen=True, slots=True)
class ToneState:
    """State at the end of a block, per lane.

    Attributes
    ----------
    clock
        Samples since the start, modulo the noise's loop.
    phase
        Cycles in [0, 1).
    roughness, level
        The last values played, both 0–1.
    """

    clock: int = 0
    phase: tuple[float, float] = (0.0, 0.0)
    roughness: tuple[float, float] = (0.0, 0.0)
    level: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Slow noise in loops of a few seconds, made once, so that a block only reads it.

    Attributes
    ----------
    tremble, pitch
        (2, N) float32 in [-1, 1], one row per lane.
    rate
        Samples per second.
    """

    tremble: Float32
    pitch: Float32
    rate: int


def make_noise(rate: int, seed: int = 7) -> Noise:
    """Make noise for a sample rate in Hz. The same seed gives the same sound."""
    rng = np.random.default_rng(seed)
    length = int(_LOOP_S * rate)
    tremble = _band(rng, length, rate, 0.5 * _TREMBLE_HZ, 1.5 * _TREMBLE_HZ)
    return Noise(tremble, _band(rng, length, rate, 0.0, _PITCH_NOISE_HZ), rate)


def roughness_of(flicker: float) -> float | None:
    """Flicker (OPW, >= 0) to roughness in [0, 1): 1 - exp(-flicker / 0.08). None for NaN."""
    if not math.isfinite(flicker):
        return None
    return 1.0 - math.exp(-max(flicker, 0.0) / _FULL_FLICKER)


def synthesise(
    state: ToneState, request: ToneRequest, frames: int, noise: Noise
) -> tuple[Float32, ToneState]:
    """The next block: (frames, 2) float32 in [-volume, volume], left is A, and the state after it.

    Parameters
    ----------
    frames
        Samples per channel, at least 1.
    """
    block = np.empty((frames, 2), np.float32)
    ends = [_tone(state, request, lane, noise, block[:, lane]) for lane in (0, 1)]
    clock = (state.clock + frames) % noise.tremble.shape[1]
    phase, roughness, level = zip(*ends, strict=True)
    return block, ToneState(clock, phase, roughness, level)


def _tone(
    state: ToneState, request: ToneRequest, lane: int, noise: Noise, out: Float32
) -> tuple[float, float, float]:
    """Fill `out` with one lane's samples. Returns its phase, roughness and level at the end."""
    frames = len(out)
    wanted = request.roughness[lane]
    rough = _glide(state.roughness[lane], wanted, frames, noise.rate)
    level = _glide(state.level[lane], 0.0 if wanted is None else request.volume, frames, noise.rate)
    at = (state.clock + np.arange(frames)) % noise.tremble.shape[1]
    bend = 1.0 + _PITCH_SPAN * rough * noise.pitch[lane, at]
    cycles = state.phase[lane] + np.cumsum(PITCHES_HZ[lane] / noise.rate * bend)
    angle = 2.0 * math.pi * cycles
    # Overtones grow with roughness; the weights sum to one, so the signal never clips.
    edge = 0.35 * rough
    wave = (1.0 - edge) * np.sin(angle) + edge * (
        0.6 * np.sin(2.0 * angle) + 0.4 * np.sin(3.0 * angle)
    )
    tremble = 1.0 - rough * (0.5 + 0.5 * noise.tremble[lane, at])
    out[:] = level * tremble * wave
    return float(cycles[-1] % 1.0), float(rough[-1]), float(level[-1])


def _glide(start: float, goal: float | None, frames: int, rate: int) -> NDArray[np.float64]:
    """(frames,) from the last value towards the goal; constant without a goal."""
    if goal is None:
        return np.full(frames, start)
    fade = np.exp(-np.arange(1, frames + 1) / (_GLIDE_S * rate))
    return goal + (start - goal) * fade


def _band(
    rng: np.random.Generator, length: int, rate: int, low_hz: float, high_hz: float
) -> Float32:
    """(2, length) noise between two frequencies, periodic, within [-1, 1]."""
    spectrum = np.fft.rfft(rng.normal(size=(2, length)), axis=1)
    frequency = np.fft.rfftfreq(length, 1.0 / rate)
    spectrum[:, (frequency <= low_hz) | (frequency > high_hz)] = 0.0
    noise = np.fft.irfft(spectrum, length, axis=1)
    bounded: Float32 = np.clip(noise / (2.0 * noise.std(axis=1, keepdims=True)), -1.0, 1.0)
    return bounded.astype(np.float32)
