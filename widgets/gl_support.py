"""Whether point clouds can be drawn here, and whether a CPU would draw them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PyQt6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext
from PyQt6.QtOpenGL import QOpenGLVersionFunctionsFactory, QOpenGLVersionProfile

_SOFTWARE_RENDERERS = (
    "llvmpipe",
    "softpipe",
    "swrast",
    "swiftshader",
    "gdi generic",
    "basic render",
)
_GL_RENDERER = 0x1F01  # from gl.h
_NO_GL_PLATFORMS = ("offscreen", "minimal", "minimalegl", "vnc")


@dataclass(frozen=True, slots=True)
class GLSupport:
    """What OpenGL can do here.

    Attributes
    ----------
    missing : str or None
        One sentence if point clouds cannot be drawn; None if they can.
    is_software : bool
        A CPU draws them.
    """

    missing: str | None = None
    is_software: bool = False


def find_gl() -> GLSupport:
    """Look at OpenGL through a context of its own; loads the driver, which takes a while."""
    platform = QGuiApplication.platformName()
    if platform in _NO_GL_PLATFORMS:
        return GLSupport(
            f"The point cloud needs OpenGL, which the Qt platform “{platform}” does not provide."
        )
    with _current_context() as context:
        if context is None:
            return GLSupport("The point cloud needs OpenGL 2.1; install a graphics driver.")
        if context.format().version() < (2, 1) or context.isOpenGLES():
            return GLSupport(
                "The point cloud needs desktop OpenGL 2.1; update the graphics driver."
            )
        return GLSupport(None, is_software(renderer_name(context)))


def gl_functions(context: QOpenGLContext) -> Any:
    """OpenGL's functions in the current context, as Qt offers them."""
    profile = QOpenGLVersionProfile()
    profile.setVersion(2, 1)
    return QOpenGLVersionFunctionsFactory.get(profile, context)


def renderer_name(context: QOpenGLContext) -> str:
    """The name of what draws in the current context."""
    functions = gl_functions(context)
    return str(functions.glGetString(_GL_RENDERER)) if functions is not None else ""


def is_software(renderer: str) -> bool:
    """Whether a renderer of that name runs on the CPU."""
    return any(name in renderer.lower() for name in _SOFTWARE_RENDERERS)


@contextmanager
def _current_context() -> Iterator[QOpenGLContext | None]:
    context, surface = QOpenGLContext(), QOffscreenSurface()
    surface.create()
    try:
        yield context if context.create() and context.makeCurrent(surface) else None
    finally:
        context.doneCurrent()
        surface.destroy()
