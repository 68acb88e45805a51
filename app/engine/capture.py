"""The capture loop: reads the open source at its pace and hands frames to the networks.

Plain Python, no Qt: one thread calls run(), any thread posts commands.
"""

from __future__ import annotations

import dataclasses
import threading
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
from app.engine.delivery import Delivery
from app.engine.source_opener import (
    Opened,
    OpenSource,
    SourceOpener,
    close_beside,
    log_failure,
)
from app.engine.supervision import Heartbeat
from app.engine.trial import can_open_beside
from app.sources.parsing import is_remote
from models.errors import SourceError
from models.frames import Frame

_IDLE_S = 0.05  # between looks at the commands, without a source
_PAUSED_S = 0.01  # the same with one
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
        self._opener = SourceOpener(open_source)
        self._notify = notify
        self._commands = CommandQueue()
        self._stop = threading.Event()
        self._source: Source | None = None
        self._owed_steps = 0
        self._jumped = False
        self._held: Frame | None = None
        self._selected: CaptureRequest | None = None
        self.status = CaptureStatus()
        self.heartbeat = Heartbeat()
        self._delivery = Delivery(frames, self.heartbeat, self._stop, self._commands, first_segment)

    @property
    def source(self) -> Source | None:
        """The open source. Any thread may look at it; only run() reads frames from it."""
        return self._source

    def post(self, command: Command) -> None:
        """Post a command; it is applied before the next frame is read. Thread-safe.

        A command for another source does not wait for one that takes long to open.
        """
        self._commands.put(command)
        if self._opener.is_opening and isinstance(command, CaptureRequest):
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
        source = self._source
        if source is not None:
            close_beside(source)
        self._opener.abandon()

    def make_replacement(
        self, frames: Slot[Frame], open_source: OpenSource, notify: Callable[[], None]
    ) -> CaptureLoop:
        """A loop that continues where this one failed, in a new segment.

        A file continues behind the frame at which this loop failed. If another source was requested
        since, the one that this loop hangs in is not opened again.
        """
        replacement = CaptureLoop(frames, open_source, notify, self._delivery.next_segment)
        for command in self._commands.for_replacement(
            self._delivery.playback, self._selected, self.status
        ):
            replacement.post(command)
        return replacement

    def run(self) -> None:
        """Capture until stop(). The source is closed on the way out."""
        try:
            while not self._stop.is_set():
                self.heartbeat.beat()
                self._apply_commands()
                self._settle(self._opener.poll())
                if self._source is None or not self._wants_frame():
                    self._note_changes()
                    self._stop.wait(_IDLE_S if self._source is None else _PAUSED_S)
                    continue
                self._take_one(self._source)
        except Closed:
            pass  # the reader ended first
        finally:
            self._opener.cancel()
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
                    self._delivery.begin_segment()
                self._delivery.restart_clock()
                self._set_status(playing=playing)
            case Step(by):
                self._step(by)
            case Seek(index):
                self._seek(index)
                self._owed_steps = 0 if self.status.playing else 1
            case PlaybackOptions():
                was = self._delivery.playback
                self._delivery.set_playback(command)
                if self._adjust() and command.scene != was.scene:
                    self._show_changed()

    def _adjust(self) -> bool:
        """Give the open source what was chosen for the built-in scene; whether it takes that."""
        source = self._source
        return isinstance(source, Adjustable) and source.adjust(self._delivery.playback.scene)

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
        self._delivery.restart_clock()
        return True

    def _give_up(self, error: SourceError) -> None:
        log_failure("the source failed", error)
        self._close_source()
        self._fail(str(error))

    def _open(self, request: CaptureRequest) -> None:
        self._selected = request
        self.heartbeat.beat(_OPENING_S)
        self._opener.cancel()
        is_kept = self._has_delivered() and can_open_beside(request, self.status.request)
        if is_kept:
            self._set_status(opening=_OPENING, refusal=None)
        else:
            self._leave_for(request)
        self._settle(self._opener.open(request, is_kept, self._commands.has_capture_request))

    def _settle(self, outcome: Opened | Refusal | None) -> None:
        """Turn to the source that was opened, or say why it cannot be, or what it waits for."""
        match outcome:
            case Opened():
                self._turn_to(outcome)
            case Refusal(request, sentence) if request is self.status.request:
                self._fail(sentence)  # nothing else is open
            case Refusal():
                self._go_on_instead(outcome)
            case None if self._opener.sentence not in ("", self.status.opening):
                self._set_status(opening=self._opener.sentence)

    def _has_delivered(self) -> bool:
        return self._source is not None and self.status.position >= 0

    def _leave_for(self, request: CaptureRequest) -> None:
        """Close the open source and begin a segment for the one of `request`."""
        self._close_source()
        self._delivery.leave_source()
        self._owed_steps = 0
        self.status = CaptureStatus(
            request=request, message=_OPENING, first_segment=self._delivery.segment
        )
        self._notify()

    def _turn_to(self, opened: Opened) -> None:
        if self.status.request is not opened.request:
            self._leave_for(opened.request)
        self._source, self._held = opened.source, opened.first
        self._adjust()
        self._delivery.begin_source()
        self._jumped = True
        self._set_status(info=opened.source.info, message="")

    def _go_on_instead(self, refusal: Refusal) -> None:
        """Go on with the open source, since the one that was requested cannot be opened."""
        self._selected = self.status.request
        self._delivery.restart_clock()
        self._set_status(opening="", refusal=refusal)

    def _fail(self, sentence: str) -> None:
        self._set_status(message=sentence, failed=True)

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
                reading = self._delivery.read(source, self.status.playing)
            except SourceError as error:
                self._give_up(error)
                return
            self.heartbeat.beat()
        self._handle(reading, source)

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
        if self._delivery.playback.loop and self.status.playing and self.status.position >= 0:
            self._go_to(source, 0)
        else:
            self._owed_steps = 0
            self._set_status(ended=True)

    def _deliver(self, frame: Frame, source: Source) -> None:
        if source.info.live and not self.status.playing and not self._owed_steps:
            if self.status.message:  # the signal is back, although playback is paused
                self._set_status(message="", info=source.info)
            return
        if not self._delivery.deliver(frame, source, self.status.playing):
            self._held = frame  # every frame counts: this one comes after the command
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
