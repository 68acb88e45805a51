"""Opening of a source from the text of --source."""

from __future__ import annotations

from collections.abc import Callable

from app.core.source import Source
from app.sources.fallback import OpenSource
from app.sources.parsing import is_camera, parse_spec
from app.sources.spec import OpenRequest


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
    """Like open_source, for a window, whose user can still plug the camera in."""
    return open_source(spec, size, awaited=True)


def with_camera_format(
    open_plain: OpenSource, wanted: Callable[[], tuple[float, str]]
) -> OpenSource:
    """`open_plain`, but with the rate and pixel format of `wanted()` for cameras.

    Parameters
    ----------
    open_plain
        Opens every other source, and cameras without a wanted format.
    wanted
        Current (fps, pixel format); 0 and "" leave them to the system's usual choice.
    """

    def open_asking(spec: str, size: tuple[int, int] | None) -> Source:
        fps, pixel_format = wanted()
        if (fps or pixel_format) and is_camera(spec):
            return open_source(spec, size, fps=fps, pixel_format=pixel_format, awaited=True)
        return open_plain(spec, size)

    return open_asking
