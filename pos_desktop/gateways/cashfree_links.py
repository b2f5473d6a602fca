"""Cashfree's payment links (reference gateways 2.2): the link's id there is our reference."""

from collections.abc import Mapping

from pos_desktop.domain.payment import PaymentFact
from pos_desktop.gateways import cashfree_asks as asks
from pos_desktop.gateways import cashfree_wire as wire
from pos_desktop.gateways.cashfree_calls import CashfreeCalls, link_path
from pos_desktop.gateways.cashfree_money import CashfreeMoney, Refunds
from pos_desktop.gateways.cashfree_parts import as_moment, as_paise
from pos_desktop.gateways.reading import as_text, check_owner, unexpected, written
from pos_desktop.ports import CollectIntent, CollectSeen


class CashfreeLinks:
    """Make, look, cancel."""

    def __init__(self, calls: CashfreeCalls, money: CashfreeMoney) -> None:
        self._calls = calls
        self._money = money

    def create(self, intent: CollectIntent) -> CollectSeen:
        """Make it payable. Raises GatewayError ``duplicate`` where the reference was used."""
        item = self._calls.post("/links", asks.link_body(intent, self._calls.server_now()))
        with written():
            # Nobody can have paid a new link: nothing more to ask.
            return wire.link_seen(wire.same(item, "link_id", intent.reference), ())

    def find(self, intent: CollectIntent) -> CollectSeen | None:
        """The link with our reference, or None where there is none."""
        link_id = intent.reference
        item = self._calls.find(link_path(link_id))
        if item is None:
            return None
        check_owner(item.get("link_notes"), intent)
        return self._seen(item, link_id)

    def look(self, link_id: str) -> CollectSeen:
        """The link with the payments of its orders."""
        return self._seen(self._calls.get(link_path(link_id)), link_id)

    def look_back(self, link_id: str, order_id: str | None) -> CollectSeen:
        """The same of one that is paid: what went back of it, above all of this order, is the
        news."""
        known = self._money.refunds(order_id)
        return self._seen(self._calls.get(link_path(link_id)), link_id, known)

    def close(self, link_id: str) -> CollectSeen:
        """Cancel, then look for money. Raises GatewayError where it cannot be cancelled."""
        item = self._calls.post(f"{link_path(link_id)}/cancel", {})
        with written():
            return self._seen(item, link_id)

    def _seen(
        self, item: Mapping[str, object], link_id: str, known: Refunds | None = None
    ) -> CollectSeen:
        wire.same(item, "link_id", link_id)
        payments: list[PaymentFact] = []
        for order_id in self._orders(item, link_id):
            payments += self._money.of_order(order_id)
        return wire.link_seen(item, self._money.less_refunds(payments, known))

    def _orders(self, item: Mapping[str, object], link_id: str) -> list[str]:
        """The orders worth asking for payments: each attempt of the customer makes one (2.2).

        An order that is still ACTIVE has taken no money; the newest tells of the last attempt.
        """
        if not _has_news(item) and not self._calls.looks.take():
            return []
        listed = self._calls.get_list(f"{link_path(link_id)}/orders?status=ALL")
        asked = [order for order in listed if order.get("order_status") != wire.ACTIVE]
        newest = max(listed, key=lambda order: as_moment(order.get("created_at")) or 0, default={})
        if newest and newest not in asked:
            asked.append(newest)
        return [_order_id(order) for order in asked]


def _has_news(item: Mapping[str, object]) -> bool:
    """Whether the link itself says that something was paid, or that it is over."""
    paid = item.get("link_amount_paid")
    some = paid is not None and as_paise(paid, "the amount paid on the link") > 0
    return some or item.get("link_status") != wire.ACTIVE


def _order_id(order: Mapping[str, object]) -> str:
    found = as_text(order.get("order_id"))
    if found is None:
        raise unexpected("an order of the link has no id")
    return found
