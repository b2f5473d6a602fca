"""What the presenters need from outside, as Protocols; ``bootstrap`` hands in the real ones.

Everything that may block runs in a lane through ``Runner``; ``done`` and ``failed`` come back on
the thread of the windows, so a presenter never needs a lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pos_desktop.domain.options import Channel, Options
    from pos_desktop.domain.people import Approval
    from pos_desktop.domain.sale import Consent, Sale
    from pos_desktop.ports import CatalogueReader, Clock, Sample
    from pos_desktop.services.forgetting import Forgotten
    from pos_desktop.services.order import Order
    from pos_desktop.services.printing import PrintQuestion
    from pos_desktop.services.sweep_result import SweepResult
    from pos_desktop.services.tendering import SplitState, TenderOrder
    from pos_desktop.services.trying import Trial
    from pos_desktop.services.views import (
        DeskState,
        EditedBill,
        InboxChoice,
        InboxEntry,
        LampState,
        MoneyOwed,
        PayableQr,
        PaymentStory,
        RefundOffer,
        ReturnOrder,
    )
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

    def request(self, order: Order, *, remote: bool = False) -> Sale: ...
    def screen_qr(self, order: Order) -> Sale: ...
    def cash(self, order: Order, tendered: int) -> Sale: ...
    def cash_for_waiting(
        self, order_id: str, tendered: int, by: str, *, risk: bool = False
    ) -> Sale:
        """Issued at once, or still awaiting while its collect is being closed (words
        ``closing_for_cash``). ``risk``: take it without waiting; it may be paid twice."""
        ...

    def show_qr(self, order_id: str, by: str) -> None:
        """A UPI QR for the screen; a live link is closed first (words ``closing_for_qr``)."""
        ...

    def show_own_qr(self, order_id: str, by: str) -> None:
        """The shop's own UPI QR; a live collect is closed first."""
        ...

    def send_again(self, order_id: str, by: str) -> None:
        """The request message once more (at most three), or a new link where none is payable."""
        ...

    def receipt_again(self, order_id: str, by: str) -> None:
        """The receipt of an issued bill once more (three in all)."""
        ...

    def free(self, order_id: str, by: str) -> bool:
        """Close what is payable so that other tenders may be taken; True when it is free now."""
        ...

    def hand_over(self, order_id: str, by: str) -> None: ...
    def hand_over_unpaid(self, order_id: str, approval: Approval) -> None: ...
    def abandon(self, order_id: str, reason: str, by: str) -> None: ...
    def edit(self, order_id: str, by: str) -> None:
        """Give the bill up so that its lines can be changed; see ``DeskState.edits``."""
        ...

    def edited(self, order_id: str) -> EditedBill | None:
        """The lines of one of ``DeskState.edits``; None if somebody took them."""
        ...

    def take_edited(self, order_id: str, draft: str | None = None) -> EditedBill | None:
        """They are on the screen: ``draft`` is kept with the taking, None leaves it as it is."""
        ...


class Tendering(Protocol):
    """Other tenders and splits (``services.tendering``); lane db; raises DomainError."""

    def begin(self, order: Order) -> Sale: ...
    def add(self, tender: TenderOrder) -> SplitState: ...
    def take_back(
        self, tender_id: int, by: str, reason: str, approval: Approval | None = None
    ) -> SplitState: ...
    def state(self, order_id: str) -> SplitState: ...


class People(Protocol):
    """The manager's PIN (``services.people``); lane db; raises DomainError ``pin_wrong``,
    ``pin_locked``, ``no_manager``, ``pin_too_short`` ..."""

    def has_manager(self) -> bool: ...
    def set_up(self, name: str, pin: str) -> None: ...
    def approve(self, pin: str, what: str) -> Approval: ...
    def open_outage(self, approval: Approval) -> int:
        """The moment at which the outage window ends."""
        ...


class Inbox(Protocol):
    """The exceptions inbox (``services.inbox``); lane db; raises DomainError."""

    def entries(self) -> Sequence[InboxEntry]: ...
    def act(self, choice: InboxChoice) -> None: ...


class Refunds(Protocol):
    """Money that goes back (``services.refunds``); lane db; raises DomainError."""

    def offer(self, order_id: str) -> RefundOffer: ...
    def find(self, text: str) -> str | None:
        """The order id of an issued bill by its invoice number (any case) or its last digits."""
        ...

    def give_back(self, asked: ReturnOrder) -> Sequence[MoneyOwed]: ...
    def again(self, key: str, approval: Approval) -> None: ...
    def owed(self) -> Sequence[MoneyOwed]: ...


class Standing(Protocol):
    """Services switched off for the owner's reasons (``services.standing``)."""

    def test_again(self, name: str) -> bool:
        """Lane net: ask the service; True if it is on again."""
        ...


class Sweep(Protocol):
    """The gateway's own list against our bills (``services.sweep``); lane db."""

    def run_now(self) -> None:
        """Look over the whole day at once."""
        ...

    def last(self) -> SweepResult | None:
        """What the last look found."""
        ...


class Trying(Protocol):
    """Registered texts, the channel, and a test (``services.trying``, ``services.channel``);
    ``samples`` and ``change_channel`` in lane db, the others in lane net; raise RaseedError."""

    def samples(self) -> Sequence[Sample]: ...
    def change_channel(self, channel: Channel, approval: Approval) -> int:
        """New bills go by it; how many unsent messages of the former one were dropped."""
        ...

    def send(self, name: str, phone: str, approval: Approval) -> Trial: ...
    def ask(self) -> Trial | None: ...


class Numbers(Protocol):
    """Customers' numbers (``services.consent``, ``contact``, ``forgetting``); lane db; raises
    RaseedError. ``phone`` is E.164."""

    def refused(self, phone: str) -> bool:
        """Whether it wants no messages."""
        ...

    def refuse(self, phone: str, by: str) -> None: ...
    def refuse_for(self, order_id: str, by: str) -> None:
        """The same for the number of this bill."""
        ...

    def agree(self, phone: str, by: str) -> None:
        """The customer asked for messages again."""
        ...

    def correct(self, order_id: str, phone: str | None, consent: Consent | None, by: str) -> None:
        """Another number for a waiting bill, or none."""
        ...

    def forget(self, phone: str, approval: Approval) -> Forgotten: ...


class Desk(Protocol):
    """Reads about bills that are not on the screen; lane db."""

    def state(self) -> DeskState: ...
    def payable(self, order_id: str) -> PayableQr | None: ...
    def history(self, order_id: str) -> PaymentStory | None: ...
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


class Printing(Protocol):
    """The queue of the receipt printer (``services.printing``); lane db; raises DomainError."""

    def print(self, order_id: str | None, by: str) -> bool:
        """True if it will be marked DUPLICATE."""
        ...

    def open_drawer(self, order_id: str) -> None: ...
    def questions(self) -> Sequence[PrintQuestion]: ...
    def answer(self, subject: str, by: str, *, printed: bool) -> None: ...


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
    last good copy is used meanwhile; shown once at the start. ``printing`` exists where there is a
    receipt printer; otherwise bills go to ``paper``.
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
    tendering: Tendering
    people: People
    inbox: Inbox
    refunds: Refunds
    standing: Standing
    sweep: Sweep
    numbers: Numbers
    pictures: Pictures | None = None
    customer: PracticeCustomer | None = None
    trying: Trying | None = None
    problem: str = ""
    printing: Printing | None = None
