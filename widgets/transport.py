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

_NO_LIMIT = 16_777_215
"""Qt's greatest width of a widget, which stands for none."""


def clock(seconds: float) -> str:
    """Seconds as "m:ss.t", with hours where needed."""
    tenths = max(0, round(seconds * 10))
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


class Transport(QWidget):
    """Playback controls. A live or endless source hides the timeline and what belongs to it.

    Where there is little room, the number of the frame goes first, then the buttons that have a
    key; before an audience the timeline does.

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
        self._folds = 0
        self._position: tuple[int, int | None, float, float | None] = (0, None, 0.0, None)
        self._icons = {True: theme.icon("pause"), False: theme.icon("play")}
        self._back = tool_button("step-back", "Step back one frame (,)", self)
        self._play = tool_button("pause", "Pause (Space)", self)
        self._forward = tool_button("step-forward", "Step forward one frame (.)", self)
        self._loop = tool_button(
            "loop", "Loop: restart at the end of the file (L)", self, checks=True
        )
        self._foldable = (self._loop, self._back, self._forward)
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
        self._position = (index, count, time_s, duration_s)
        self._has_end = count is not None
        self._show_controls()
        if count is not None:
            self._line.set_position(index, count)
        self._show_time()

    def _show_time(self) -> None:
        index, count, time_s, duration_s = self._position
        has_number = self._has_end and not self._folds
        self._time.setText(self._words(time_s, duration_s, index, has_number))
        # Wide enough for the last frame, so that nothing moves or is cut.
        self._time.setMinimumWidth(0 if count is None else self._longest_time(has_number))

    def _longest_time(self, has_number: bool) -> int:
        """Width of what stands there at the last frame, in pixels."""
        _, count, time_s, duration_s = self._position
        longest = self._words(duration_s or time_s, duration_s, count or 0, has_number)
        return self._time.fontMetrics().horizontalAdvance(longest) + SPACE

    def _words(self, time_s: float, duration_s: float | None, index: int, has_number: bool) -> str:
        text = clock(time_s)
        if duration_s is not None:
            text += f" / {clock(duration_s)}"
        return f"{text}   frame {index}" if has_number and not self._is_compact else text

    @property
    def is_compact(self) -> bool:
        """Whether it shows no more than an audience understands."""
        return self._is_compact

    def set_compact(self, is_compact: bool) -> None:
        """Show no more than an audience understands: pause, timeline and time."""
        self._is_compact = is_compact
        self._show_controls()
        self._show_time()

    def fold_into(self, width: int) -> None:
        """Be that wide, in pixels, if there is a timeline, or as narrow as what is shown.

        It is wider where even timeline, time and pacing have no room.
        """
        if not self._has_end:
            self.setMinimumWidth(0)
            self.setMaximumWidth(_NO_LIMIT)
            return
        most = self._most_folds
        folds = next((f for f in range(most) if self._least_width(f) <= width), most)
        if folds != self._folds:
            self._folds = folds
            self._show_controls()
            self._show_time()
        least = self._least_width(folds)
        wanted = max(width, least) if self._has_line(folds) else least
        if (self.minimumWidth(), self.maximumWidth()) != (wanted, wanted):
            self.setFixedWidth(wanted)

    def narrowest(self) -> int:
        """Width in pixels below which something would be cut."""
        return self._least_width(self._most_folds) if self._has_end else self.sizeHint().width()

    @property
    def _most_folds(self) -> int:
        return 1 if self._is_compact else len(self._foldable) + 1

    def _has_line(self, folds: int) -> bool:
        return self._has_end and not (self._is_compact and folds)

    def _least_width(self, folds: int) -> int:
        """Width of what is shown where so much is left out: the frame's number, then buttons."""
        shown: list[QWidget] = [self._play]
        if not self._is_compact:
            shown += [self._pacing, *self._foldable[max(0, folds - 1) :]]
        parts = [each.sizeHint().width() for each in shown]
        parts.append(self._longest_time(not folds))
        if self._has_line(folds):
            parts.append(self._line.minimumSizeHint().width())
        return sum(parts) + SPACE_XS * (len(parts) + 2) + 5 * SPACE

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
        self._line.setVisible(self._has_line(self._folds))
        self._pacing.setVisible(self._has_end and not self._is_compact)
        left_out = self._foldable[: max(0, self._folds - 1)]
        for button in self._foldable:
            is_used = self._has_end or button is self._forward
            button.setVisible(is_used and not self._is_compact and button not in left_out)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE, SPACE_XS // 2, SPACE, SPACE_XS // 2)
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
