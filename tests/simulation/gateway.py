"""``ports.Gateway`` in front of the simulated account, with a line that fails in every way."""

from collections.abc import Callable, Sequence
from random import Random

from pos_desktop.domain.payment import (
    Collect,
    CollectKind,
    GatewayStatus,
    PaymentFact,
    PaymentStatus,
    RefundFact,
    RefundStatus,
)
from pos_desktop.ports import (
    Capabilities,
    CollectIntent,
    CollectSeen,
    GatewayError,
    GatewayErrorKind,
    ListedPayment,
    RefundOrder,
)
from tests.simulation.account import Account, Refused, Thing
from tests.simulation.line import Caller, Line
from tests.simulation.world import World

_PAYMENT = {
    "created": PaymentStatus.CREATED,
    "authorised": PaymentStatus.AUTHORISED,
    "captured": PaymentStatus.CAPTURED,
    "failed": PaymentStatus.FAILED,
    "refunded": PaymentStatus.REFUNDED,
}


class SimGateway:
    """What the adapter of one counter would be; errors as ``ports.Gateway`` says."""

    def __init__(self, world: World, account: Account, line: Line, caller: Caller) -> None:
        self.name = account.name
        self._world = world
        self._account = account
        self._caller = caller
        self._chance: Random = world.chance(f"gateway of {caller.number}")
        self._line = line
        self.payload = True

    def capabilities(self) -> Capabilities:
        return Capabilities(True, True, self.payload, True, 7200, 60)

    def ping(self) -> None:
        self._line.call("ping", "", lambda: {}, write=False)

    # -- payable objects -----------------------------------------------------------------------

    def create(self, intent: CollectIntent) -> CollectSeen:
        wanted: Thing = {
            "kind": intent.kind.value,
            "reference": intent.reference,
            "order": intent.order_id,
            "counter": intent.counter,
            "amount": intent.amount,
            "currency": "INR",
            "life": intent.life,
        }
        faults = self._world.faults
        if faults.strike("gateway_other_amount", 0.5):
            wanted["amount"] = intent.amount * 100
        if faults.strike("gateway_other_currency", 0.5):
            wanted["currency"] = "USD"

        def make() -> Thing:
            if faults.strike("gateway_refuses", 0.5):
                self._caller.travels(self._chance.choice((300, 12_000, 12_000, 19_000)))
                raise Refused(self._chance.choice(("validation", "feature_off")))
            made = self._account.make(wanted)
            made["odd"] = faults.strike("gateway_odd_address", 0.6)
            return self._account.view(made["id"])

        try:
            return self._checked(self._line.call("create", intent.reference, make, write=True))
        except GatewayError as error:
            if error.kind is not GatewayErrorKind.DUPLICATE:
                raise
            # The adapter looks itself: the reference is ours.
            found = self.find(intent)
            if found is None:
                raise
            return found

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        def look() -> Thing:
            found = self._account.by_reference(intent.reference, intent.kind.value)
            if found is None:
                return {}
            if self._world.now - found["made_at"] < self._line.lag():
                self._world.note("gateway", "hid", reference=intent.reference)
                return {}
            return self._account.view(found["id"])

        found = self._line.call("find", intent.reference, look, write=False)
        return self._checked(found) if found else None

    def fetch(self, collect: Collect) -> CollectSeen:
        gateway_id = _known(collect)
        view = self._line.call(
            "fetch",
            collect.reference,
            lambda: self._account.view(gateway_id, age=self._line.age()),
            write=False,
        )
        return self._seen(view)

    def close(self, collect: Collect) -> CollectSeen:
        gateway_id = _known(collect)

        def close() -> Thing:
            self._account.close(gateway_id)
            return self._account.view(gateway_id)

        return self._seen(self._line.call("close", collect.reference, close, write=True))

    # -- money ---------------------------------------------------------------------------------

    def capture(self, payment_id: str, amount: int) -> PaymentFact:
        def capture() -> Thing:
            payment = self._account.payments.get(payment_id)
            if payment is None:
                raise Refused("not_found")
            if payment["status"] not in ("authorised", "captured", "refunded"):
                raise Refused("state")
            if amount != payment["amount"]:
                raise Refused("validation")
            self._account.capture(payment)
            return dict(payment)

        return self._fact(self._line.call("capture", payment_id, capture, write=True))

    def refund(self, order: RefundOrder) -> RefundFact:
        def give_back() -> Thing:
            if self._world.faults.strike("refund_refused"):
                raise Refused("validation")
            known = len(self._account.refunds)
            refund = self._account.refund(order.payment_id, order.amount, order.key)
            if len(self._account.refunds) > known:
                self._begin(refund)
            return dict(refund)

        return self._refunded(self._line.call("refund", order.key, give_back, write=True))

    def find_refund(self, order: RefundOrder) -> RefundFact | None:
        def look() -> Thing:
            self._forgotten(order)
            found = [
                r
                for r in self._account.refunds.values()
                if r["key"] in order.keys or r["id"] == order.refund_id
            ]
            young = found and self._world.now - found[-1]["created_at"] < self._line.age()
            return dict(found[-1]) if found and not young else {}

        found = self._line.call("find_refund", order.key, look, write=False)
        return self._refunded(found) if found else None

    def payments_between(self, start: int, end: int) -> Sequence[ListedPayment]:
        # The adapter knows how wrong this computer's clock is, and asks for both readings of it.
        skew = -self._caller.offset()
        first, last = min(start, start + skew), max(end, end + skew)

        def listed() -> Thing:
            inside = [
                dict(p) for p in self._account.payments.values() if first <= p["created_at"] <= last
            ]
            return {"items": sorted(inside, key=lambda p: int(p["created_at"]))}

        answer = self._line.call("payments_between", "", listed, write=False)
        return [
            ListedPayment(self._fact(p), p["object"] or None, p["reference"], p["counter"])
            for p in answer["items"]
        ]

    def _forgotten(self, order: RefundOrder) -> None:
        """The gateway may not know the payment at all, but then it never gave anything back."""
        begun = any(r["payment"] == order.payment_id for r in self._account.refunds.values())
        late = any(r["late"] and r["subject"] in order.keys for r in self._account.requests)
        if not begun and not late and self._world.faults.strike("payment_not_known"):
            raise Refused("not_found")

    def _begin(self, refund: Thing) -> None:
        """It ends at once, soon, or in days."""
        if self._chance.random() < 0.5:
            self._end(refund)()
        else:
            self._world.after(self._refund_time(), self._end(refund))

    def _refund_time(self) -> int:
        if self._world.faults.strike("refund_slow"):
            return 5 * 24 * 3_600_000
        return self._chance.choice((0, 3_000, 90_000, 3_600_000))

    def _end(self, refund: Thing) -> Callable[[], None]:
        def end() -> None:
            faults = self._world.faults
            failed = faults.strike("refund_failed")
            self._account.end_refund(refund, "failed" if failed else "processed")
            # Without hooks nobody would look at a failed one again.
            if failed and self._caller.listening and faults.strike("refund_failed_then_processed"):
                wait = self._chance.choice((3_000, 10_000, 30_000))
                self._world.after(wait, lambda: self._account.after_all(refund))

        return end

    def _checked(self, view: Thing) -> CollectSeen:
        """As the adapter does it: what leads to another host is never shown to anybody."""
        if view["odd"]:
            self._world.note("gateway", "hid", reference=view["reference"])
            raise GatewayError(GatewayErrorKind.VALIDATION, "A host that is not known.")
        return self._seen(view)

    # -- into the words of the port ------------------------------------------------------------

    def _seen(self, view: Thing) -> CollectSeen:
        payments = tuple(self._fact(p) for p in view["payments"])
        by_link = view["kind"] == "link"
        rupees = f"{view['amount'] / 100:.2f}"
        upi = f"upi://pay?pa=s@b&am={rupees}&cu=INR&tr={view['id']}"
        return CollectSeen(
            gateway_id=view["id"],
            kind=CollectKind(view["kind"]),
            status=self._status(view),
            amount=view["amount"],
            currency=view["currency"],
            reference=view["reference"],
            url=f"https://rzp.io/rzp/{view['id']}" if by_link else None,
            upi_payload=None if by_link or not self.payload else upi,
            image_url=None if by_link else f"https://rzp.io/i/{view['id']}",
            # As this computer's clock will show it: the adapter knows the difference.
            expires_at=view["expires_at"] + self._caller.offset(),
            payments=payments,
        )

    def _status(self, view: Thing) -> GatewayStatus:
        if view["status"] != "paid" and self._world.faults.strike("gateway_odd_word"):
            return GatewayStatus.UNKNOWN
        return _status(view)

    def _fact(self, payment: Thing) -> PaymentFact:
        return PaymentFact(
            gateway=self.name,
            payment_id=payment["id"],
            status=_PAYMENT[payment["status"]],
            amount=payment["amount"],
            currency=payment["currency"],
            created_at=payment["created_at"],
            method="upi",
            amount_refunded=payment["refunded"],
            rrn=payment["rrn"] if payment["captured_at"] is not None else None,
            error_reason=payment["error"],
        )

    def _refunded(self, refund: Thing) -> RefundFact:
        return RefundFact(
            gateway=self.name,
            refund_id=refund["id"],
            payment_id=refund["payment"],
            status=RefundStatus(refund["status"]),
            amount=refund["amount"],
            currency=refund["currency"],
            created_at=refund["created_at"],
            key=refund["key"] or None,
            bank_ref=refund["bank_ref"],
        )


def _status(view: Thing) -> GatewayStatus:
    """As the adapters say it: what is covered is paid, whatever the object's own word."""
    taken = sum(
        p["amount"]
        for p in view["payments"]
        if p["status"] == "captured" and p["currency"] == "INR"
    )
    if taken >= view["amount"]:
        return GatewayStatus.PAID
    if view["status"] == "active":
        return GatewayStatus.PART if taken else GatewayStatus.OPEN
    return {
        "paid": GatewayStatus.PAID,
        "cancelled": GatewayStatus.CANCELLED,
        "expired": GatewayStatus.EXPIRED,
    }[view["status"]]


def _known(collect: Collect) -> str:
    if collect.gateway_id is None:
        raise GatewayError(GatewayErrorKind.NOT_FOUND, "The gateway's id is not known yet.")
    return collect.gateway_id
