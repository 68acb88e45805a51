"""Feeds one output on a thread of its own: the newest result wins, and nothing waits for it."""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from app.core.results import FrameResult
from app.core.slots import Closed, LatestSlot
from app.outputs.contents import composer
from app.outputs.output import Outgoing, Output
from app.outputs.scene import Scene
from models.errors import UserError

log = logging.getLogger(__name__)

_IDLE_S = 0.25
"""Longest wait for a result before the thread looks whether something else changed."""
_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class OutputStatus:
    """State of an output; replaced as a whole, so any thread may read it.

    Attributes
    ----------
    is_open
        Pictures are being sent.
    is_ended
        It has ended: it was stopped, or `message` says why.
    name
        What it was opened as, in a few words.
    sent
        Number of pictures that were sent, repeated ones included.
    message
        One sentence if it ended by itself, else empty.
    """

    is_open: bool = False
    is_ended: bool = False
    name: str = ""
    sent: int = 0
    message: str = ""


class OutputConsumer:
    """Sends what an output wants, composed on its thread. start(), offer() from any, stop().

    Parameters
    ----------
    output
        Used from the thread alone.
    scene
        Returns what is on screen now; may be called on any thread.
    notify
        Called on the thread when the output opened or ended; must not block.
    after
        One that is ending and may hold the same device or port until then.

    Attributes
    ----------
    wanted
        Contents that the output asked for last; empty while it has no viewers.
    """

    def __init__(
        self,
        output: Output,
        scene: Callable[[], Scene],
        notify: Callable[[], None],
        after: OutputConsumer | None = None,
    ) -> None:
        self._output = output
        self._scene = scene
        self._notify = notify
        self._after = after
        self._slot: LatestSlot[FrameResult] = LatestSlot()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._result: FrameResult | None = None
        self._composed_of: tuple[FrameResult, Scene] | None = None
        self._made: dict[str, Outgoing | None] = {}
        self._sent = 0
        self.wanted: frozenset[str] = frozenset()
        self._status = OutputStatus()

    @property
    def status(self) -> OutputStatus:
        """The state now."""
        return dataclasses.replace(self._status, sent=self._sent)

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Open the output and begin, on its own thread."""
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self._thread.start()

    def offer(self, result: FrameResult) -> None:
        """Give it the newest result. Never blocks; any thread."""
        # the window's resized pictures are not needed
        self._slot.put(dataclasses.replace(result, prescaled={}))

    def ask_to_stop(self) -> None:
        """Make the thread end; does not wait."""
        self._stopped.set()
        self._slot.close()

    def stop(self, timeout_s: float = _STOP_S) -> bool:
        """End the thread; False if the output does not return, which is then left behind."""
        self.ask_to_stop()
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            log.error("the output %s did not end within %.0f s", self._status.name, timeout_s)
        return not self._thread.is_alive()

    # -- its thread ----------------------------------------------------------------------------

    def _run(self) -> None:
        message = ""
        try:
            after, self._after = self._after, None
            if after is not None:
                after.stop()
            name = self._output.open()
            self._set_status(OutputStatus(is_open=True, name=name))
            self._send_all()
        except Closed:
            pass
        except UserError as error:
            log.warning("an output ended: %s", error)
            message = str(error)
        except Exception:  # last resort of this thread: the live view goes on whatever it is
            log.exception("an output failed")
            message = "The output ended because of an error; see the log for details."
        finally:
            self._close()
            self._set_status(OutputStatus(is_ended=True, name=self._status.name, message=message))

    def _close(self) -> None:
        self._slot.close()
        self._made.clear()
        self._result = self._composed_of = None
        try:
            self._output.close()
        except Exception:  # of a driver, say; there is nothing left to do with it
            log.exception("an output could not be closed")

    def _send_all(self) -> None:
        due_s = time.monotonic()
        while not self._stopped.is_set():
            self._stopped.wait(max(0.0, due_s - time.monotonic()))
            due_s = self._next_due_s(due_s)
            self._take()
            scene = self._scene()
            self.wanted = frozenset(self._output.wanted(scene))
            if self._result is not None:
                self._send(self._result, scene)

    def _next_due_s(self, due_s: float) -> float:
        """When the next picture is due; a tick that was missed is left out."""
        period_s, now_s = 1.0 / self._output.fps, time.monotonic()
        return max(due_s + period_s, now_s) if self._output.is_steady else now_s + period_s

    def _take(self) -> None:
        """Take the newest result if there is one; an output without a steady rate waits for it."""
        newest = self._slot.take(0.0 if self._output.is_steady else _IDLE_S)
        if newest is not None:
            self._result = newest

    def _send(self, result: FrameResult, scene: Scene) -> None:
        if self._composed_of != (result, scene):
            self._composed_of = (result, scene)
            self._made.clear()
        for content in self._made.keys() - self.wanted:
            del self._made[content]  # to be sent again when it is asked for again
        for content in self.wanted:
            is_new = content not in self._made
            if is_new:
                self._made[content] = self._compose(content, result, scene)
            outgoing = self._made[content]
            if outgoing is not None and (is_new or self._output.is_steady):
                self._output.send(dataclasses.replace(outgoing, is_new=is_new))
                self._sent += 1

    def _compose(self, content: str, result: FrameResult, scene: Scene) -> Outgoing | None:
        rgb = composer(content)(result, scene, self._output.size)
        return None if rgb is None else Outgoing(content, rgb, result, scene)

    def _set_status(self, status: OutputStatus) -> None:
        self._status = status
        self._notify()
