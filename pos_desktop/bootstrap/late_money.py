"""The services that move money, as they come into being after the first paint (see ``late``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pos_desktop.bootstrap.late import LateCounter
    from pos_desktop.domain.options import Channel
    from pos_desktop.domain.people import Approval
    from pos_desktop.domain.sale import Sale
    from pos_desktop.ports import Sample
    from pos_desktop.services.order import Order
    from pos_desktop.services.sweep_result import SweepResult
    from pos_desktop.services.tendering import SplitState, TenderOrder
    from pos_desktop.services.trying import Trial
    from pos_desktop.services.views import (
        InboxChoice,
        InboxEntry,
        MoneyOwed,
        RefundOffer,
        ReturnOrder,
    )


class LateTendering:
    """gui.presenters.ports.Tendering in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def begin(self, order: Order) -> Sale:
        return self._late.get().tendering.begin(order)

    def add(self, tender: TenderOrder) -> SplitState:
        return self._late.get().tendering.add(tender)

    def take_back(
        self, tender_id: int, by: str, reason: str, approval: Approval | None = None
    ) -> SplitState:
        return self._late.get().tendering.take_back(tender_id, by, reason, approval)

    def state(self, order_id: str) -> SplitState:
        return self._late.get().tendering.state(order_id)


class LatePeople:
    """gui.presenters.ports.People in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def has_manager(self) -> bool:
        return self._late.get().people.has_manager()

    def set_up(self, name: str, pin: str) -> None:
        self._late.get().people.set_up(name, pin)

    def approve(self, pin: str, what: str) -> Approval:
        return self._late.get().people.approve(pin, what)

    def open_outage(self, approval: Approval) -> int:
        return self._late.get().people.open_outage(approval)


class LateInbox:
    """gui.presenters.ports.Inbox in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def entries(self) -> Sequence[InboxEntry]:
        return self._late.get().inbox.entries()

    def act(self, choice: InboxChoice) -> None:
        self._late.get().inbox.act(choice)


class LateRefunds:
    """gui.presenters.ports.Refunds in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def offer(self, order_id: str) -> RefundOffer:
        return self._late.get().refunds.offer(order_id)

    def find(self, text: str) -> str | None:
        return self._late.get().refunds.find(text)

    def give_back(self, asked: ReturnOrder) -> Sequence[MoneyOwed]:
        return self._late.get().refunds.give_back(asked)

    def again(self, key: str, approval: Approval) -> None:
        self._late.get().refunds.again(key, approval)

    def owed(self) -> Sequence[MoneyOwed]:
        return self._late.get().refunds.owed()


class LateSweep:
    """gui.presenters.ports.Sweep in the db lane."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def run_now(self) -> None:
        self._late.get().sweep.run_now()
        self._late.wake()

    def last(self) -> SweepResult | None:
        return self._late.get().sweep.last()


class LateTrying:
    """gui.presenters.ports.Trying in the db and net lanes."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def samples(self) -> Sequence[Sample]:
        return self._late.get().trying.samples()

    def change_channel(self, channel: Channel, approval: Approval) -> int:
        return self._late.get().channels.change(channel, approval)

    def send(self, name: str, phone: str, approval: Approval) -> Trial:
        return self._late.wait().trying.send(name, phone, approval)

    def ask(self) -> Trial | None:
        return self._late.wait().trying.ask()


class LateStanding:
    """gui.presenters.ports.Standing in the net lane; the counter is open by then."""

    def __init__(self, late: LateCounter) -> None:
        self._late = late

    def test_again(self, name: str) -> bool:
        return self._late.wait().standing.test_again(name)
