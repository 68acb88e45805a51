"""The capture loop: reads the open source at its pace and hands frames to the networks.

Plain Python, no Qt: one thread calls run(), any thread posts commands. Live sources and files in
real time deliver the newest frame; "every frame" waits until the previous one was taken.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable

from app.core.slots import Closed, Slot
from app.core.source import Adjustable, Ended, OnDemand, Reading, SignalLost, Source
from app.engine.commands import (
    CaptureRequest,
    CaptureStatus,
    Command,
    CommandQueue,
    Play,
    PlaybackOptions,
    Refusal,
    Seek,
    Step,
)
from app.engine.orientation import oriented
from app.engine.source_opener import OpenSource, log_failure, open_or_explain
from app.engine.supervision import Heartbeat
from app.engine.trial import Trial, can_open_beside
from app.sources.cuts import ShotCounter
from app.sources.pacing import DemandPace, Pacer
from app.sources.parsing import is_remote
from models.errors import SourceError
from models.frames import Frame

_POLL_S = 0.05
_OPENING_S = 20.0
_SEEKING_S = 15.0
_MAKING_S = 15.0
"""A source that makes its frames waits for nothing outside: a late one means a busy machine."""
_OPENING = "Opening the source…"


class CaptureLoop:
    """Reads one source at a time and fills `frames`.

    open_source(spec, size) opens a source or raises UserError; notify() is called whenever `status`
    changed in a way that the user should see. Segments are counted from `first_segment`. A source
    that works stays open until the one requested next does, wherever both can be open at once.

    Attributes
    ----------
    heartbeat
        Heartbeat of the loop; opening and seeking announce that they may take long.
    """

    def __init__(
        self,
        frames: Slot[Frame],
        open_source: OpenSource,
        notify: Callable[[], None],
        first_segment: int = 0,
    ) -> None:
        self._frames = frames
        self._open_source = open_source
        self._notify = notify
        self._commands = CommandQueue()
        self._stop = threading.Event()
        self._source: Source | None = None
        self._trial: Trial | None = None
        self._playback = PlaybackOptions()
        self._owed_steps = 0
        self._jumped = False
        self._held: Frame | None = None
        self._segment = first_segment
        self._segment_of_source = 0
        self._selected: CaptureRequest | None = None
        self._is_opening = False
        self._clock = Pacer()
        self._demand = DemandPace()
        self._shots = ShotCounter()
        self.status = CaptureStatus()
        self.heartbeat = Heartbeat()

    @property
    def source(self) -> Source | None:
        """The open source. Any thread may look at it; only run() reads frames from it."""
        return self._source

    def post(self, command: Command) -> None:
        """Post a command; it is applied before the next frame is read. Thread-safe.

        A command for another source does not wait for one that takes long to open.
        """
        self._commands.put(command)
        if self._is_opening and isinstance(command, CaptureRequest):
            self.heartbeat.hurry()

    def stop(self) -> None:
        """Make run() return soon. Thread-safe."""
        self._stop.set()
        source = self._source
        if source is not None:
            source.close()

    def abandon(self) -> None:
        """Tell a loop that hangs to end when it can, without waiting. Thread-safe."""
        self._stop.set()
        trial = self._trial
        for source in (self._source, trial.source if trial is not None else None):
            if source is not None:  # closing may hang just as reading does
                threading.Thread(target=source.close, name="closing", daemon=True).start()

    def make_replacement(
        self, frames: Slot[Frame], open_source: OpenSource, notify: Callable[[], None]
    ) -> CaptureLoop:
        """A loop that continues where this one failed, in a new segment.

        A file continues behind the frame at which this loop failed. If another source was requested
        since, the one that this loop hangs in is not opened again.
        """
        replacement = CaptureLoop(
            frames, open_source, notify, self._segment + self._segment_of_source + 1
        )
        for command in self._commands.for_replacement(self._playback, self._selected, self.status):
            replacement.post(command)
        return replacement

    def run(self) -> None:
        """Capture until stop(). The source is closed on the way out."""
        try:
            while not self._stop.is_set():
                self.heartbeat.beat()
                self._apply_commands()
                if self._trial is not None:
                    self._go_on_with(self._trial)
                if self._source is None or not self._wants_frame():
                    self._note_changes()
                    self._stop.wait(_POLL_S if self._source is None else 0.01)
                    continue
                self._take_one(self._source)
        except Closed:
            pass  # the reader ended first
        finally:
            self._close_trial()
            self._close_source()

    def _note_changes(self) -> None:
        """Show while paused what the source found out meanwhile, such as its number of frames."""
        if self._source is not None and self._source.info != self.status.info:
            self._set_status(info=self._source.info)

    def _wants_frame(self) -> bool:
        live = self._source is not None and self._source.info.live
        return live or self._owed_steps > 0 or (self.status.playing and not self.status.ended)

    def _apply_commands(self) -> None:
        while (command := self._commands.take()) is not None:
            self._apply(command)

    def _apply(self, command: Command) -> None:
        match command:
            case CaptureRequest():
                self._open(command)
            case Play(playing):
                if playing and self.status.ended:
                    self._seek(0)
                if playing and not self.status.playing and self._source and self._source.info.live:
                    self._segment += 1
                self._clock.restart()
                self._set_status(playing=playing)
            case Step(by):
                self._step(by)
            case Seek(index):
                self._seek(index)
                self._owed_steps = 0 if self.status.playing else 1
            case PlaybackOptions():
                was = self._playback
                turned = (command.mirror, command.rotate) != (was.mirror, was.rotate)
                self._segment += turned
                self._playback = command
                self._clock.restart()
                if self._adjust() and command.scene != was.scene:
                    self._show_changed()

    def _adjust(self) -> bool:
        """Give the open source what was chosen for the built-in scene; whether it takes that."""
        source = self._source
        return isinstance(source, Adjustable) and source.adjust(self._playback.scene)

    def _show_changed(self) -> None:
        """Go on with the changed scene; while paused, show the last frame again."""
        self._jumped = True  # making a scene may take a moment
        source, held = self._source, self._held
        if not isinstance(source, Adjustable):
            return
        if not self._wants_frame() and self.status.position >= 0:
            source.return_to(self.status.position)
            self._held, self._owed_steps = None, 1
        elif isinstance(held, Frame):  # it shows the scene as it was
            source.return_to(held.index)
            self._held = None

    def _step(self, by: int) -> None:
        self._set_status(playing=False)
        if by == 1 and not self.status.ended:
            self._owed_steps += 1
        else:
            self._seek(max(0, self.status.position + by))
            self._owed_steps = 1

    def _seek(self, index: int) -> None:
        source = self._source
        if source is not None and not source.info.live and self._go_to(source, index):
            self._set_status(ended=False, position=index - 1)

    def _go_to(self, source: Source, index: int) -> bool:
        """Seek; False if the source cannot, which ends it.

        Starting over takes no time, except on a server.
        """
        self._jumped = index > 0 or is_remote(self.status.spec)
        self.heartbeat.beat(_SEEKING_S if self._jumped else 0.0)
        self._held = None
        try:
            source.seek(index)
        except SourceError as error:
            self._give_up(error)
            return False
        self._clock.restart()
        return True

    def _give_up(self, error: SourceError) -> None:
        log_failure("the source failed", error)
        self._close_source()
        self._fail(str(error))

    def _open(self, command: CaptureRequest) -> None:
        self._selected = command
        self.heartbeat.beat(_OPENING_S)
        self._close_trial()
        is_kept = self._has_delivered() and can_open_beside(command, self.status.request)
        if is_kept:
            self._set_status(opening=_OPENING, refusal=None)
        else:
            self._leave_for(command)
        self._is_opening = True
        try:
            if self._commands.has_capture_request():
                return  # another one was requested since
            opened = open_or_explain(self._open_source, command)
        finally:
            self._is_opening = False
        if isinstance(opened, str):
            self._refuse(command, opened) if is_kept else self._fail(opened)
        elif is_kept and opened.info.live:
            self._trial = Trial(command, opened)
        else:
            self._turn_to(command, opened)

    def _has_delivered(self) -> bool:
        return self._source is not None and self.status.position >= 0

    def _leave_for(self, command: CaptureRequest) -> None:
        """Close the open source and begin a segment for the one of `command`."""
        self._close_source()
        self._frames.clear()
        self._segment += 1 + self._segment_of_source
        self._segment_of_source = 0
        self._owed_steps = 0
        self._clock.restart()
        self.status = CaptureStatus(request=command, message=_OPENING, first_segment=self._segment)
        self._notify()

    def _turn_to(self, command: CaptureRequest, opened: Source, first: Frame | None = None) -> None:
        """Show the source that was opened, of which `first` was read already."""
        if self.status.request is not command:
            self._leave_for(command)
        self._source, self._held = opened, first
        self._adjust()
        self._shots = ShotCounter()
        self._jumped = True
        self._set_status(info=opened.info, message="")

    def _go_on_with(self, trial: Trial) -> None:
        """Turn to the source on trial with its first picture; give it up if none comes."""
        outcome = trial.poll()
        if outcome is None:
            if trial.sentence not in ("", self.status.opening):
                self._set_status(opening=trial.sentence)
        elif isinstance(outcome, str):
            self._close_trial()
            log_failure(f"cannot open {trial.request.spec}", SourceError(outcome))
            self._refuse(trial.request, outcome)
        else:
            self._trial = None
            self._turn_to(trial.request, trial.source, outcome)

    def _refuse(self, command: CaptureRequest, sentence: str) -> None:
        """Go on with the open source, since the one of `command` cannot be opened."""
        self._selected = self.status.request
        self._clock.restart()
        self._set_status(opening="", refusal=Refusal(command, sentence))

    def _fail(self, sentence: str) -> None:
        self._set_status(message=sentence, failed=True)

    def _close_trial(self) -> None:
        trial, self._trial = self._trial, None
        if trial is not None:
            trial.source.close()

    def _close_source(self) -> None:
        self._held = None
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _take_one(self, source: Source) -> None:
        if isinstance(source, OnDemand):
            self.heartbeat.beat(_MAKING_S)
        elif self._jumped:  # a decoder may have to decode many frames to get there
            self.heartbeat.beat(_SEEKING_S)
        self._jumped = False
        reading: Reading
        reading, self._held = self._held, None
        if reading is None:
            try:
                reading = self._read(source)
            except SourceError as error:
                self._give_up(error)
                return
            self.heartbeat.beat()
        self._handle(reading, source)

    def _read(self, source: Source) -> Reading:
        if isinstance(source, OnDemand) and self._is_real_time(source):
            return self._demand.read(source, self._clock, self._frames.wait_until_taken, _POLL_S)
        return source.read(_POLL_S)

    def _is_real_time(self, source: Source) -> bool:
        """Whether a file plays at its own pace, where the newest frame wins."""
        is_playing = self.status.playing and not self._playback.every_frame
        return is_playing and not source.info.live

    def _handle(self, reading: Reading, source: Source) -> None:
        match reading:
            case None:
                return
            case SignalLost(sentence):
                if sentence != self.status.message:
                    self._set_status(message=sentence, info=source.info)
            case Ended():
                self._at_end(source)
            case Frame():
                self._deliver(reading, source)

    def _at_end(self, source: Source) -> None:
        if self._playback.loop and self.status.playing and self.status.position >= 0:
            self._go_to(source, 0)
        else:
            self._owed_steps = 0
            self._set_status(ended=True)

    def _deliver(self, taken: Frame, source: Source) -> None:
        live, frame = source.info.live, taken
        if live and not self.status.playing and not self._owed_steps:
            if self.status.message:  # the signal is back, although playback is paused
                self._set_status(message="", info=source.info)
            return
        self._segment_of_source = frame.segment
        frame = dataclasses.replace(
            oriented(self._shots.mark(frame), self._playback.mirror, self._playback.rotate),
            segment=self._segment + frame.segment,
        )
        if self._is_real_time(source):
            wait_s = self._clock.wait_s(frame.time_s)
            self.heartbeat.beat(wait_s)
            self._stop.wait(wait_s)
        if not live:  # a file's frame counts as captured when it is due
            frame = dataclasses.replace(frame, captured_ns=time.monotonic_ns())
        if live or not self._playback.every_frame:
            self._frames.put(frame)
        else:
            while not self._frames.put_when_free(frame, _POLL_S):
                self.heartbeat.beat()
                if self._stop.is_set() or self._commands:
                    self._held = taken  # every frame counts: this one comes after the command
                    return
        self._owed_steps = max(0, self._owed_steps - 1)
        changed = self.status.message or self.status.info != source.info
        self.status = dataclasses.replace(
            self.status, position=frame.index, info=source.info, message="", ended=False
        )
        if changed:
            self._notify()

    def _set_status(self, **changes: object) -> None:
        self.status = dataclasses.replace(self.status, **changes)  # type: ignore[arg-type]
        self._notify()
