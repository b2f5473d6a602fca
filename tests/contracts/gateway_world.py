"""What the contract of ``ports.Gateway`` needs of each kind of gateway: its ``World``.

A world is the real adapter in front of its practice server, and the hands of the people behind it:
a customer who pays, a bank that refuses, a network that fails. The tests (``test_gateway_*.py``)
speak only to the port and to these hands, so that every kind of gateway passes the same ones. A
new kind writes a world and adds it to ``worlds.WORLDS``.
"""

import itertools
import time
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from pos_desktop.domain.payment import Collect, CollectKind, CollectState, RefundStatus
from pos_desktop.net.http import wall_clock
from pos_desktop.ports import CollectIntent, CollectSeen, Gateway, RefundOrder

COUNTER = "Counter 7"
_RUN = time.time_ns() % 10**9
_numbers = itertools.count(1)


class Fault(StrEnum):
    """What goes wrong with the next request; only the last two let the gateway do its work."""

    RATE_LIMITED = "rate_limited"
    BROKEN = "broken"
    HTML = "html"
    HANG = "hang"
    DROPPED = "dropped"
    HANG_AFTER_WORK = "hang_after_work"
    DROPPED_AFTER_WORK = "dropped_after_work"


class World(Protocol):
    """One kind of gateway with everything around it; calm (no fault armed) when it is made."""

    name: str
    kinds: Sequence[CollectKind]

    def gateway(self, *, patience: float = 20.0, known: bool = True) -> Gateway:
        """A new adapter. ``patience``: seconds until an answer counts as lost; not ``known``: with
        a key that the gateway does not know."""
        ...

    def pay(
        self,
        seen: CollectSeen,
        *,
        amount: int | None = None,
        late: bool = False,
        attempt: str | None = None,
    ) -> str:
        """The customer pays (another ``amount``; ``late``: although it is closed; the failed
        ``attempt`` succeeds after all). The payment id."""
        ...

    def fail(self, seen: CollectSeen) -> str:
        """An attempt fails; it stays payable. The payment id."""
        ...

    def authorise(self, seen: CollectSeen) -> str | None:
        """The bank allows a payment that nobody captured yet; its id, None where this kind of
        gateway always captures by itself."""
        ...

    def expire(self, seen: CollectSeen) -> None:
        """Its time is over now."""
        ...

    def arm(self, fault: Fault, *, writing: bool = False, count: int = 1) -> None:
        """The next ``count`` requests (only those that write) meet ``fault``."""
        ...

    def refunds_end(self, status: RefundStatus) -> None:
        """Refunds asked from now on end so soon after; ``pending``: they stay so."""
        ...

    def end_refund(self, refund_id: str, status: RefundStatus) -> None:
        """A pending refund ends now."""
        ...

    def no_balance(self) -> None:
        """The shop's account has no money to give back."""
        ...

    def stray(self, amount: int) -> str:
        """Somebody pays into the account, for no collect of ours. The payment id."""
        ...

    def requests(self) -> int:
        """How many requests the practice server has got, from whomever."""
        ...


def intent_of(kind: CollectKind, amount: int = 124950) -> CollectIntent:
    """A wish to be paid with a reference that was never used."""
    now = wall_clock()
    return CollectIntent(
        reference=f"OURS-{_RUN}-{next(_numbers)}",
        order_id="01JD8Q6W7X",
        kind=kind,
        amount=amount,
        life=1800 if kind is CollectKind.LINK else 300,
        created_at=now,
        description="Shree Stores token 12",
        counter=COUNTER,
        customer_phone="+919812345670",
        return_url="https://relay.example.in/p/FM01/return",
    )


def collect_of(name: str, asked: CollectIntent, seen: CollectSeen) -> Collect:
    """What our database would know of it."""
    return Collect(
        reference=asked.reference,
        order_id=asked.order_id,
        attempt=1,
        kind=asked.kind,
        state=CollectState.OPEN,
        gateway=name,
        amount=asked.amount,
        created_at=asked.created_at,
        gateway_id=seen.gateway_id,
        provider_order_id=seen.provider_order_id,
    )


def refund_order(
    payment_id: str, amount: int, seen: CollectSeen, keys: Sequence[str] = ()
) -> RefundOrder:
    """An order to give ``amount`` of this payment back, with a key of its own unless told."""
    return RefundOrder(
        keys=tuple(keys) or (f"ret-{_RUN}-{next(_numbers)}",),
        payment_id=payment_id,
        amount=amount,
        note="goods returned",
        provider_order_id=_order_of(payment_id, seen),
    )


def _order_of(payment_id: str, seen: CollectSeen) -> str | None:
    """The provider's order as the payment told it, else as the collect did."""
    told = [p.provider_order_id for p in seen.payments if p.payment_id == payment_id]
    return next((order for order in told if order), seen.provider_order_id)
