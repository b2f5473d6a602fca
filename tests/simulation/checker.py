"""Judges a run by its history, by what the outside holds, and by the database file.

It imports nothing of the program. A broken promise raises ``Broken`` with the promise's name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.simulation.books import Books, Row
from tests.simulation.money import STANDING, Shop, money_at_rest
from tests.simulation.promise import hold

Thing = dict[str, Any]
_MINUTE = 60_000
_NOTE = "refund_note"
ENDED = ("paid", "expired", "cancelled", "refused")
_SALES = (
    "SELECT order_id, state, due, invoice_number, issued_at, created_at, link_token, bill_hash,"
    " phone FROM sales"
)
_COLLECTS = (
    "SELECT reference, order_id, state, gateway, gateway_id, amount, next_ask_at, closed_at"
    " FROM collects"
)
_FACTS = "SELECT * FROM facts ORDER BY fact_seq"


@dataclass
class Outside:
    """What the others hold: gateway, Exotel and relay, and everything that happened."""

    gateway: Thing
    exotel: Thing
    relay: Thing
    history: Sequence[Mapping[str, Any]]


@dataclass
class _Known:
    """What was true of one counter at its last commit."""

    sales: dict[str, Row] = field(default_factory=dict)
    collects: dict[str, Row] = field(default_factory=dict)
    facts: list[Row] = field(default_factory=list)


class Checker:
    """``after_step`` between any two steps, ``at_rest`` when nothing is due any more.

    ``books``: counter number -> its database.
    """

    def __init__(self, outside: Outside, books: Mapping[int, Books]) -> None:
        self._outside = outside
        self._books = books
        self._known = {number: _Known() for number in books}
        self._objects = 0

    # -- after every step ----------------------------------------------------------------------

    def after_step(self, now: int, committed: Iterable[int]) -> None:
        """Raises Broken. ``now`` is the true time, ``committed`` whose file may have changed."""
        self._siblings(now)
        for number in committed:
            if self._books[number].changed():
                self._commit(number, self._books[number], now)

    def _commit(self, number: int, books: Books, now: int) -> None:
        known = self._known[number]
        sales = {row["order_id"]: row for row in books.rows(_SALES)}
        collects = {row["reference"]: row for row in books.rows(_COLLECTS)}
        facts = books.rows(_FACTS)
        tenders = books.rows(STANDING)
        _forward(known.sales, sales)
        _numbers(sales.values())
        self._paid(sales, tenders)
        hold(
            "paid_stays_paid",
            all(
                collects[ref]["state"] == "paid"
                for ref, row in known.collects.items()
                if row["state"] == "paid"
            ),
        )
        hold("facts_only_grow", facts[: len(known.facts)] == known.facts)
        self._true_facts(facts[len(known.facts) :])
        self._closed_is_closed(collects.values(), now)
        self._watched(sales, collects.values(), books, now)
        known.sales, known.collects, known.facts = sales, collects, facts

    def _paid(self, sales: Mapping[str, Row], tenders: Iterable[Row]) -> None:
        """No bill is paid by less than its due, and by no money that the gateway does not have."""
        paid: Counter[str] = Counter()
        used: Counter[str] = Counter()
        for tender in tenders:
            paid[tender["order_id"]] += tender["amount"]
            if tender["kind"].startswith("gateway"):
                used[tender["reference"]] += tender["amount"]
        for order_id, sale in sales.items():
            if sale["state"] == "issued":
                told = f"{order_id} {paid[order_id]} of {sale['due']}"
                hold("paid_in_full", paid[order_id] == sale["due"], told)
        for payment_id, amount in used.items():
            payment = self._outside.gateway["payments"].get(payment_id)
            true = payment is not None and payment["captured_at"] is not None
            hold("paid_by_real_money", true, payment_id)
            if payment is not None:
                hold("counted_once", amount <= payment["amount"], f"{payment_id} {amount}")

    def _true_facts(self, facts: Iterable[Row]) -> None:
        for fact in facts:
            if fact["status"] != "captured":
                continue
            payment = self._outside.gateway["payments"].get(fact["payment_id"])
            hold("facts_are_true", payment is not None, fact["payment_id"])
            hold(
                "facts_are_true",
                payment["captured_at"] is not None
                and (payment["amount"], payment["currency"]) == (fact["amount"], fact["currency"]),
                fact["payment_id"],
            )

    def _closed_is_closed(self, collects: Iterable[Row], now: int) -> None:
        """What we call closed takes no money at the gateway."""
        objects = self._outside.gateway["objects"]
        for row in collects:
            thing = objects.get(row["gateway_id"])
            if thing is None or row["state"] not in ENDED or row["state"] == "paid":
                continue
            told = f"{row['reference']} {row['state']}"
            hold("closed_is_closed", not payable(thing, now) or self._jumped(now), told)

    def _jumped(self, now: int) -> bool:
        """Whether a clock was set just now: it reads wrongly an answer that was under way."""
        jumps = (event for event in self._outside.history if event["what"] == "clock_jump")
        return any(now - event["at"] < _MINUTE for event in jumps)

    def _watched(
        self, sales: Mapping[str, Row], collects: Iterable[Row], books: Books, now: int
    ) -> None:
        """No live collect on an issued or abandoned sale that nobody watches."""
        for row in collects:
            settled = sales[row["order_id"]]["state"] != "awaiting"
            thing = self._outside.gateway["objects"].get(row["gateway_id"])
            if not settled or row["state"] in ENDED or row["next_ask_at"] is not None:
                continue
            if thing is not None and not payable(thing, now):
                continue
            reference = row["reference"]
            pending = books.rows(
                "SELECT kind FROM outbox WHERE state IN ('queued', 'doing') AND subject = ?",
                (reference,),
            )
            hold("live_is_watched", pending, f"{reference} {row['state']}")

    def _siblings(self, now: int) -> None:
        """Never two live ways to pay one bill, unless nobody could know of the first."""
        objects = self._outside.gateway["objects"]
        if len(objects) == self._objects:
            return
        new = list(objects.values())[self._objects :]
        self._objects = len(objects)
        for thing in new:
            for other in objects.values():
                if other is thing or other["order"] != thing["order"] or not payable(other, now):
                    continue
                unknown = hidden(self._outside, other) or hidden(self._outside, thing)
                hold("one_live_way", unknown, f"{other['id']} beside {thing['id']}")

    # -- at rest -------------------------------------------------------------------------------

    def at_rest(self, now: int) -> None:
        """Everything that must be true once nothing is due any more. Raises Broken."""
        self.after_step(now, self._books)
        for number, books in self._books.items():
            self._settled(number, books, now)
        self._messages()
        self._refund_notes()
        self._money()
        self._acknowledged()
        self._calm()
        hold("pages_never_change", not self._outside.relay["changed_pages"])

    def _settled(self, number: int, books: Books, now: int) -> None:
        left = books.rows("SELECT kind, subject FROM outbox WHERE state IN ('queued', 'doing')")
        hold("outbox_empties", not left, left)
        sales = self._known[number].sales
        open_ends = [
            (row["reference"], row["state"])
            for row in self._known[number].collects.values()
            if (row["state"] not in ENDED or row["next_ask_at"] is not None)
            # Nobody can tell how the shop's own QR ended but a person.
            and not (row["gateway"] == "own_upi" and sales[row["order_id"]]["state"] == "awaiting")
        ]
        hold("collects_end", not open_ends, open_ends)
        queued = books.rows("SELECT message_id FROM messages WHERE state = 'queued'")
        hold("messages_leave", not queued, queued)
        ours = [
            (r["seq"], r["hash"]) for r in books.rows("SELECT seq, hash FROM ledger ORDER BY seq")
        ]
        theirs = self._outside.relay["ledgers"].get(number, [])
        hold("ledger_arrives", ours == theirs, f"{len(ours)} here, {len(theirs)} there")
        pages = self._outside.relay["pages"]
        for sale in self._known[number].sales.values():
            if sale["state"] == "issued":
                hold("invoice_page", 2 in pages.get(sale["link_token"], []), sale["order_id"])
        self._pictures(number, books)

    def _pictures(self, number: int, books: Books) -> None:
        """A picture of a dead QR says that it is dead."""
        states = self._outside.relay["pictures"]
        for row in books.rows("SELECT reference, token FROM pictures"):
            collect = self._known[number].collects[row["reference"]]
            if collect["state"] in ENDED:
                hold("dead_picture", states.get(row["token"]) != "open", row["reference"])

    def _messages(self) -> None:
        """At most one automatic message of each purpose for one bill."""
        sent: Counter[tuple[str, str]] = Counter()
        again: Counter[tuple[str, str]] = Counter()
        for event in self._outside.history:
            # A person asked for it once more.
            if event["what"] in ("asks send_again", "asks inbox collect_rest"):
                again[event["order"], "payment_request"] += 1
        for message in self._outside.exotel["sent"]:
            if message["purpose"] != _NOTE:
                sent[message["order"], message["purpose"]] += 1
        for (order, purpose), count in sent.items():
            hold("one_message", count <= 1 + again[order, purpose], f"{order} {purpose} {count}")

    def _refund_notes(self) -> None:
        """One message for each refund that is done, and never another."""
        done = Counter(
            row["order_id"]
            for books in self._books.values()
            for row in books.rows("SELECT order_id FROM refunds WHERE state = 'done'")
        )
        told = Counter(
            (message["order"], message["attempt"])
            for message in self._outside.exotel["sent"]
            if message["purpose"] == _NOTE
        )
        for (order, number), count in told.items():
            hold("one_refund_note", count == 1, f"{order} {number} {count}")
        for order, count in Counter(order for order, _ in told).items():
            hold("one_refund_note", count <= done[order], f"{order} {count} of {done[order]}")

    def _money(self) -> None:
        shop = Shop()
        for number, books in self._books.items():
            shop.add(number, books)
        money_at_rest(self._outside.gateway, shop)

    def _acknowledged(self) -> None:
        """What the cashier was told stands."""
        for event in self._outside.history:
            if event["what"] != "knows bill":
                continue
            rows = [known.sales.get(event["order"]) for known in self._known.values()]
            row = next((r for r in rows if r is not None), None)
            hold("acknowledged_stands", row is not None, event["order"])
            if row is not None and event["state"] == "issued":
                hold("acknowledged_stands", row["invoice_number"] == event["number"], event)

    def _calm(self) -> None:
        """Nobody who is down, or up, is asked in a hot loop."""
        for peer in ("gateway", "relay", "exotel"):
            asked = getattr(self._outside, peer)["requests" if peer == "gateway" else "asked"]
            bursts: defaultdict[tuple[int, int, bool], int] = defaultdict(int)
            for request in asked:
                bursts[request["from"], request["at"] // 10_000, request["down"]] += 1
            for (number, moment, down), count in bursts.items():
                limit = 25 if down else 60
                text = f"{peer} {count} requests of {number} in ten seconds at {moment}"
                hold("no_hot_loop", count <= limit, text)


def payable(thing: Mapping[str, Any], now: int) -> bool:
    """Whether a customer could begin to pay at the gateway now."""
    return bool(thing["status"] == "active" and now < thing["expires_at"])


def hidden(outside: Outside, thing: Mapping[str, Any]) -> bool:
    """Whether the gateway made this one without anybody being able to know in time."""
    return any(
        event["what"] in ("acted late", "hid") and event.get("reference") == thing["reference"]
        for event in outside.history
    )


def _forward(before: Mapping[str, Row], after: Mapping[str, Row]) -> None:
    for order_id, was in before.items():
        row = after.get(order_id)
        hold("sales_stay", row is not None, order_id)
        if row is None:
            continue
        fixed = ("due", "created_at", "link_token", "bill_hash", "phone")
        hold("sales_stay", all(row[k] == was[k] for k in fixed), order_id)
        if was["state"] != "awaiting":
            hold("paid_stays_paid", row["state"] == was["state"], f"{order_id} {row['state']}")
            hold("numbers_stay", row["invoice_number"] == was["invoice_number"], order_id)


def _numbers(sales: Iterable[Row]) -> None:
    """One number per paid bill, 1 to n without a gap."""
    numbers = sorted(s["invoice_number"] for s in sales if s["invoice_number"] is not None)
    counted = [int(number.rsplit("/", 1)[1]) for number in numbers]
    hold("numbers_without_gap", counted == list(range(1, len(counted) + 1)), numbers)
