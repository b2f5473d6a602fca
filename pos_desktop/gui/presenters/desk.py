"""Reads the waiting bills when something changed, once at a time, and tells who shows them."""

import logging
from collections.abc import Callable, Sequence

from pos_desktop.gui.presenters.ports import Services
from pos_desktop.services.views import DeskState, WaitingBill

_log = logging.getLogger(__name__)
# It seems that a gateway was not asked for so long: looked up every few seconds whether that is so.
_LATELY_MS, _EVERY_S = 10_000, 5


class DeskPresenter:
    """A burst of changes causes at most two readings: the running one and one after it."""

    def __init__(
        self, services: Services, listeners: Sequence[Callable[[DeskState], None]]
    ) -> None:
        self._services = services
        self._listeners = tuple(listeners)
        self._reading = False
        self._again = False
        self._restless = False
        self._unasked: int | None = None

    def on_changed(self) -> None:
        """Some bill changed."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._services.runner.run("db", self._services.desk.state, self._done, self._failed)

    def on_tick(self) -> None:
        """A second went by: what changes by waiting alone is read again."""
        since = self._services.clock.now() - self._unasked if self._unasked is not None else 0
        late = since >= _LATELY_MS and since // 1000 % _EVERY_S == 0
        if self._restless or late:
            self.on_changed()

    def _done(self, state: DeskState) -> None:
        self._restless = any(map(_restless, state.waiting))
        self._unasked = state.longest_unasked_at
        self._finish()
        for listener in self._listeners:
            listener(state)

    def _failed(self, error: Exception) -> None:
        # The next event reads again; what is on the screen stays, with its ages.
        _log.error("the waiting bills could not be read", exc_info=error)
        self._finish()

    def _finish(self) -> None:
        self._reading = False
        if self._again:
            self._again = False
            self.on_changed()


def _restless(bill: WaitingBill) -> bool:
    """A gateway that does not answer or does not close, and a message that does not leave, say so
    after some seconds, although nothing happens (services.desk)."""
    waits = bill.words == "asking_gateway" or bill.words.startswith("closing_")
    return waits or bill.message_words == "queued"
