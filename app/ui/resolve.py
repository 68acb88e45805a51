"""From settings to what each part of the app understands. Pure functions."""

from __future__ import annotations

from app.analysis.analyzer import AnalysisRequest
from app.engine.commands import PlaybackOptions
from app.engine.pipeline import PipelineConfig
from app.settings.settings import Settings
from app.sources.fallback import Fallback
from models.devices.device import threads_beside_a_window
from models.estimator import EstimatorOptions
from renderers.display_range import RangeMode, RangeSettings

_MODES = {
    "stable": RangeMode.STABLE,
    "fixed": RangeMode.FIXED,
    "per-frame": RangeMode.PER_FRAME,
}


def playback_options(settings: Settings) -> PlaybackOptions:
    """How the capture loop delivers."""
    return PlaybackOptions(
        loop=settings.loop,
        every_frame=settings.pacing == "every-frame",
        mirror=settings.mirror,
        rotate=settings.rotate,
    )


def cpu_threads(settings: Settings) -> int:
    """Threads for networks on the CPU."""
    return settings.threads or threads_beside_a_window()


def pipeline_config(
    settings: Settings, pins: tuple[tuple[float, float], ...] = ()
) -> PipelineConfig:
    """What the lanes are and what is worked out beside them; `pins` as shares (x, y)."""
    return PipelineConfig(
        model_a=settings.model_a,
        model_b=settings.model_b,
        memory=settings.memory,
        options=EstimatorOptions(
            device=settings.device,
            input_size=settings.input_size or None,
            precision=settings.precision,
            ema_factor=settings.ema_factor,
        ),
        display_range=RangeSettings(
            mode=_MODES["fixed" if settings.range_locked else settings.range_mode],
            fixed=(settings.range_far, settings.range_near),
        ),
        analysis=analysis_request(settings, pins),
    )


def analysis_request(
    settings: Settings, pins: tuple[tuple[float, float], ...] = ()
) -> AnalysisRequest:
    """What the views that are on need worked out; nothing more."""
    flicker = settings.view == "flicker" or settings.charts or settings.sound
    return AnalysisRequest(
        difference=settings.difference_alignment if settings.view == "difference" else "",
        flicker_window=settings.flicker_window if flicker else 0,
        heat=settings.view == "flicker",
        scan_line=settings.scan_line if settings.view == "xt" else None,
        edges=settings.cloud_lane if settings.edges else "",
        pins=pins,
    )


def source_size(settings: Settings) -> tuple[int, int] | None:
    """The size to ask of a source, or None for its own."""
    if settings.source_width > 0 and settings.source_height > 0:
        return settings.source_width, settings.source_height
    return None


def fallback(settings: Settings) -> Fallback:
    """What is shown while a live source stays away."""
    return Fallback(settings.fallback_after_s, settings.fallback_clip)
