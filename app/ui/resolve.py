"""From settings to the frozen values that each part of the app works by. Pure functions.

Keeping the last value and comparing it with the new one tells whether there is anything to do,
whichever setting changed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.analysis.request import AnalysisRequest
from app.engine.commands import CaptureRequest, PlaybackOptions
from app.engine.pipeline import PipelineConfig
from app.outputs.contents import CONTENTS
from app.outputs.output import OutputOptions
from app.settings.settings import Settings
from app.sources.fallback import Fallback
from app.sources.parsing import is_adjustable, is_camera
from app.views import table as views
from app.views import workspaces
from models import registry
from models.devices.cores import threads_beside_a_window
from models.estimator import EstimatorOptions
from models.geometry import Calibration
from models.scene_options import SceneOptions
from renderers.cloud_options import CloudColour, CloudOptions, CloudStyle, Rgb
from renderers.display_range import RangeMode, RangeSettings

_MODES = {
    "stable": RangeMode.STABLE,
    "fixed": RangeMode.FIXED,
    "per-frame": RangeMode.PER_FRAME,
}


_GRADIENT: tuple[Rgb, Rgb | None] = (16, 17, 20), (52, 55, 62)
"""Bottom and top of the neutral gradient behind the point cloud, RGB."""

Pins = tuple[tuple[float, float], ...]
"""Pinned points as shares (x, y) of the picture, each 0 to 1."""


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """How results are shown: fields of Settings by their names, and two made of others.

    Attributes
    ----------
    lead
        Name of the pane that gets most room, unless the view says which.
    cloud
        How the point cloud is drawn.
    """

    model_a: str
    model_b: str
    view: str
    panes: tuple[str, ...]
    lead: str
    colormap: str
    edges: bool
    range_mode: str
    range_locked: bool
    blink_hz: float
    difference_alignment: str
    flicker_window: int
    inside_a: str
    inside_b: str
    inside_block: int
    scan_line: float
    stereo_form: str
    stereo_parallax: float
    stereo_zero: float
    cloud_lane: str
    cloud: CloudOptions


def playback_options(settings: Settings) -> PlaybackOptions:
    """Return how the capture loop delivers frames."""
    return PlaybackOptions(
        loop=settings.loop,
        every_frame=settings.pacing == "every-frame",
        mirror=settings.mirror,
        rotate=settings.rotate,
        scene=scene_options(settings),
    )


def scene_options(settings: Settings) -> SceneOptions:
    """Return what the built-in scene shows."""
    return SceneOptions(
        object=settings.scene_object,
        distance=settings.scene_distance,
        raise_m=settings.scene_raise,
        size=settings.scene_size,
        shadow=settings.scene_shadow,
        wall=settings.scene_wall,
        glass=settings.scene_glass,
    ).effective()


def capture_request(settings: Settings, instead: str = "", attempt: int = 0) -> CaptureRequest:
    """Return the request for `instead` if given, else for the chosen source."""
    spec = instead or settings.source
    camera_format = (settings.source_fps, settings.source_pixels) if is_camera(spec) else None
    instead_of = settings.source if instead else ""
    return CaptureRequest(spec, source_size(settings), camera_format, attempt, instead_of)


def fixed_source(settings: Settings) -> str:
    """Return the chosen source, with what is changed in the built-in scene in its text."""
    changes = str(scene_options(settings))
    if changes and is_adjustable(settings.source):
        return f"{settings.source}:{changes}"
    return settings.source


def pipeline_config(
    settings: Settings, pins: Pins = (), attempt: int = 0, quality: float = 1.0
) -> PipelineConfig:
    """Return what the lanes are and what is computed beside them.

    `quality` is the fraction of the input size at which they run.
    """
    return PipelineConfig(
        model_a=settings.model_a,
        model_b=settings.model_b,
        memory=settings.memory,
        options=EstimatorOptions(
            device=settings.device,
            input_size=settings.input_size or None,
            input_scale=quality,
            precision=settings.precision,
            ema_factor=settings.ema_factor,
            compiles_beside=True,
        ),
        display_range=RangeSettings(
            mode=_MODES["fixed" if settings.range_locked else settings.range_mode],
            fixed=(settings.range_far, settings.range_near),
        ),
        analysis=analysis_request(settings, pins),
        attempt=attempt,
        threads=settings.threads or threads_beside_a_window(),
    )


def analysis_request(settings: Settings, pins: Pins = ()) -> AnalysisRequest:
    """Return what view, charts, sound, headline, edges and pins need, and nothing more."""
    request = views.find(settings.view).needs(settings)
    is_followed = bool(request.flicker_window) or settings.charts or settings.sound
    if is_followed or _has_headline(settings):
        request = replace(
            request,
            flicker_window=settings.flicker_window,
            drift=settings.charts,
            is_sampled=not is_followed,
        )
    edges = settings.cloud_lane if settings.edges else ""
    return replace(request, edges=edges, pins=pins)


def _has_headline(settings: Settings) -> bool:
    """Whether one sentence says which of two lanes is steadier, for which both are measured."""
    is_shown = settings.presenter or workspaces.find(settings.workspace).has_headline
    return is_shown and registry.OFF not in (settings.model_a, settings.model_b)


def display_options(settings: Settings) -> DisplayOptions:
    """Return how results are shown."""
    return DisplayOptions(
        model_a=settings.model_a,
        model_b=settings.model_b,
        view=settings.view,
        panes=settings.panes,
        lead=workspaces.find(settings.workspace).lead,
        colormap=settings.colormap,
        edges=settings.edges,
        range_mode=settings.range_mode,
        range_locked=settings.range_locked,
        blink_hz=settings.blink_hz,
        difference_alignment=settings.difference_alignment,
        flicker_window=settings.flicker_window,
        inside_a=settings.inside_a,
        inside_b=settings.inside_b,
        inside_block=settings.inside_block,
        scan_line=settings.scan_line,
        stereo_form=settings.stereo_form,
        stereo_parallax=settings.stereo_parallax,
        stereo_zero=settings.stereo_zero,
        cloud_lane=settings.cloud_lane,
        cloud=cloud_options(settings),
    )


def cloud_options(settings: Settings) -> CloudOptions:
    """Return how the point cloud is drawn; a gain of 0 derives depth from the display range."""
    calibration = None
    if settings.cloud_gain > 0:
        calibration = Calibration(settings.cloud_offset, settings.cloud_gain)
    bottom, top = _GRADIENT
    if settings.cloud_background != "gradient":
        red, green, blue = bytes.fromhex(settings.cloud_background.removeprefix("#"))
        bottom, top = (red, green, blue), None
    return CloudOptions(
        stride=settings.cloud_stride or None,
        point_size=settings.cloud_point_size,
        style=CloudStyle(settings.cloud_style),
        edge_ratio=settings.cloud_edge_ratio,
        fill=settings.cloud_fill,
        calibration=calibration,
        fov_deg=settings.cloud_fov_deg or None,
        colour=CloudColour(settings.cloud_colour),
        background=bottom,
        background_top=top,
        depth_cue=settings.cloud_depth_cue,
        show_grid=settings.cloud_grid,
        show_axes=settings.cloud_axes,
        sway=settings.cloud_sway,
    )


def source_size(settings: Settings) -> tuple[int, int] | None:
    """Return the size to ask of a source, or None for its own."""
    if settings.source_width > 0 and settings.source_height > 0:
        return settings.source_width, settings.source_height
    return None


def fallback(settings: Settings) -> Fallback:
    """Return what is shown while a live source stays away, and after how long."""
    return Fallback(settings.fallback_after_s, settings.fallback_clip)


def output_options(settings: Settings) -> OutputOptions:
    """Return how outputs are opened."""
    width, _, height = settings.output_size.partition("x")
    return OutputOptions(
        size=(int(width), int(height)),
        fps=settings.output_fps,
        is_for_network=settings.page_reach == "network",
        contents=tuple(CONTENTS),
    )
