"""Where every rupee ended: on a bill, in the inbox, or back with the customer.

Part of the checker: it reads the gateway's own books, the history and plain rows, and imports
nothing of the program.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.books import Books, Row
from tests.simulation.promise import hold

Thing = Mapping[str, Any]
EXCESS = ("late", "duplicate", "over", "unmatched")
STANDING = (
    "SELECT t.tender_id, t.order_id, t.kind, t.amount, t.reference FROM tenders t"
    " WHERE NOT EXISTS (SELECT 1 FROM tender_reversals r WHERE r.tender_id = t.tender_id)"
)


@dataclass
class Shop:
    """The rows of all counters together, and which counter keeps the money that names nobody."""

    sales: dict[str, Row] = field(default_factory=dict)
    facts: list[Row] = field(default_factory=list)
    tenders: list[Row] = field(default_factory=list)
    flags: list[Row] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    keepers: dict[str, set[int]] = field(default_factory=dict)

    def add(self, number: int, books: Books) -> None:
        """Read one counter's file."""
        self.sales.update({r["order_id"]: r for r in books.rows("SELECT * FROM sales")})
        facts = books.rows("SELECT * FROM facts ORDER BY fact_seq")
        for fact in facts:
            self.keepers.setdefault(fact["payment_id"], set()).add(number)
        self.facts += facts
        self.tenders += books.rows(STANDING)
        self.flags += books.rows("SELECT * FROM flags")
        self.refunds += books.rows("SELECT * FROM refunds")


def money_at_rest(gateway: Thing, shop: Shop) -> None:
    """Every captured rupee is somewhere, and nowhere twice. Raises Broken."""
    for payment in gateway["payments"].values():
        if payment["captured_at"] is not None:
            _captured(gateway, payment, shop)
    for refund in shop.refunds:
        _refund(gateway, refund)
    known = {key for refund in shop.refunds for key in wire_keys(refund)}
    for given in gateway["refunds"].values():
        hold("refunds_are_asked_for", not given["key"] or given["key"] in known, given["key"])
    _goods(shop)
    _told_once(shop)
    for order_id, sale in shop.sales.items():
        left = [t for t in shop.tenders if t["order_id"] == order_id]
        if sale["state"] == "abandoned":
            hold("abandoned_without_money", not left, f"{order_id} {left}")
    asserted = Counter(t["reference"] for t in shop.tenders if t["kind"] == "own_upi")
    twice = [rrn for rrn, times in asserted.items() if times > 1]
    hold("one_bill_for_an_rrn", not twice, twice)


def _told_once(shop: Shop) -> None:
    """One statement of a gateway is one row, and so is one thing for a person to decide."""
    flags = [(f["order_id"], f["kind"], f["detail"]) for f in shop.flags if f["order_id"]]
    told = [(f["order_id"], f["payment_id"], f["status"], f["amount_refunded"]) for f in shop.facts]
    for rows in (flags, told):
        twice = [row for row, times in Counter(rows).items() if times > 1]
        hold("told_once", not twice, twice)


def _captured(gateway: Thing, payment: Thing, shop: Shop) -> None:
    payment_id = payment["id"]
    told = [f for f in shop.facts if f["payment_id"] == payment_id]
    seen = any(f["status"] in ("captured", "refunded") for f in told)
    hold("money_is_seen", seen, payment_id)
    keepers = shop.keepers[payment_id]
    hold("money_at_one_counter", len(keepers) == 1, f"{payment_id} at {sorted(keepers)}")
    named = [f for f in shop.flags if payment_id in f["detail"].split()]
    told_foreign = [f for f in shop.flags if f["order_id"] == payment["order"]]
    if payment["currency"] != "INR":
        hold("foreign_money_is_told", named or _any(told_foreign, "mismatch"), payment_id)
        return
    _told_elsewhere(payment, shop)
    _one_place(payment, named, _spare(gateway, payment, shop), shop)


def _told_elsewhere(payment: Thing, shop: Shop) -> None:
    """Somebody's word that this money paid for another bill of the counter is found out."""
    for tender in shop.tenders:
        asserted = tender["kind"] == "own_upi" and tender["reference"] == payment["rrn"]
        # What another counter took no counter can see alone.
        here = tender["order_id"][:2] == payment["order"][:2]
        if asserted and here and payment["order"] not in ("", tender["order_id"]):
            own = [f for f in shop.flags if f["order_id"] == tender["order_id"]]
            told = any(payment["rrn"] in f["detail"].split() for f in own)
            hold("false_word_is_told", told, f"{payment['id']} on {tender['order_id']}")


def _spare(gateway: Thing, payment: Thing, shop: Shop) -> int:
    """What no bill counts and nobody got back; less than 0 where too much went back."""
    counted = _counted(payment, shop)
    keys = {key for r in shop.refunds if r["key"].startswith("ret-") for key in wire_keys(r)}
    gone = {True: 0, False: 0}
    for refund in gateway["refunds"].values():
        if refund["payment"] == payment["id"] and refund["status"] == "processed":
            gone[refund["key"] in keys] += refund["amount"]
    hold("goods_within_bill", gone[True] <= counted, f"{payment['id']} {gone[True]} of {counted}")
    spare: int = payment["amount"] - counted - gone[False]
    return spare


def _counted(payment: Thing, shop: Shop) -> int:
    """What bills take in of this payment: under its id, or by a person's word about its RRN."""
    by_id = sum(
        t["amount"]
        for t in shop.tenders
        if t["kind"].startswith("gateway") and t["reference"] == payment["id"]
    )
    by_word = sum(t["amount"] for t in shop.tenders if _says(t, payment, shop))
    left = max(0, payment["amount"] - by_id)
    if by_word > left:
        told = any(payment["rrn"] in f["detail"].split() for f in shop.flags)
        hold("false_word_is_told", told, f"{by_word} for {payment['id']}")
    return int(by_id + min(by_word, left))


def _says(tender: Row, payment: Thing, shop: Shop) -> bool:
    """Whether somebody's word at the counter that has this payment is about it."""
    here = int(tender["order_id"][1]) in shop.keepers[payment["id"]]
    return bool(here and tender["kind"] == "own_upi" and tender["reference"] == payment["rrn"])


def _one_place(payment: Thing, named: Sequence[Row], spare: int, shop: Shop) -> None:
    payment_id = payment["id"]
    opened = [f for f in named if f["kind"] in EXCESS and f["state"] == "open"]
    hold("not_given_back_twice", spare >= 0, f"{payment_id} {spare}")
    if spare == 0:
        hold("money_in_one_place", not opened, f"{payment_id} is in the inbox, too")
        return
    waiting = shop.sales.get(payment["order"], {}).get("state") == "awaiting"
    own = [f for f in shop.flags if f["order_id"] == payment["order"]]
    part = waiting and _any(own, "part")
    owed = any(r["payment_id"] == payment_id and r["state"] != "done" for r in shop.refunds)
    decided = any((f["resolution"] or "").startswith("accepted") for f in named)
    mismatch = _any(named, "mismatch")
    hold(
        "money_somewhere",
        opened or part or owed or decided or mismatch,
        f"{payment_id}: {spare} nowhere",
    )
    if opened and not owed and payment["refunded"] == 0:
        inbox = sum(f["amount"] for f in opened)
        hold("inbox_knows_how_much", inbox >= spare, f"{payment_id} {inbox} for {spare}")


def _any(flags: Sequence[Row], kind: str) -> bool:
    return any(flag["kind"] == kind for flag in flags)


def wire_keys(refund: Row) -> list[str]:
    """The keys under which the gateway may know this refund, one for each attempt."""
    later = [f"{refund['key']}-{number}" for number in range(2, refund["attempt"] + 1)]
    return [refund["key"], *later]


def _refund(gateway: Thing, refund: Row) -> None:
    """A refund is done once or not at all, and our books say which."""
    keys = wire_keys(refund)
    there = [r for r in gateway["refunds"].values() if r["key"] in keys]
    done = [r for r in there if r["status"] == "processed"]
    hold("refunded_once", len(done) <= 1, f"{keys} {len(done)} times")
    hold("refunds_end", refund["state"] in ("done", "failed"), f"{keys[0]} {refund['state']}")
    hold("refund_books_are_true", (refund["state"] == "done") == bool(done), keys[0])
    amounts = {r["amount"] for r in there}
    hold("refund_books_are_true", amounts <= {refund["amount"]}, f"{keys[0]} {amounts}")


def _goods(shop: Shop) -> None:
    """Goods bring back no more than the bill took."""
    back: Counter[str] = Counter()
    for refund in shop.refunds:
        if refund["key"].startswith("ret-"):
            back[refund["order_id"]] += refund["amount"]
    for order_id, amount in back.items():
        due = shop.sales[order_id]["due"]
        hold("goods_within_bill", amount <= due, f"{order_id} {amount} of {due}")
