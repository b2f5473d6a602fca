"""Services that come into being after the first paint.

The window shows within a blink because nothing behind it is loaded yet: the database, HTTP and the
documents are imported and opened in the db lane while the cashier already sees the scan field.
Whatever is asked before that waits in the lane, in order.
"""

from __future__ import annotations

from threading import Event, Lock
from typing import TYPE_CHECKING

from pos_desktop.domain.errors import RaseedError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pos_desktop.bootstrap.counter import Counter
    from pos_desktop.domain.people import Approval
    from pos_desktop.domain.sale import Item, Sale
    from pos_desktop.gui.presenters.ports import Checkout, Paper
    from pos_desktop.services.order import Order
    from pos_desktop.services.views import (
        DeskState,
        EditedBill,
        LampState,
        PayableQr,
        PaymentStory,
    )
    from pos_desktop.wire.v1 import PageContent

# A scan that comes before the catalogue is open waits for it so long (cold disk, slow PC).
_PATIENCE_S = 20.0


class LateCounter:
    """Builds the counter on first use; ``get`` belongs to the db lane."""

    def __init__(self, build: Callable[[], Counter]) -> None:
        self._build = build
        self._lock = Lock()
        self._ready = Event()
        self._counter: Counter | None = None
        self._failure: RaseedError | None = None

    def get(self) -> Counter:
        """The counter; builds it the first time. Raises what building raised, every time."""
        with self._lock:
            if self._failure is not None:
                raise self._failure
            if self._counter is None:
                try:
                    self._counter = self._build()
                except RaseedError as error:
                    self._failure = error
                    raise
                finally:
                    self._ready.set()
            return self._counter

    @property
    def ready(self) -> bool:
        """Whether the counter is open."""
        return self._counter is not None

    def wait(self) -> Counter:
        """The counter for the thread of the window, which never builds it."""
        if not self._ready.wait(_PATIENCE_S) or self._counter is None:
            raise self._failure or Unavailable("not_ready")
        return self._counter

    def wake(self) -> None:
        """Something was committed: the loop looks at once."""
        if self._counter is not None:
            self._counter.engine.wake()

    def stop(self) -> None:
        """End the loop; what it started goes on in its lanes."""
        if self._counter is not None:
            self._counter.engine.stop()

    def close(self) -> None:
        """Close the database; nothing where nothing was built."""
        if self._counter is not None:
            self._counter.close()


class LateCatalogue:
    """ports.CatalogueReader on the thread of the window."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def find(self, code: str) -> Item | None:
        return self._late.wait().catalogue.find(code)

    def search(self, text: str, limit: int = 20) -> Sequence[Item]:
        return self._late.wait().catalogue.search(text, limit)

    def quick(self, limit: int = 8) -> Sequence[Item]:
        return self._late.wait().catalogue.quick(limit)

    def count(self) -> int:
        return self._late.wait().catalogue.count()


class LateCheckout:
    """gui.presenters.ports.Checkout in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def request(self, order: Order, *, remote: bool = False) -> Sale:
        return self._checkout.request(order, remote=remote)

    def screen_qr(self, order: Order) -> Sale:
        return self._checkout.screen_qr(order)

    def cash(self, order: Order, tendered: int) -> Sale:
        return self._checkout.cash(order, tendered)

    def cash_for_waiting(
        self, order_id: str, tendered: int, by: str, *, risk: bool = False
    ) -> Sale:
        return self._checkout.cash_for_waiting(order_id, tendered, by, risk=risk)

    def show_qr(self, order_id: str, by: str) -> None:
        self._checkout.show_qr(order_id, by)

    def show_own_qr(self, order_id: str, by: str) -> None:
        self._checkout.show_own_qr(order_id, by)

    def send_again(self, order_id: str, by: str) -> None:
        self._checkout.send_again(order_id, by)

    def receipt_again(self, order_id: str, by: str) -> None:
        self._checkout.receipt_again(order_id, by)

    def free(self, order_id: str, by: str) -> bool:
        return self._checkout.free(order_id, by)

    def hand_over(self, order_id: str, by: str) -> None:
        self._checkout.hand_over(order_id, by)

    def hand_over_unpaid(self, order_id: str, approval: Approval) -> None:
        self._checkout.hand_over_unpaid(order_id, approval)

    def abandon(self, order_id: str, reason: str, by: str) -> None:
        self._checkout.abandon(order_id, reason, by)

    def edit(self, order_id: str, by: str) -> None:
        self._checkout.edit(order_id, by)

    def edited(self, order_id: str) -> EditedBill | None:
        return self._checkout.edited(order_id)

    def take_edited(self, order_id: str, draft: str | None = None) -> EditedBill | None:
        return self._checkout.take_edited(order_id, draft)

    @property
    def _checkout(self) -> Checkout:
        return self._late.get().checkout


class LateDesk:
    """gui.presenters.ports.Desk in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def state(self) -> DeskState:
        return self._late.get().desk.state()

    def payable(self, order_id: str) -> PayableQr | None:
        return self._late.get().desk.payable(order_id)

    def history(self, order_id: str) -> PaymentStory | None:
        return self._late.get().desk.history(order_id)

    def document(self, order_id: str | None) -> PageContent:
        return self._late.get().desk.document(order_id)


class LateDrafts:
    """gui.presenters.ports.Drafts in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def save(self, text: str) -> None:
        self._late.get().drafts.save(text)

    def load(self) -> str | None:
        return self._late.get().drafts.load()


class LatePaper:
    """gui.presenters.ports.Paper; Qt's print support is loaded when a printer is first needed."""

    def __init__(self, make: Callable[[], Paper]) -> None:
        self._make = make
        self._lock = Lock()
        self._paper: Paper | None = None

    def print(self, content: PageContent, kind: str) -> None:
        self._printer().print(content, kind)

    def state(self) -> LampState:
        return self._printer().state()

    def _printer(self) -> Paper:
        with self._lock:
            if self._paper is None:
                self._paper = self._make()
            return self._paper
