"""The world of Cashfree: the adapter and the practice server's control."""

from collections.abc import Sequence

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import CollectKind, RefundStatus
from pos_desktop.gateways.registry import Line, gateway_of
from pos_desktop.ports import CollectSeen, Gateway
from tests.contracts.gateway_world import Fault, intent_of
from tests.contracts.razorpay_world import FAULTS, RealClock
from tests.support.practice import Practice

_WRITES = "POST,PATCH"


class CashfreeWorld:
    """``World`` of Cashfree; its ids of links and orders are our references."""

    name = "cashfree"
    kinds: Sequence[CollectKind] = tuple(CollectKind)

    def __init__(self, practice: Practice) -> None:
        self.practice = practice

    def gateway(self, *, patience: float = 20.0, known: bool = True) -> Gateway:
        line = self.practice.line
        secret = line["cashfree_secret"] if known else "wrong"
        options = GatewayOptions(
            name="cashfree", base_url=line["cashfree"], key_id=line["cashfree_id"]
        )
        return gateway_of(options, secret, RealClock(), Line((2.0, patience)))

    def pay(
        self,
        seen: CollectSeen,
        *,
        amount: int | None = None,
        late: bool = False,
        attempt: str | None = None,
    ) -> str:
        asked = {"amount": amount, "payment_id": attempt}
        more = {name: value for name, value in asked.items() if value is not None}
        return self.practice.pay(seen.gateway_id, late=late, **more)

    def fail(self, seen: CollectSeen) -> str:
        return str(self.practice.do("fail", collect_id=seen.gateway_id)["payment_id"])

    def authorise(self, seen: CollectSeen) -> str | None:
        return None

    def expire(self, seen: CollectSeen) -> None:
        self.practice.do("expire", collect_id=seen.gateway_id)

    def arm(self, fault: Fault, *, writing: bool = False, count: int = 1) -> None:
        more = {"method": _WRITES} if writing else {}
        self.practice.fault("cashfree", FAULTS[fault], count=count, **more)

    def refunds_end(self, status: RefundStatus) -> None:
        self.practice.features(refunds=status.value, refund_ms=0)

    def end_refund(self, refund_id: str, status: RefundStatus) -> None:
        self.practice.do(f"cashfree/refunds/{refund_id}", status=status.value)

    def no_balance(self) -> None:
        self.practice.features(refunds="low_balance")

    def stray(self, amount: int) -> str:
        made = self.gateway().create(intent_of(CollectKind.LINK, amount))
        return self.pay(made)

    def requests(self) -> int:
        return len(self.practice.journal("cashfree"))
