"""The model that is open between tasks, so that its weights are read once."""

from __future__ import annotations

from app.report.lanes import open_session
from models.estimator import EstimatorOptions, Session


class Sessions:
    """Keeps the session of the last model; used from one thread, and closed by its owner."""

    def __init__(self) -> None:
        self._session: Session | None = None
        self._what: tuple[str, EstimatorOptions] | None = None

    def __enter__(self) -> Sessions:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def current(self) -> Session:
        """The open one; RuntimeError if there is none."""
        if self._session is None:
            raise RuntimeError("no session is open")
        return self._session

    def open(self, model: str, options: EstimatorOptions) -> Session:
        """A session of that model with an empty memory.

        Raises
        ------
        UserError
            If it cannot be opened.
        """
        if self._session is not None and self._what == (model, options):
            self._session.reset()
            return self._session
        self.close()
        self._session, self._what = open_session(model, options), (model, options)
        return self._session

    def close(self) -> None:
        """Close the session, if one is open."""
        session, self._session, self._what = self._session, None, None
        if session is not None:
            session.close()
