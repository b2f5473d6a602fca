"""Whether what was told still holds, by what the desk says now. Pure."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pos_desktop.services.views import DeskState, WaitingBill

# With these nobody can pay by what was sent: the bill needs the cashier, whatever its card says.
_NOT_THERE = frozenset({"failed", "waits_for_relay"})


def holds(code: str, order_id: str, before: DeskState, now: DeskState) -> bool:
    """Whether the message ``code`` about this bill ("": about none) may stay.

    ``before`` is the reading that was shown last, ``now`` the one after it.
    """
    if code in _OF_BILLS:
        bill = next((bill for bill in now.waiting if bill.order_id == order_id), None)
        return _OF_BILLS[code](bill)
    return code not in _OF_DESK or _OF_DESK[code](before, now)


def _waits(bill: WaitingBill | None) -> bool:
    """Its customer can pay, and nobody has to do anything."""
    if bill is None or bill.paid_at is not None or bill.attention:
        return False
    return bill.message_words not in _NOT_THERE


def _unpaid(bill: WaitingBill | None) -> bool:
    return bill is not None and bill.paid_at is None


def _owed(before: DeskState, now: DeskState) -> bool:
    """None of the refunds that are not done was done."""
    return 0 < now.owed >= before.owed


def _undecided(before: DeskState, now: DeskState) -> bool:
    """None of the entries has gone."""
    return 0 < now.inbox >= before.inbox


_OF_BILLS: MappingProxyType[str, Callable[[WaitingBill | None], bool]] = MappingProxyType(
    {
        "requested": _waits,
        "requested_practice": _waits,
        "sent_again": _waits,
        "split_waits": _unpaid,
        "edit_begun": lambda bill: bill is not None and bill.words == "closing_to_edit",
        "abandon_begun": lambda bill: bill is not None and bill.words == "closing_to_abandon",
        # Given up, and on the panel again: late money.
        "abandoned": lambda bill: bill is None,
        "handed_over_unpaid": _unpaid,
    }
)
_OF_DESK: MappingProxyType[str, Callable[[DeskState, DeskState], bool]] = MappingProxyType(
    {
        "return_asked": _owed,
        "act_refund_done": _owed,
        "act_refund_again_done": _owed,
        "act_check_again_done": _undecided,
        "no_waiting": lambda _, now: not now.waiting,
        "nothing_paid": lambda _, now: not _paid(now),
        "which_goods": lambda _, now: _paid(now) > 1,
        "on_again": lambda _, now: not now.services_off,
        "still_off": lambda _, now: now.testable,
        "outage_open": lambda _, now: now.outage_until is not None,
    }
)


def _paid(state: DeskState) -> int:
    """How many paid bills wait for their goods."""
    return sum(bill.words == "paid_give_goods" for bill in state.waiting)
