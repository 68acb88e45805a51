"""The current settings of a window, which reports its changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from app.settings.settings import Settings

Subscriber = Callable[[Settings, frozenset[str]], None]


class SettingsModel:
    """The current settings, and the subscribers to their changes. Used on the GUI thread only."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._value = settings or Settings()
        self._subscribers: list[Subscriber] = []

    @property
    def value(self) -> Settings:
        return self._value

    def replace(self, **changes: Any) -> None:
        """Change some fields together and call the subscribers with the keys that changed.

        Raises
        ------
        ValueError
            If a value is unusable; the settings stay as they were.
        """
        new = dataclasses.replace(self._value, **changes)
        changed = frozenset(
            key for key in changes if getattr(new, key) != getattr(self._value, key)
        )
        self._value = new
        if changed:
            for subscriber in tuple(self._subscribers):
                subscriber(self._value, changed)  # a subscriber may have changed it again

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber(settings, changed_keys)` after each change.

        Returns
        -------
        callable
            Ends the subscription.
        """
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe
