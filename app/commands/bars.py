"""Progress on the terminal: one bar per stage of a job."""

from __future__ import annotations

from tqdm import tqdm


class Bars:
    """Draws nothing without a terminal. A context manager that closes the last bar.

    Parameters
    ----------
    unit
        What is counted; large numbers are shortened if `scaled`.
    """

    def __init__(self, unit: str, *, scaled: bool = False) -> None:
        self._unit = unit
        self._scaled = scaled
        self._bar: tqdm | None = None
        self._stage = ""

    def show(self, done: int, total: int | None, stage: str) -> None:
        """Move the bar; a new stage starts a new bar."""
        if self._bar is None or stage != self._stage:
            self._close()
            self._stage = stage
            self._bar = tqdm(
                desc=stage, total=total, unit=self._unit, unit_scale=self._scaled, disable=None
            )
        self._bar.update(done - self._bar.n)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        self._close()
