"""Writes results on a thread of its own, without holding up the pipeline."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import av.error

from app.core.results import FrameResult
from app.core.slots import Closed
from app.recording import folder as folder_of
from app.recording.inbox import InboxLimits
from app.recording.index import SettingEntry
from app.recording.intake import FrameToWrite, Intake
from app.recording.manifest import RecordingFacts, write_manifest
from app.recording.sound import DeviceInput, OpenSound, SoundBlock, SoundInput
from app.recording.timeline import Timeline
from app.recording.writer import Content, RecordingWriter
from models.errors import UserError

log = logging.getLogger(__name__)


_POLL_S = 0.1
_CHECK_DISK_S = 1.0  # between checks of the disk
_GRACE_S = 2.0  # to finish the files once nothing more is written


@dataclass(frozen=True, slots=True)
class RecorderOptions:
    """How to record.

    Attributes
    ----------
    content
        What to write.
    sound
        Name of an input, "default", or empty for none.
    headroom_bytes
        Recording stops while this much is still free on the disk.
    limits
        Of the queue.
    """

    content: Content = field(default_factory=Content)
    sound: str = ""
    headroom_bytes: int = 256 << 20
    limits: InboxLimits = field(default_factory=InboxLimits)


@dataclass(frozen=True, slots=True)
class RecorderStatus:
    """State of the recorder; replaced as a whole, so any thread may read it.

    Attributes
    ----------
    recording
        Whether it is running.
    seconds, frames
        What has been written.
    gaps
        Frames that could not be written in time.
    size_bytes
        Size on disk.
    free_bytes
        Free space on that disk, or None while it is not known.
    message
        One sentence when something is wrong, else empty; it may still be recording then.
    """

    recording: bool = False
    seconds: float = 0.0
    frames: int = 0
    gaps: int = 0
    size_bytes: int = 0
    free_bytes: int | None = None
    message: str = ""


class Recorder:
    """One recording, into one new folder. start(), offer() from one thread, stop().

    notify() is called, on any thread, when `status` changed; it must not block. `failed` means that
    the recording ended by itself, and `status.message` says why.
    """

    def __init__(
        self,
        folder: Path,
        facts: RecordingFacts,
        options: RecorderOptions | None = None,
        notify: Callable[[], None] | None = None,
        open_sound: OpenSound = DeviceInput,
    ) -> None:
        self.folder = folder
        self._facts = facts
        self._options = options or RecorderOptions()
        self._notify = notify
        self._open_sound = open_sound
        self._intake = Intake(self._options.limits, self._options.content.inside)
        self._deadline_s: float | None = None
        self._thread: threading.Thread | None = None
        self._sound: SoundInput | None = None
        self._status_lock = threading.Lock()
        self._round_s = time.monotonic()
        self.failed = False
        self.status = RecorderStatus()

    def start(self) -> None:
        """Make the folder and begin.

        Raises
        ------
        UsageError
            If the folder cannot be written.
        """
        try:
            folder_of.prepare(self.folder, self._options.headroom_bytes)
            write_manifest(self.folder, self._facts)
            message = self._start_sound()
            writer = self._make_writer()
        except OSError as error:
            self._close_sound()
            raise folder_of.cannot_record(error, self.folder) from error
        except UserError:
            self._close_sound()
            raise
        self._round_s = time.monotonic()
        self._set_status(recording=True, message=message)
        self._thread = threading.Thread(
            target=self._run, args=(writer,), name="recorder", daemon=True
        )
        self._thread.start()

    @property
    def stuck_s(self) -> float:
        """Seconds that a call to the disk or the encoder is overdue; 0 when not recording."""
        return time.monotonic() - self._round_s if self.status.recording else 0.0

    def offer(self, result: FrameResult) -> bool:
        """Record `result` if there is room, else count a gap. Never blocks. One thread only."""
        if self._intake.offer(result):
            return True
        if self.status.recording:
            self._set_status(gaps=self._intake.count_lost())
        return False

    def put(self, result: FrameResult, timeout_s: float) -> bool:
        """Record `result`, waiting for room, so that every frame of a file is kept.

        False, without counting a gap, if there was no room in time or recording has stopped.
        """
        return self._intake.put(result, timeout_s)

    def note(self, changes: Iterable[SettingEntry]) -> None:
        """Record changed settings before the next frame. Never blocks; thread-safe."""
        self._intake.note(changes)

    def stop(self, timeout_s: float = 3.0) -> bool:
        """Write what waits, at most for `timeout_s`, and finish the files.

        False if the disk did not respond in time; the thread is left behind then, and what was
        written before is kept.
        """
        self._deadline_s = time.monotonic() + timeout_s
        self._intake.close()
        thread = self._thread
        if thread is None:
            return True
        thread.join(timeout_s + _GRACE_S)
        if thread.is_alive():
            log.error("the recorder did not end within %.0f s", timeout_s + _GRACE_S)
            self._set_status(
                recording=False,
                message="The disk did not respond in time; the recording may lack its end.",
            )
            return False
        return True

    def _start_sound(self) -> str:
        """Open the sound input, if requested; returns why it failed, or ""."""
        if not self._options.sound:
            return ""
        try:
            self._sound = self._open_sound(self._options.sound, self._intake.add_sound)
        except UserError as error:
            log.warning("%s", error, exc_info=True)
            return str(error)
        return ""

    def _close_sound(self) -> None:
        sound, self._sound = self._sound, None
        if sound is not None:
            sound.close()

    def _make_writer(self) -> RecordingWriter:
        has_sound = self._sound is not None
        timeline = Timeline(by_capture=has_sound or self._facts.source.live)
        sound_format = None if self._sound is None else self._sound.format
        return RecordingWriter(self.folder, self._options.content, timeline, sound_format)

    def _run(self, writer: RecordingWriter) -> None:
        message = ""
        try:
            self._write_all(writer)
        except UserError as error:
            message = str(error)
        except (OSError, av.error.FFmpegError) as error:
            log.warning("recording stopped", exc_info=True)
            message = folder_of.why_stopped(error, writer.frames, self.folder)
        except Exception:  # last resort of this thread: close the file and report whatever it is
            log.exception("recording failed")
            message = "Recording stopped because of an error; see the log for details."
        finally:
            self.failed = bool(message)
            self._intake.close()
            self._close_sound()
            try:
                writer.close(message)
            finally:
                self._report_progress(
                    writer,
                    recording=False,
                    gaps=max(writer.gaps, self.status.gaps),
                    message=message or self.status.message,
                )

    def _write_all(self, writer: RecordingWriter) -> None:
        checked_s = -_CHECK_DISK_S
        while True:
            self._round_s = time.monotonic()
            try:
                item = self._intake.take(_POLL_S)
            except Closed:
                writer.note_gap(self._intake.lost)
                return
            if self._deadline_s is not None and time.monotonic() > self._deadline_s:
                writer.note_gap(self._intake.abandon(item))
                return
            self._write(writer, item)
            if time.monotonic() - checked_s >= _CHECK_DISK_S:
                checked_s = time.monotonic()
                self._report_progress(writer)
                folder_of.check_headroom(self.folder, self._options.headroom_bytes, writer.frames)

    def _write(self, writer: RecordingWriter, item: FrameToWrite | SoundBlock | None) -> None:
        match item:
            case FrameToWrite(result, gap, changes):
                for entry in changes:
                    writer.note_setting(entry)
                writer.write(result, gap)
            case SoundBlock():
                writer.write_sound(item)
            case None:
                pass

    def _report_progress(self, writer: RecordingWriter, **changes: object) -> None:
        self._set_status(
            seconds=writer.seconds,
            frames=writer.frames,
            size_bytes=folder_of.size_bytes(self.folder),
            free_bytes=folder_of.free_bytes(self.folder),
            **changes,
        )

    def _set_status(self, **changes: object) -> None:
        with self._status_lock:
            self.status = dataclasses.replace(self.status, **changes)  # type: ignore[arg-type]
        if self._notify is not None:
            self._notify()
