"""What the presenters need from outside, as Protocols; ``bootstrap`` hands in the real ones.

Everything that may block runs in a lane through ``Runner``; ``done`` and ``failed`` come back on
the thread of the windows, so a presenter never needs a lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from pos_desktop.domain.options import Options
    from pos_desktop.domain.sale import Sale
    from pos_desktop.ports import CatalogueReader, Clock
    from pos_desktop.services.order import Order
    from pos_desktop.services.views import DeskState, LampState, PayableQr
    from pos_desktop.wire.v1 import PageContent

T = TypeVar("T")


class Runner(Protocol):
    """Runs blocking work elsewhere."""

    def run(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Start ``work`` in ``db``, ``net`` or ``doc``; exactly one of the two is called later."""
        ...


class Checkout(Protocol):
    """Takes payment (``services.checkout``); lane db; raises DomainError with a code."""

    def request(self, order: Order) -> Sale: ...
    def screen_qr(self, order: Order) -> Sale: ...
    def cash(self, order: Order, tendered: int) -> Sale: ...
    def cash_for_waiting(self, order_id: str, tendered: int, by: str) -> Sale: ...
    def show_qr(self, order_id: str) -> None: ...
    def hand_over(self, order_id: str, by: str) -> None: ...
    def abandon(self, order_id: str, reason: str, by: str) -> None: ...


class Desk(Protocol):
    """Reads about bills that are not on the screen; lane db."""

    def state(self) -> DeskState: ...
    def payable(self, order_id: str) -> PayableQr | None: ...
    def document(self, order_id: str | None) -> PageContent:
        """What is printed of a bill; None is the last one issued. Raises RaseedError."""
        ...


class Drafts(Protocol):
    """Keeps the bill that is being made through a power cut; lane db."""

    def save(self, text: str) -> None: ...
    def load(self) -> str | None: ...


class Paper(Protocol):
    """The receipt printer (``gui/printing.py``); lane doc."""

    def print(self, content: PageContent, kind: str) -> None:
        """``kind`` is ``80mm`` or ``a4``; raises Unavailable ``printer_missing``."""
        ...

    def state(self) -> LampState: ...


class Tones(Protocol):
    """The four tones (``gui/sounds.py``): accepted, error, attention, paid. Never blocks."""

    def play(self, tone: str) -> None: ...


class Pictures(Protocol):
    """Fetches a gateway's own QR picture (PNG bytes); lane net; raises Unavailable."""

    def __call__(self, url: str) -> bytes: ...


class PracticeCustomer(Protocol):
    """Plays the customer in practice; lane net.

    Raises Unavailable ``practice_not_payable`` where this bill has nothing that she could pay now,
    ``practice_away`` where the practice servers do not answer.
    """

    def pay(self, order_id: str) -> None: ...
    def fail(self, order_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that the presenters are given; built once by the composition root.

    ``customer`` exists in practice only. ``problem``: what is wrong in the settings file, whose
    last good copy is used meanwhile; shown once at the start.
    """

    options: Options
    clock: Clock
    catalogue: CatalogueReader
    runner: Runner
    checkout: Checkout
    desk: Desk
    drafts: Drafts
    paper: Paper
    tones: Tones
    pictures: Pictures | None = None
    customer: PracticeCustomer | None = None
    problem: str = ""
