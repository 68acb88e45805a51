"""From what --source says to an open source."""

from __future__ import annotations

from collections.abc import Callable

from app.core.source import Source
from app.sources.fallback import OpenSource
from app.sources.spec import OpenRequest
from app.sources.specs import is_camera, parse_spec


def open_source(
    spec: str,
    size: tuple[int, int] | None = None,
    with_flow: bool = False,
    fps: float | None = None,
    pixel_format: str | None = None,
    awaited: bool = False,
) -> Source:
    """Open what `spec` names, in one of the ways that app.sources.kinds lists.

    A live source opens at once whatever its device does; its trouble comes as SignalLost.

    Parameters
    ----------
    spec : str
        As --source says it.
    size, with_flow, fps, pixel_format, awaited
        See app.sources.spec.OpenRequest.

    Raises
    ------
    UsageError
        If `spec` cannot be understood.
    SourceError
        If it cannot be opened.
    """
    return parse_spec(spec).open(OpenRequest(size, with_flow, fps, pixel_format, awaited))


def open_awaited(spec: str, size: tuple[int, int] | None = None) -> Source:
    """As open_source, for a window: whoever sits before it can still plug the camera in."""
    return open_source(spec, size, awaited=True)


def with_camera_format(
    open_plain: OpenSource, wanted: Callable[[], tuple[float, str]]
) -> OpenSource:
    """`open_plain`, but cameras are asked for the rate and pixel format that `wanted()` names.

    Parameters
    ----------
    open_plain : callable
        Opens every other source, and cameras for which nothing is wanted.
    wanted : callable
        (fps, pixel format) at the moment; 0 and "" leave them to the habits of the system.
    """

    def open_asking(spec: str, size: tuple[int, int] | None) -> Source:
        fps, pixel_format = wanted()
        if (fps or pixel_format) and is_camera(spec):
            return open_source(spec, size, fps=fps, pixel_format=pixel_format, awaited=True)
        return open_plain(spec, size)

    return open_asking
