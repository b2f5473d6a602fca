"""UPI QR codes at Cashfree: an order, and a payment session that draws its QR (gateways 2.3).

The order's id there is our reference. An order without a session cannot be paid by anybody.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace

from pos_desktop.domain.payment import PaymentFact
from pos_desktop.gateways import cashfree_asks as asks
from pos_desktop.gateways import cashfree_wire as wire
from pos_desktop.gateways.cashfree_calls import CashfreeCalls, order_path
from pos_desktop.gateways.cashfree_money import CashfreeMoney, Refunds
from pos_desktop.gateways.reading import as_text, check_owner, unexpected, written
from pos_desktop.ports import CollectIntent, CollectSeen, GatewayError, GatewayErrorKind

_TERMINATE = {"order_status": "TERMINATED"}
_SESSIONS = 3
_NO_SESSION = frozenset(
    {GatewayErrorKind.VALIDATION, GatewayErrorKind.NOT_FOUND, GatewayErrorKind.AUTH}
)


class CashfreeQrs:
    """Make, look, terminate. ``off``: the account turned out to draw no QR."""

    def __init__(self, calls: CashfreeCalls, money: CashfreeMoney) -> None:
        self._calls = calls
        self._money = money
        self._off = threading.Event()

    @property
    def off(self) -> bool:
        """Whether the last session was refused for good."""
        return self._off.is_set()

    def forget(self) -> None:
        """Let the next QR be asked for."""
        self._off.clear()

    def create(self, intent: CollectIntent) -> CollectSeen:
        """An order with its QR. Raises GatewayError ``duplicate`` where the reference was used,
        ``feature_off`` where the account draws none."""
        body = asks.order_body(intent, self._calls.server_now())
        item = self._calls.post("/orders", body)
        with written():
            seen = wire.order_seen(wire.same(item, "order_id", intent.reference), ())
            session = _session(item)
        try:
            picture = self._picture(intent.reference, session)
        except GatewayError as error:
            # How the missing S2S flag shows is not documented; the order was taken with our key.
            if error.kind not in _NO_SESSION or error.http_status == 401:
                raise
            self._off.set()
            raise GatewayError(GatewayErrorKind.FEATURE_OFF, error.text) from error
        self._off.clear()
        return replace(seen, image_url=picture)

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The order, or None where there is none; while it can be paid, with its QR: the answer
        that had it may be lost."""
        order_id = intent.reference
        item = self._calls.find(order_path(order_id))
        if item is None:
            return None
        check_owner(item.get("order_tags"), intent)
        seen = self._seen(item, order_id)
        if item.get("order_status") != wire.ACTIVE:
            return seen
        return replace(seen, image_url=self._picture(order_id, _session(item)))

    def look(self, order_id: str, *, settled: bool) -> CollectSeen:
        """The order and, once it is more than active, its payments; ``settled``: it is paid, and
        what went back of it is the news."""
        known = self._money.refunds(order_id) if settled else None
        return self._seen(self._calls.get(order_path(order_id)), order_id, known)

    def close(self, order_id: str) -> CollectSeen:
        """Terminate, then look for money: an attempt that is running may still succeed."""
        item = self._calls.patch(order_path(order_id), _TERMINATE)
        with written():
            return self._seen(item, order_id)

    def _seen(
        self, item: Mapping[str, object], order_id: str, known: Refunds | None = None
    ) -> CollectSeen:
        word = wire.same(item, "order_id", order_id).get("order_status")
        payments: tuple[PaymentFact, ...] = ()
        if word != wire.ACTIVE or self._calls.looks.take():
            payments = self._money.of_order(order_id)
        return wire.order_seen(item, self._money.less_refunds(payments, known))

    def _picture(self, order_id: str, session: str) -> str:
        """The data URI of the QR. The same key draws the same QR again; one that answers something
        else for ever (2.1) is left behind."""
        for number in range(1, _SESSIONS):
            try:
                return self._drawn(session, f"{order_id}-qr-{number}")
            except GatewayError as error:
                if not self._spent(error, order_id):
                    raise
        return self._drawn(session, f"{order_id}-qr-{_SESSIONS}")

    def _spent(self, error: GatewayError, order_id: str) -> bool:
        """Whether the key keeps a server error of which no attempt came, or another session's
        answer: a picture that reached nobody can be paid by nobody."""
        status = error.http_status or 0
        return status == 422 or (status >= 500 and not self._money.running(order_id))

    def _drawn(self, session: str, key: str) -> str:
        item = self._calls.post("/orders/sessions", asks.session_body(session), key)
        picture = wire.qr_picture(item)
        if picture is None:
            text = "The account gives no picture of a QR."
            raise GatewayError(GatewayErrorKind.VALIDATION, text)
        return picture


def _session(item: Mapping[str, object]) -> str:
    found = as_text(item.get("payment_session_id"))
    if found is None:
        raise unexpected("the order has no payment session")
    return found
