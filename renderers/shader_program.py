"""VisPy's programs with uniforms that are sent only when they change."""

from __future__ import annotations

import re
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

QUAD = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)], np.float32)
"""Corners of a triangle strip over the whole viewport."""

Value = float | tuple[float, ...]


class ShaderProgram:
    """A program of a vertex and a fragment shader, given as source."""

    def __init__(self, vertex: str, fragment: str) -> None:
        self._program = gloo.Program(vertex, fragment)
        self._samplers = set(re.findall(r"uniform sampler2D (\w+);", vertex + fragment))
        self._values: dict[str, Value] = {}

    def set(self, **uniforms: Value) -> None:
        """Set only the uniforms that changed: each costs VisPy time, and few ever change."""
        for name, value in uniforms.items():
            if self._values.get(name) != value:
                self._program[name] = self._values[name] = value

    def attribute(self, name: str, buffer: gloo.VertexBuffer) -> None:
        """Read an attribute from `buffer`."""
        self._program[name] = buffer

    def sampler(self, name: str, texture: gloo.Texture2D) -> None:
        """Read a sampler from `texture`, if there is one of that name."""
        if name in self._samplers:
            self._program[name] = texture

    def draw(self, mode: str, indices: gloo.IndexBuffer | None = None) -> None:
        """Queue a draw."""
        self._program.draw(mode, indices)

    def delete(self) -> None:
        """Queue its deletion."""
        self._program.delete()


class Textures:
    """Textures by their sampler's name, made again only when the size changes.

    Parameters
    ----------
    programs
        Read the textures under these names.
    """

    def __init__(self, *programs: ShaderProgram) -> None:
        self._programs = programs
        self._textures: dict[str, gloo.Texture2D] = {}

    def allocate(self, name: str, shape: tuple[int, int, int], form: str, internal: str) -> None:
        """Make room for (rows, columns, channels)."""
        known = self._textures.get(name)
        if known is not None and known.shape == shape:
            return
        if known is not None:
            known.delete()
        texture = gloo.Texture2D(shape, format=form, internalformat=internal)
        texture.interpolation = "nearest"
        texture.wrapping = "clamp_to_edge"
        self._textures[name] = texture
        for program in self._programs:
            program.sampler(name, texture)

    def share(self, name: str, texture: gloo.Texture2D) -> None:
        """Read a texture that belongs to another."""
        for program in self._programs:
            program.sampler(name, texture)

    def put(self, name: str, data: NDArray[np.generic], row: int = 0) -> None:
        """Replace rows from `row` on; the array must not change until it is drawn."""
        shaped = data.reshape(*data.shape[:2], -1)
        if len(shaped):
            self._textures[name].set_data(shaped, offset=(row, 0), copy=False)

    def __getitem__(self, name: str) -> gloo.Texture2D:
        return self._textures[name]

    def delete(self) -> None:
        """Queue the deletion of all."""
        for texture in self._textures.values():
            texture.delete()


def shader(*names: str) -> str:
    """The source in resources/shaders, of several files one after the other."""
    folder = files("resources").joinpath("shaders")
    return "\n".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)
