"""The world of Razorpay: the adapter and the practice server's control."""

import time
from collections.abc import Sequence

from pos_desktop.domain.options import GatewayOptions
from pos_desktop.domain.payment import CollectKind, RefundStatus
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.net.http import HttpClient, wall_clock
from pos_desktop.ports import CollectSeen, Gateway
from tests.contracts.gateway_world import Fault
from tests.support.practice import Practice

#: What the practice servers call each fault.
FAULTS = {
    Fault.RATE_LIMITED: "status_429",
    Fault.BROKEN: "status_500",
    Fault.HTML: "html",
    Fault.HANG: "hang",
    Fault.DROPPED: "refuse",
    Fault.HANG_AFTER_WORK: "hang_after_work",
    Fault.DROPPED_AFTER_WORK: "refuse_after_work",
}


class RealClock:
    """The clock of this machine."""

    def now(self) -> int:
        return wall_clock()

    def monotonic(self) -> float:
        return time.monotonic()


class RazorpayWorld:
    """``World`` of Razorpay."""

    name = "razorpay"
    kinds: Sequence[CollectKind] = tuple(CollectKind)

    def __init__(self, practice: Practice) -> None:
        self.practice = practice

    def gateway(self, *, patience: float = 20.0, known: bool = True) -> Gateway:
        line = self.practice.line
        secret = line["key_secret"] if known else "wrong"
        http = HttpClient(line["razorpay"], (line["key_id"], secret), (2.0, patience))
        return RazorpayGateway(http, GatewayOptions(base_url=line["razorpay"]), RealClock())

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
        return str(self.practice.do("authorise", collect_id=seen.gateway_id)["payment_id"])

    def expire(self, seen: CollectSeen) -> None:
        self.practice.do("expire", collect_id=seen.gateway_id)

    def arm(self, fault: Fault, *, writing: bool = False, count: int = 1) -> None:
        more = {"method": "POST"} if writing else {}
        self.practice.fault("razorpay", FAULTS[fault], count=count, **more)

    def refunds_end(self, status: RefundStatus) -> None:
        self.practice.features(refunds=status.value, refund_ms=0)

    def end_refund(self, refund_id: str, status: RefundStatus) -> None:
        self.practice.do(f"refunds/{refund_id}", status=status.value)

    def no_balance(self) -> None:
        self.practice.features(refunds="low_balance")

    def stray(self, amount: int) -> str:
        return str(self.practice.do("stray", amount=amount)["payment_id"])

    def requests(self) -> int:
        return len(self.practice.journal("razorpay"))
