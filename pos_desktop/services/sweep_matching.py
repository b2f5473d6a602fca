"""Matching the account's own list of payments with what stands on this counter's bills."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pos_desktop.domain.collect import given_back
from pos_desktop.domain.options import CounterOptions
from pos_desktop.domain.payment import Collect, PaymentFact, PaymentStatus
from pos_desktop.ports import ListedPayment, UnitOfWork
from pos_desktop.services.captures import capture
from pos_desktop.services.entries import close_entry, open_entry
from pos_desktop.services.own_words import doubt_words
from pos_desktop.services.payments import Payments
from pos_desktop.services.refund_book import went_back
from pos_desktop.services.sweep_result import Doubts, Sheet, SweptPayment
from pos_desktop.services.views import PaidNews

_MONEY = frozenset({PaymentStatus.CAPTURED, PaymentStatus.REFUNDED})
_MISSING = "missing "


@dataclass(frozen=True, slots=True)
class Window:
    """Which payments of which gateway are looked at, and when. What was made before ``known_from``
    cannot be missing."""

    gateway: str
    start: int
    end: int
    now: int
    known_from: int


@dataclass(frozen=True, slots=True)
class Matched:
    """What came of a list: the counts, what is looked for again, the earliest of these, and the
    bills that were paid by it."""

    sheet: Sheet
    left: Doubts
    oldest: int | None
    news: tuple[PaidNews, ...]


@dataclass
class Matching:
    """One list in one transaction."""

    uow: UnitOfWork
    payments: Payments
    counter: CounterOptions
    window: Window
    before: Doubts
    _sheet: Sheet = field(default_factory=Sheet)
    _asked: dict[str, int] = field(default_factory=dict)
    _missed: dict[str, int] = field(default_factory=dict)
    _news: list[PaidNews] = field(default_factory=list)

    def match(self, listed: Sequence[ListedPayment]) -> Matched:
        """Match every payment of the list, then look for ours that are not in it."""
        money = [one for one in listed if one.fact.status in _MONEY]
        for one in money:
            self._one(one)
        self._missing({one.fact.payment_id for one in money})
        moments = [*self._asked.values(), *self._missed.values()]
        left = Doubts(tuple(self._asked), tuple(self._missed))
        return Matched(self._sheet, left, min(moments, default=None), tuple(self._news))

    def _one(self, one: ListedPayment) -> None:
        fact = one.fact
        told = self.uow.facts.of_payment(fact.gateway, fact.payment_id)
        if self._stands(fact, told):
            self._sheet.count("matched", fact.amount)
            self._listed(fact, told)
            return
        collect = self._collect(one)
        if collect is not None:
            self._ours(one, collect)
        elif self._names_us(one):
            self._unmatched("extra", one)
        elif one.counter is not None or one.reference is not None:
            self._sheet.count("others", fact.amount)
            # Its RRN may have been shown to our cashier as the proof for one of our bills.
            doubt_words(self.uow, one.reference or "elsewhere", fact, self.window.now)
        elif self.counter.manager:
            self._unmatched("unnamed", one)

    def _names_us(self, one: ListedPayment) -> bool:
        if one.device is not None:
            return one.device in (self.counter.device, *self.counter.former_devices)
        return one.counter == self.counter.label

    def _stands(self, fact: PaymentFact, told: Sequence[tuple[str, PaymentFact]]) -> bool:
        """Whether it is on a bill: told there, or attached to one."""
        if any(order_id and seen.status in _MONEY for order_id, seen in told):
            return True
        payment = capture(self.uow, fact.gateway, fact.payment_id)
        return payment is not None and bool(payment.counted)

    def _listed(self, fact: PaymentFact, told: Sequence[tuple[str, PaymentFact]]) -> None:
        """It may bring news, money that somebody gave back; and it is not missing any more."""
        order_id = next((order_id for order_id, _ in told if order_id), "")
        if given_back(fact) > max(given_back(seen) for _, seen in told):
            payment = capture(self.uow, fact.gateway, fact.payment_id)
            reference = payment.reference if payment is not None else ""
            self.uow.facts.add(order_id, reference, fact, self.window.now)
            went_back(self.uow, fact, self.window.now)
        for flag in self.uow.flags.of(order_id):
            if flag.state == "open" and flag.detail == f"{_MISSING}{fact.payment_id}":
                close_entry(self.uow, flag, self.window.now, "in the gateway's list now")

    def _collect(self, one: ListedPayment) -> Collect | None:
        found = self.uow.collects.get(one.reference) if one.reference else None
        if found is None and one.gateway_id:
            found = self.uow.collects.by_gateway_id(one.gateway_id)
        return found

    def _ours(self, one: ListedPayment, collect: Collect) -> None:
        """Ask about its bill at once; where that told nothing, the list itself is believed."""
        fact = one.fact
        if fact.payment_id not in self.before.asked:
            self._asked[fact.payment_id] = fact.created_at
            if collect.gateway_id is not None:
                self.uow.collects.save(replace(collect, next_ask_at=self.window.now))
            self._sheet.add(self._entry("asked", one, collect.order_id))
            return
        self._sheet.add(self._entry("learnt", one, collect.order_id))
        now = self.window.now
        news = self.payments.learn(self.uow, collect.reference, fact, now, "poll")
        if news is not None:
            self._news.append(news)

    def _unmatched(self, kind: str, one: ListedPayment) -> None:
        """Money for no bill that we know: it is kept, and a person decides about it."""
        fact = one.fact
        self._sheet.add(self._entry(kind, one, ""))
        if self.uow.facts.add("", one.reference or "", fact, self.window.now):
            doubt_words(self.uow, "", fact, self.window.now)
        rest = fact.amount - given_back(fact)
        if rest > 0:
            open_entry(self.uow, "", "unmatched", rest, self.window.now, fact.payment_id)

    def _missing(self, listed: set[str]) -> None:
        known_from = max(self.window.start, self.window.known_from)
        ours = self.uow.facts.captured_between(known_from, self.window.end)
        for order_id, fact in ours:
            if fact.gateway != self.window.gateway or fact.payment_id in listed:
                continue
            if fact.payment_id not in self.before.missing:
                self._missed[fact.payment_id] = fact.created_at
                continue
            self._sheet.add(
                SweptPayment("missing", fact.payment_id, fact.amount, fact.created_at, order_id)
            )
            detail = f"{_MISSING}{fact.payment_id}"
            open_entry(self.uow, order_id, "mismatch", fact.amount, self.window.now, detail)

    def _entry(self, kind: str, one: ListedPayment, order_id: str) -> SweptPayment:
        fact = one.fact
        return SweptPayment(
            kind, fact.payment_id, fact.amount, fact.created_at, order_id, one.reference or ""
        )
