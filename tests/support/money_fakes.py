"""Stand-ins for the services that move money: tenders, PINs, the inbox, refunds, services off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Sale

if TYPE_CHECKING:
    from pos_desktop.services.order import Order
    from pos_desktop.services.tendering import SplitState, TenderOrder
    from pos_desktop.services.views import (
        InboxChoice,
        InboxEntry,
        MoneyOwed,
        RefundOffer,
        ReturnOrder,
    )

PIN = "482913"
NOW = 1_795_410_720_000


@dataclass
class Refusing:
    """Remembers what was asked; ``refuse`` is raised by the next call."""

    calls: list[tuple[str, object]] = field(default_factory=list)
    refuse: Exception | None = None

    def note(self, name: str, what: object) -> None:
        """One call."""
        if self.refuse is not None:
            error, self.refuse = self.refuse, None
            raise error
        self.calls.append((name, what))


@dataclass
class Tendering(Refusing):
    """Answers ``now``."""

    sale: Sale | None = None
    now: SplitState | None = None

    def begin(self, order: Order) -> Sale:
        self.note("begin", order)
        if self.sale is None:
            raise DomainError("nothing_to_pay")
        return self.sale

    def add(self, tender: TenderOrder) -> SplitState:
        self.note("add", tender)
        return self._state()

    def take_back(
        self, tender_id: int, by: str, reason: str, approval: Approval | None = None
    ) -> SplitState:
        self.note("take_back", (tender_id, by, reason, approval))
        return self._state()

    def state(self, order_id: str) -> SplitState:
        self.note("state", order_id)
        return self._state()

    def _state(self) -> SplitState:
        if self.now is None:
            raise DomainError("not_waiting")
        return self.now


@dataclass
class People(Refusing):
    """A manager whose PIN is ``PIN``; ``pin`` None: nobody has set one up."""

    pin: str | None = PIN
    name: str = "Meera"
    seconds: int = 0

    def has_manager(self) -> bool:
        return self.pin is not None

    def set_up(self, name: str, pin: str) -> None:
        self.note("set_up", name)
        self.name, self.pin = name, pin

    def approve(self, pin: str, what: str) -> Approval:
        self.note("approve", what)
        if self.pin is None:
            raise DomainError("no_manager")
        if self.seconds:
            raise DomainError("pin_locked", seconds=self.seconds)
        if pin != self.pin:
            raise DomainError("pin_wrong", tries_left=4)
        return Approval(self.name, NOW, what)

    def lock(self, seconds: int) -> None:
        """So many wrong PINs were typed."""
        self.seconds = seconds

    def open_outage(self, approval: Approval) -> int:
        self.note("open_outage", approval)
        return NOW + 3_600_000


@dataclass
class Inbox(Refusing):
    """The entries that the test put in."""

    now: Sequence[InboxEntry] = ()

    def entries(self) -> Sequence[InboxEntry]:
        return self.now

    def act(self, choice: InboxChoice) -> None:
        self.note("act", choice)


@dataclass
class Refunds(Refusing):
    """One bill that may be refunded."""

    offered: RefundOffer | None = None
    money: Sequence[MoneyOwed] = ()

    def offer(self, order_id: str) -> RefundOffer:
        self.note("offer", order_id)
        if self.offered is None:
            raise DomainError("not_issued")
        return self.offered

    def find(self, text: str) -> str | None:
        self.note("find", text)
        return self.offered.order_id if self.offered is not None else None

    def give_back(self, asked: ReturnOrder) -> Sequence[MoneyOwed]:
        self.note("give_back", asked)
        return self.money

    def again(self, key: str, approval: Approval) -> None:
        self.note("again", (key, approval))

    def owed(self) -> Sequence[MoneyOwed]:
        return self.money


@dataclass
class Standing(Refusing):
    """``mended``: what the next test again finds."""

    mended: bool = True

    def _asked(self, name: str) -> bool:
        self.note("test_again", name)
        return self.mended

    # Under its own name it would look like a test that proves nothing.
    test_again = _asked
