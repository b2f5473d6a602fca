"""What gives money back and looks for money that went astray, put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pos_desktop.domain.options import CounterOptions
from pos_desktop.ports import Ids
from pos_desktop.services.attaching import Attaching
from pos_desktop.services.inbox import Inbox
from pos_desktop.services.payments import Payments
from pos_desktop.services.refund_book import RefundBook
from pos_desktop.services.refund_watch import Asking, RefundWatch
from pos_desktop.services.refunding import AskRefund
from pos_desktop.services.refunds import Refunds
from pos_desktop.services.solving import Solving
from pos_desktop.services.sweep import Sweep


@dataclass(frozen=True, slots=True)
class MoneyBack:
    """``ask`` is the outbox action of ``effects.REFUND_ASK``, ``steps`` belong to the loop."""

    refunds: Refunds
    inbox: Inbox
    sweep: Sweep
    ask: AskRefund
    steps: Sequence[Callable[[int], int | None]]


def money_back(asking: Asking, payments: Payments, counter: CounterOptions, ids: Ids) -> MoneyBack:
    """Wire everything of one counter; nothing runs yet."""
    book = RefundBook(ids)
    refunds = Refunds(asking.store, asking.clock, asking.gateways, asking.listener)
    inbox = Inbox(asking.store, asking.clock, asking.listener, refunds, Attaching(payments))
    sweep = Sweep(asking, payments, counter)
    watch, solving = RefundWatch(asking, book), Solving(asking.store, asking.listener)
    ask = AskRefund(asking.gateways, book)
    return MoneyBack(refunds, inbox, sweep, ask, (watch.step, sweep.step, solving.step))
