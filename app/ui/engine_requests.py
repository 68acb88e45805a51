"""What the engine was asked for last; it is asked again only for what differs."""

from __future__ import annotations

from dataclasses import replace

from app.engine.commands import CaptureRequest, PlaybackOptions
from app.engine.pipeline import PipelineConfig
from app.settings.settings import Settings
from app.ui import resolve
from app.ui.engine import Engine


class EngineRequests:
    """Compares what the settings say with the last requests, and posts the difference.

    Attributes
    ----------
    pins
        Pinned points as shares (x, y) of the picture.
    quality
        Fraction of the input size at which the lanes run.
    instead
        Source that is shown in place of the chosen one, or "".
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._chosen = resolve.capture_request(settings)
        self._request: CaptureRequest | None = None
        self._playback: PlaybackOptions | None = None
        self._pipeline: PipelineConfig | None = None
        self._lane_attempt = 0
        self._source_attempt = 0
        self.pins: resolve.Pins = ()
        self.quality = 1.0
        self.instead = ""

    def retry_lanes(self) -> None:
        """Let the next `apply` open lanes again that could not be opened."""
        self._lane_attempt += 1

    def reopen(self, instead: str = "") -> None:
        """Let the next `apply` open `instead`, or the chosen source, even if it is open."""
        self.instead = instead
        self._source_attempt += 1

    def apply(self, settings: Settings) -> bool:
        """Ask for what differs; True if another source was asked for."""
        playback = resolve.playback_options(settings)
        if playback != self._playback:
            self._playback = playback
            self._engine.capture.post(playback)
        pipeline = resolve.pipeline_config(settings, self.pins, self._lane_attempt, self.quality)
        if pipeline != self._pipeline:
            self._pipeline = pipeline
            self._engine.inference.configure(pipeline)
        chosen = resolve.capture_request(settings)
        if chosen != self._chosen:  # the user has chosen another source
            self._chosen = chosen
            if self.instead:  # a new attempt, as the choice may be what is shown instead
                self.reopen()
        request = resolve.capture_request(settings, self.instead, self._source_attempt)
        if request == self._request:
            return False
        self._request = request
        self._engine.capture.post(request)
        return True

    def take_back(
        self, refused: CaptureRequest, playing: CaptureRequest, settings: Settings
    ) -> str | None:
        """Return to the source that plays, because `refused` cannot be opened.

        Nothing is opened. Returns the source that the settings must name now, or None if another
        one was requested since.
        """
        if refused != self._request:
            return None
        source = playing.instead_of or playing.spec
        self.instead = playing.spec if playing.instead_of else ""
        self._source_attempt = playing.attempt
        self._request = playing
        self._chosen = resolve.capture_request(replace(settings, source=source))
        return source
