"""Play, pause, step, loop, seek: the row of controls under the pictures."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from widgets import theme
from widgets.controls import ElidedCombo, tool_button
from widgets.plain import Label, set_tip
from widgets.theme import SPACE, SPACE_XS
from widgets.timeline import Timeline


def clock(seconds: float) -> str:
    """Seconds as "m:ss.t", with hours where needed."""
    tenths = max(0, round(seconds * 10))
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


class Transport(QWidget):
    """Playback controls. A live or endless source hides the timeline and what belongs to it.

    Parameters
    ----------
    pacings : sequence of (str, str)
        The pacings to choose from: value and words.

    Attributes
    ----------
    pause_toggled : signal (bool)
        True to pause, False to resume.
    step_requested : signal (int)
        +1 or -1 frames.
    seek_requested : signal (int)
        Frame index.
    loop_toggled : signal (bool)
        True to start again at the end.
    pacing_changed : signal (str)
        A value of `pacings`.
    """

    pause_toggled = pyqtSignal(bool)
    step_requested = pyqtSignal(int)
    seek_requested = pyqtSignal(int)
    loop_toggled = pyqtSignal(bool)
    pacing_changed = pyqtSignal(str)

    def __init__(self, pacings: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_playing = True
        self._is_compact = False
        self._has_end = False
        self._icons = {True: theme.icon("pause"), False: theme.icon("play")}
        self._back = tool_button("step-back", "Step back one frame (,)", self)
        self._play = tool_button("pause", "Pause (Space)", self)
        self._forward = tool_button("step-forward", "Step forward one frame (.)", self)
        self._loop = tool_button(
            "loop", "Loop: restart at the end of the file (L)", self, checks=True
        )
        self._line = Timeline(self)
        self._time = Label("", self)
        self._time.setFont(theme.numbers_font())
        self._time.setProperty("role", "quiet")
        self._pacing = ElidedCombo(self)
        for key, words in pacings:
            self._pacing.addItem(words, key)
        set_tip(
            self._pacing,
            "Real time skips frames to keep up; Every frame shows them all, however long it takes",
        )
        self._pacing.setAccessibleName("Playback")
        self._pacing.setMinimumContentsLength(9)
        self._lay_out()
        self._connect()
        self.set_position(0, None, 0.0, None)

    # -- values in ---------------------------------------------------------------------------

    def set_playing(self, is_playing: bool) -> None:
        """Show pause or play on the button."""
        self._is_playing = is_playing
        self._play.setIcon(self._icons[is_playing])
        words = "Pause (Space)" if is_playing else "Play (Space)"
        set_tip(self._play, words)
        self._play.setAccessibleName(words)

    def set_position(
        self, index: int, count: int | None, time_s: float, duration_s: float | None
    ) -> None:
        """Set the position; `count` is None if there is no end (live or endless source)."""
        self._has_end = count is not None
        self._show_controls()
        if count is not None:
            self._line.set_position(index, count)
        self._time.setText(self._words(time_s, duration_s, index))
        if count is not None:  # wide enough for the last frame, so that nothing moves or is cut
            longest = self._words(duration_s or time_s, duration_s, count)
            metrics = self._time.fontMetrics()
            self._time.setMinimumWidth(metrics.horizontalAdvance(longest) + SPACE)
        else:
            self._time.setMinimumWidth(0)

    def _words(self, time_s: float, duration_s: float | None, index: int) -> str:
        text = clock(time_s)
        if duration_s is not None:
            text += f" / {clock(duration_s)}"
        is_told = self._has_end and not self._is_compact
        return f"{text}   frame {index}" if is_told else text

    def set_compact(self, is_compact: bool) -> None:
        """Show no more than an audience understands: pause, timeline and time."""
        self._is_compact = is_compact
        self._show_controls()

    def set_loop(self, loops: bool) -> None:
        """Set whether the file starts again at its end."""
        self._loop.setChecked(loops)

    def set_pacing(self, pacing: str) -> None:
        """Show one of the pacings.

        Raises
        ------
        ValueError
            For anything else.
        """
        at = self._pacing.findData(pacing)
        if at < 0:
            known = [self._pacing.itemData(at) for at in range(self._pacing.count())]
            raise ValueError(f"pacing is one of {known}, not {pacing!r}")
        self._pacing.setCurrentIndex(at)

    def set_marks(self, marks: Sequence[tuple[int, str]]) -> None:
        """Mark (frame index, "cut" | "reset" | "gap") on the timeline."""
        self._line.set_marks(marks)

    # -- inside ------------------------------------------------------------------------------

    def _show_controls(self) -> None:
        self._line.setVisible(self._has_end)
        self._forward.setVisible(not self._is_compact)
        for widget in (self._loop, self._pacing, self._back):
            widget.setVisible(self._has_end and not self._is_compact)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE_XS, SPACE, SPACE_XS)
        row.setSpacing(SPACE_XS)
        for button in (self._back, self._play, self._forward, self._loop):
            row.addWidget(button)
        row.addSpacing(SPACE)
        row.addWidget(self._line, 1)
        row.addSpacing(SPACE)
        row.addWidget(self._time)
        row.addSpacing(SPACE)
        row.addWidget(self._pacing)
        row.setAlignment(self._time, Qt.AlignmentFlag.AlignVCenter)

    def _connect(self) -> None:
        self._play.clicked.connect(self._on_play)
        self._back.clicked.connect(self._on_back)
        self._forward.clicked.connect(self._on_forward)
        self._loop.clicked.connect(self.loop_toggled)
        self._line.seek_requested.connect(self.seek_requested)
        self._pacing.activated.connect(self._on_pacing)

    def _on_play(self) -> None:
        self.pause_toggled.emit(self._is_playing)

    def _on_back(self) -> None:
        self.step_requested.emit(-1)

    def _on_forward(self) -> None:
        self.step_requested.emit(1)

    def _on_pacing(self, at: int) -> None:
        self.pacing_changed.emit(self._pacing.itemData(at))

    @property
    def play_button(self) -> QToolButton:
        """The play and pause button, for warm-up and tests."""
        return self._play
