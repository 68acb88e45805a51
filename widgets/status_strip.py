"""A status line: source, results, speed and warnings."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QPointF, QRectF, QSize, Qt
from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from widgets import theme
from widgets.plain import set_tip
from widgets.theme import COLOURS, SPACE

SEPARATOR_PX = 2 * SPACE + 1
MIDDLE_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class StatusReading:
    """Values of the status line.

    Attributes
    ----------
    source
        The source's short title.
    source_size, network_size
        (width, height) in pixels, or None if unknown.
    fps
        Frames per second shown.
    source_fps
        Frames per second that the source delivers, or None.
    latency_ms
        Capture to screen, or None.
    stages
        (name, milliseconds) in order.
    dropped
        Frames left out so far.
    device
        Where the networks run.
    memory_mb
        Resident memory.
    gpu_memory_mb
        Of the device, or None.
    recording
        The running recording, such as "0:12 · 34 MB · 120 GB free", or "".
    warning
        One short sentence in colour, or "".
    notes
        Notable states, such as "warming up" or "paused".
    headline
        What the pictures show, in large words, or "".
    details
        Sentences that explain it; the last ones are left out first where there is no room.
    """

    source: str = ""
    source_size: tuple[int, int] | None = None
    network_size: tuple[int, int] | None = None
    fps: float | None = None
    source_fps: float | None = None
    latency_ms: float | None = None
    stages: tuple[tuple[str, float], ...] = ()
    dropped: int = 0
    device: str = ""
    memory_mb: float | None = None
    gpu_memory_mb: float | None = None
    recording: str = ""
    warning: str = ""
    notes: tuple[str, ...] = ()
    headline: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the line: in full, in short (may be "", then it can be left out), in colour.

    Attributes
    ----------
    full, short
        Both texts.
    weight
        Parts of low weight are shortened first.
    colour
        Of the text; empty for the usual one.
    tip
        Tool tip.
    is_bold
        In the weight of titles.
    """

    full: str
    short: str
    weight: float
    colour: str = ""
    tip: str = ""
    is_bold: bool = False


def parts_of(reading: StatusReading) -> list[Part]:
    """The line's parts from left to right; unknown values are left out."""
    parts = []
    if reading.recording:
        parts.append(_recording_part(reading.recording))
    if reading.warning:
        parts.append(Part(reading.warning, reading.warning, 9, theme.COLOURS.warn, "Warning"))
    parts += [Part(note, note, 8, COLOURS.text) for note in reading.notes if note]
    if reading.headline:
        headline = reading.headline
        parts.append(Part(headline, headline, 7, COLOURS.text, is_bold=True))
    parts += [
        Part(sentence, "", 1 / (1 + at), COLOURS.quiet)
        for at, sentence in enumerate(reading.details)
    ]
    sizes = " → ".join(_size(s) for s in (reading.source_size, reading.network_size) if s)
    if reading.source or sizes:
        full = " ".join(part for part in (reading.source, sizes) if part)
        parts.append(Part(full, sizes or full, 3, COLOURS.text, "Source size → network input size"))
    parts += _speed_parts(reading)
    if reading.device:
        parts.append(Part(reading.device, "", 4, COLOURS.quiet, "Device"))
    memory = _memory(reading)
    if memory:
        parts.append(Part(memory, "", 2, COLOURS.quiet, "Memory in use"))
    return parts


def _recording_part(line: str) -> Part:
    return Part(f"● Recording {line}", f"● {line}", 9, theme.COLOURS.bad, "Ctrl+R ends it")


def _speed_parts(reading: StatusReading) -> list[Part]:
    parts = []
    if reading.fps is not None:
        short = f"{reading.fps:.1f} fps"
        of = f" of {reading.source_fps:.0f}" if reading.source_fps else ""
        parts.append(Part(short.replace(" fps", f"{of} fps"), short, 5, tip="Frames per second"))
    if reading.latency_ms is not None:
        short = f"{reading.latency_ms:.0f} ms"
        split = " · ".join(f"{name} {ms:.0f}" for name, ms in reading.stages)
        full = f"{short} ({split})" if split else short
        parts.append(Part(full, short, 1, tip="Latency from capture to screen, and its parts"))
    if reading.fps is not None or reading.dropped:
        text = f"{reading.dropped} skipped"
        parts.append(Part(text, text, 6, tip="Skipping frames to stay live"))
    return parts


def texts_that_fit(parts: list[Part], widths: list[tuple[float, float]], room: float) -> list[str]:
    """The text of each part ("" leaves it out) such that all fit into `room` if possible.

    Parameters
    ----------
    parts
        From left to right.
    widths
        (full, short) width of each part; a separator stands between two shown parts.
    room
        Width in the same unit.
    """
    shown = [part.full for part in parts]
    taken = [full for full, _ in widths]

    def total() -> float:
        shown_widths = [width for text, width in zip(shown, taken, strict=True) if text]
        return sum(shown_widths) + SEPARATOR_PX * max(0, len(shown_widths) - 1)

    by_weight = sorted(range(len(parts)), key=[part.weight for part in parts].__getitem__)
    for i in by_weight:
        if total() <= room:
            break
        shown[i], taken[i] = parts[i].short, widths[i][1]
    for i in by_weight:
        if total() <= room or parts[i].weight >= 5:
            break
        shown[i], taken[i] = "", 0.0
    return shown


def _size(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def _memory(reading: StatusReading) -> str:
    words = []
    if reading.memory_mb is not None:
        words.append(_amount(reading.memory_mb))
    if reading.gpu_memory_mb is not None:
        words.append(f"GPU {_amount(reading.gpu_memory_mb)}")
    return " · ".join(words)


def _amount(megabytes: float) -> str:
    return f"{megabytes:.0f} MB" if megabytes < 10_000 else f"{megabytes / 1024:.1f} GB"


class StatusStrip(QWidget):
    """The line at the foot of the window; parts are shortened before any is cut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Status")

    def show_reading(self, reading: StatusReading) -> None:
        """Show new values."""
        parts = parts_of(reading)
        if parts == self._parts:
            return
        self._parts = parts
        set_tip(self, "\n".join(f"{p.tip}: {p.full}" if p.tip else p.full for p in parts))
        self.update()

    def texts(self) -> list[str]:
        """The current texts, part by part."""
        widths = []
        for part in self._parts:
            metrics = QFontMetricsF(self._font(part))
            widths.append(
                (metrics.horizontalAdvance(part.full), metrics.horizontalAdvance(part.short))
            )
        return texts_that_fit(self._parts, widths, self.width() - 2 * SPACE)

    def _font(self, part: Part) -> QFont:
        numbers = theme.numbers_font(self.font())
        return theme.bold_font(numbers) if part.is_bold else numbers

    def sizeHint(self) -> QSize:
        return QSize(400, self.fontMetrics().height() + SPACE)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + SPACE)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(COLOURS.surface))
        x, end = float(SPACE), float(self.width() - SPACE)
        is_first = True
        for part, text in zip(self._parts, self.texts(), strict=True):
            if not text or x >= end:
                continue
            if not is_first:
                line = round(x + SPACE) + 0.5
                painter.setPen(QColor(COLOURS.border))
                painter.drawLine(QPointF(line, SPACE), QPointF(line, self.height() - SPACE))
                x += SEPARATOR_PX
            is_first = False
            font = self._font(part)
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, end - x))
            painter.setPen(QColor(part.colour or COLOURS.text))
            painter.drawText(QRectF(x, 0, end - x, self.height()), MIDDLE_LEFT, shown)
            x += metrics.horizontalAdvance(shown)
        painter.end()
