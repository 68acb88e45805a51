"""The page for the audience in the window: its code, its viewers, and the remote control."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

from PyQt6.QtCore import QObject, pyqtSignal

from app.outputs.table import OUTPUTS, OutputSpec
from app.settings.model import SettingsModel
from app.settings.settings import Settings
from app.ui.controller import Controller
from app.ui.features.fallback import FallbackController
from app.ui.features.feature import FeatureController
from app.ui.features.outputs import OutputsController
from app.ui.main_window import MainWindow
from app.ui.stage_scene import set_divider
from app.ui.wakeup import WakeUp
from app.views import table as views
from widgets.page_card import PageCard

if TYPE_CHECKING:  # a start needs no page
    from app.outputs.page import PageOutput

KIND = next(kind for kind in OUTPUTS if kind.key == "page")


class PageController(FeatureController):
    """Shows the page's address and carries out what the remote control says.

    Attributes
    ----------
    addressed
        Emitted with the page's address, token included, when it has opened.
    """

    addressed = pyqtSignal(str)

    def __init__(
        self,
        window: MainWindow,
        model: SettingsModel,
        controller: Controller,
        outputs: OutputsController,
        fallback: FallbackController,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._model = model
        self._controller = controller
        self._outputs = outputs
        self._fallback = fallback
        self._page: PageOutput | None = None
        self._card: PageCard | None = None
        self._shows_remote = False
        self._commands: Mapping[str, Callable[[float], object]] = {
            "next_view": self._next_view,
            "wipe": self._set_wipe,
            "panic": self._panic,
        }
        self._wake_up = WakeUp(self)
        self._wake_up.woken.connect(self._on_change)
        outputs.made.connect(self._on_made)
        outputs.opened.connect(self._on_opened)
        outputs.ended.connect(self._on_ended)
        self._unsubscribe = model.subscribe(self._on_settings)

    def close(self) -> None:
        """Close the card; the outputs' controller ends the page."""
        self._unsubscribe()
        self._close_card()
        self._page = None

    @property
    def page(self) -> PageOutput | None:
        """The page that is open or being opened, if any."""
        return self._page

    def toggle(self) -> None:
        """Open the page and show its code; hide the code, or show it again."""
        if self._card is not None:
            self._close_card()
            return
        if self._page is None:
            self._outputs.begin(OutputSpec(KIND))
        self._show_card()

    def set_remote(self, is_allowed: bool) -> None:
        """Let one phone be the remote control, by an address of its own, or end that.

        That address is shown until a phone has opened it, and never again: an audience may see it.
        """
        if self._page is not None:
            self._page.tokens.allow_remote(is_allowed)
            self._shows_remote = is_allowed
            self._show_state()

    # -- inside --------------------------------------------------------------------------------

    def _on_made(self, key: str, output: object) -> None:
        if key == KIND.key:
            self._page = cast("PageOutput", output)
            self._page.notify = self._wake_up.notify

    def _on_opened(self, key: str) -> None:
        if key == KIND.key and self._page is not None:
            self.addressed.emit(self._page.address)
            self._show_state()

    def _on_ended(self, key: str) -> None:
        if key == KIND.key:
            self._page = None
            self._close_card()

    def _on_settings(self, _settings: Settings, changed: frozenset[str]) -> None:
        if "page_reach" in changed:
            self._show_state()

    def _on_change(self) -> None:
        page = self._page
        if page is None:
            return
        while True:
            try:
                command = page.hub.commands.get_nowait()
            except queue.Empty:
                break
            self._commands[command.command](command.value)
        self._show_state()

    def _next_view(self, _value: float) -> None:
        self._controller.next_of("view", views.KEYS)

    def _set_wipe(self, value: float) -> None:
        set_divider(self._window.stage, value)

    def _panic(self, _value: float) -> None:
        self._fallback.toggle_panic()

    # -- the card ------------------------------------------------------------------------------

    def _show_card(self) -> None:
        card = self._card = PageCard(self._window)
        card.network_toggled.connect(self._on_network)
        card.remote_toggled.connect(self.set_remote)
        card.stop_requested.connect(self._on_stop)
        card.finished.connect(self._on_card_closed)
        self._show_state()
        card.show()

    def _close_card(self) -> None:
        card, self._card = self._card, None
        if card is not None:
            card.finished.disconnect(self._on_card_closed)
            card.close()
            card.deleteLater()

    def _on_card_closed(self, _code: int) -> None:
        card, self._card = self._card, None
        if card is not None:
            card.deleteLater()

    def _on_network(self, is_for_network: bool) -> None:
        self._model.replace(page_reach="network" if is_for_network else "computer")
        self._show_card_again()

    def _show_card_again(self) -> None:
        """Opening the page again for others has closed the card."""
        if self._card is None and self._page is not None:
            self._show_card()

    def _on_stop(self) -> None:
        self._outputs.end(KIND.key)
        self.said.emit("The page for the audience is closed.")

    def _show_state(self) -> None:
        page, card = self._page, self._card
        if page is None or card is None:
            return
        self._shows_remote &= bool(page.remote_address) and not page.hub.has_remote
        address = page.remote_address if self._shows_remote else page.address
        card.show_page(_words(page, self._shows_remote), address, _code(address), _viewers(page))
        card.show_choices(
            self._model.value.page_reach == "network", has_remote=bool(page.remote_address)
        )


def _words(page: PageOutput, is_remote: bool) -> str:
    if not page.address:
        return "Opening the page…"
    if is_remote:
        return (
            "Scan this with the phone that is to be the remote control; then the audience's code "
            "comes back."
        )
    if page.is_for_network:
        return "Whoever is on the same network and has this address can watch."
    return "Only browsers on this computer can open it, until you open it to the network below."


def _viewers(page: PageOutput) -> str:
    count = page.hub.viewers
    words = "Nobody is watching" if count == 0 else f"{count} watching"
    return f"{words}, one of them the remote control" if page.hub.has_remote else words


def _code(address: str) -> Sequence[Sequence[int]]:
    """Return the modules of the address's QR code; none where the library is missing."""
    if not address:
        return ()
    try:
        import segno
    except ImportError:
        return ()
    return tuple(tuple(row) for row in segno.make(address, micro=False).matrix)
