"""Bills on the receipt printer: a queue that outlives a crash, and never prints twice by itself.

Each job is a row of the outbox, so it is committed before a byte leaves (reliability D1) and counts
nothing for the bill: a dead printer loses and blocks none. Where nobody can tell whether a job is
on paper a person is asked; what is printed then says DUPLICATE and stands in the ledger.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from pos_desktop.domain.errors import DomainError, Unavailable
from pos_desktop.domain.sale import Sale, SaleState
from pos_desktop.ports import Clock, Effect, OutboxState, Store, UnitOfWork
from pos_desktop.ports.paper import HalfPrinted, ReceiptMaker, ReceiptPrinter, Slip
from pos_desktop.services import effects
from pos_desktop.services.links import Links
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Listener, Recorded
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.publishing import bill_of

PRINT: Final = "paper.print"
DRAWER: Final = "paper.drawer"
TARGET: Final = "printer"

DOUBT: Final = "print_doubt"
"""Why a person is asked: it may be on paper."""
TOO_OLD: Final = "print_too_old"
"""... the printer was away too long; it is certainly not on paper."""
FAILED: Final = "print_failed"
"""... it could not be made; it is certainly not on paper."""

FRESH_MS: Final = 10 * 60_000
"""So long a bill may wait for its printer: nobody wants last night's bills in the morning."""
_DRAWER_MS = 15_000
_NOTE = "paper.asks"
# More questions than anybody answers; what is older is told by the ledger.
_MOST_ASKS = 20


@dataclass(frozen=True, slots=True)
class PrintQuestion:
    """A job that needs a person. ``why``: print_doubt, print_too_old or print_failed; ``bill``: its
    number, or its token where it has none yet."""

    subject: str
    order_id: str
    bill: str
    why: str
    at: int


@dataclass(frozen=True, slots=True)
class Printing:
    """What the window asks of the printer; db lane, never waits for it."""

    store: Store
    clock: Clock
    listener: Listener

    def print(self, order_id: str | None, by: str) -> bool:
        """Queue one bill (None: the last one issued); True if it will be marked DUPLICATE.

        Asked twice while the printer is away it is printed once. Raises DomainError
        ``nothing_to_print``, ``print_running``.
        """
        now = self.clock.now()
        with self.store.write() as uow:
            sale = uow.sales.last_issued() if order_id is None else uow.sales.get(order_id)
            if sale is None:
                raise DomainError("nothing_to_print")
            duplicate = _queue(uow, sale, by, now)
            uow.commit()
        self.listener.changed()
        return duplicate

    def open_drawer(self, order_id: str) -> None:
        """Cash came for this bill: the drawer opens, once for the bill, now or not at all."""
        with self.store.write() as uow:
            uow.outbox.put(DRAWER, order_id, order_id, self.clock.now())
            uow.commit()
        self.listener.changed()

    def questions(self) -> Sequence[PrintQuestion]:
        """What needs a person, oldest first."""
        with self.store.read() as uow:
            return _asks(uow)

    def answer(self, subject: str, by: str, *, printed: bool) -> None:
        """It is on paper, or not: then it is printed again, as a DUPLICATE if it was in doubt.

        An answer to what nobody asks (any more) changes nothing. Raises DomainError
        ``print_running``.
        """
        now = self.clock.now()
        with self.store.write() as uow:
            asked = next((ask for ask in _asks(uow) if ask.subject == subject), None)
            if asked is None:
                return
            _close(uow, asked.order_id)
            if asked.why == DOUBT:
                body = {"order_id": asked.order_id, "printed": printed}
                uow.ledger.append("receipt.answered", by, now, body)
            sale = uow.sales.get(asked.order_id)
            if sale is not None and not printed:
                _queue(uow, sale, by, now)
            uow.commit()
        self.listener.changed()


@dataclass(frozen=True, slots=True)
class _Print:
    printer: ReceiptPrinter
    maker: ReceiptMaker
    slip: Slip

    def perform(self) -> None:
        self.printer.send(self.maker.receipt(self.slip))


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """``paper.print``."""

    printer: ReceiptPrinter
    maker: ReceiptMaker
    writer: PageWriter
    links: Links
    target: str = TARGET

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        bill = bill_of(uow, effect.order_id)
        if bill is None:
            return Dropped("no_such_sale")
        if now - effect.created_at > FRESH_MS:
            return Dropped(TOO_OLD)
        _, revision, copy = _parts(effect.subject)
        if revision != _revision(bill.sale):
            # It was paid meanwhile: the unpaid bill would be wrong, the invoice nobody asked for.
            return Dropped("bill_settled")
        paged = uow.outbox.find(effects.PAGE_PUBLISH, _page_subject(bill.sale)) is not None
        slip = Slip(
            self.writer.content(bill),
            self.links.page(bill.sale) if paged else "",
            duplicate=_may_be_on_paper(uow, bill.sale, copy),
        )
        return _Print(self.printer, self.maker, slip)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        if outcome is None:
            return Done()
        if isinstance(outcome, Unavailable):
            return Later(outcome.code)
        why = DOUBT if isinstance(outcome, HalfPrinted) else FAILED
        _ask(uow, effect, why, now)
        return Dropped(why)

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        if reason == TOO_OLD:
            _ask(uow, effect, reason, now)

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        """The program ended in the middle of it: nobody knows how much of it is on paper."""
        _ask(uow, effect, DOUBT, now)
        return Dropped(DOUBT)


@dataclass(frozen=True, slots=True)
class _Pulse:
    printer: ReceiptPrinter
    maker: ReceiptMaker

    def perform(self) -> None:
        self.printer.send(self.maker.drawer())


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """``paper.drawer``: tried once. A drawer that opens by itself later is an open drawer."""

    printer: ReceiptPrinter
    maker: ReceiptMaker
    target: str = TARGET

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        if not 0 <= now - effect.created_at <= _DRAWER_MS:
            return Dropped("drawer_too_late")
        return _Pulse(self.printer, self.maker)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        return Done() if outcome is None else Dropped(getattr(outcome, "code", "unexpected"))

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """The cashier sees the drawer, and has its key."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return Dropped("stopped_while_opening")


def _queue(uow: UnitOfWork, sale: Sale, by: str, now: int) -> bool:
    """One more job for this bill; True if it is a duplicate."""
    jobs = list(_jobs(uow, sale))
    for job in jobs:
        if job.state is OutboxState.DOING:
            raise DomainError("print_running")
        if job.state is OutboxState.QUEUED:
            uow.outbox.drop(job.effect_id, "asked_again", now)
    copy = len(jobs) + 1
    _close(uow, sale.order_id)
    uow.outbox.put(PRINT, _subject(sale, copy), sale.order_id, now)
    duplicate = _may_be_on_paper(uow, sale, copy)
    if duplicate:
        body = {"order_id": sale.order_id, "copy": copy}
        uow.ledger.append("receipt.reprinted", by, now, body)
    return duplicate


def _jobs(uow: UnitOfWork, sale: Sale) -> Iterator[Effect]:
    """The jobs of this bill (or of its invoice), the first one first."""
    copy = 1
    while (job := uow.outbox.find(PRINT, _subject(sale, copy))) is not None:
        yield job
        copy += 1


def _may_be_on_paper(uow: UnitOfWork, sale: Sale, copy: int) -> bool:
    """Whether any job before this one was printed, or may have been."""
    earlier = list(_jobs(uow, sale))[: copy - 1]
    return any(job.state is OutboxState.DONE or job.last_error == DOUBT for job in earlier)


def _revision(sale: Sale) -> int:
    issued = sale.state is SaleState.ISSUED
    return effects.INVOICE_REVISION if issued else effects.BILL_REVISION


def _page_subject(sale: Sale) -> str:
    return effects.page_subject(sale.order_id, _revision(sale), sale.contact)


def _subject(sale: Sale, copy: int) -> str:
    """``ORDER:REVISION:COPY``."""
    return f"{sale.order_id}:{_revision(sale)}:{copy}"


def _parts(subject: str) -> tuple[str, int, int]:
    order_id, revision, copy = subject.split(":")
    return order_id, int(revision), int(copy)


def _asks(uow: UnitOfWork) -> list[PrintQuestion]:
    return [PrintQuestion(**each) for each in json.loads(uow.notes.get(_NOTE) or "[]")]


def _keep(uow: UnitOfWork, asks: Sequence[PrintQuestion]) -> None:
    uow.notes.put(_NOTE, json.dumps([asdict(ask) for ask in asks[-_MOST_ASKS:]]))


def _ask(uow: UnitOfWork, effect: Effect, why: str, now: int) -> None:
    """One question at a time for a bill: the newest."""
    sale = uow.sales.get(effect.order_id)
    bill = "" if sale is None else sale.invoice_number or str(sale.token_no)
    others = [ask for ask in _asks(uow) if ask.order_id != effect.order_id]
    _keep(uow, [*others, PrintQuestion(effect.subject, effect.order_id, bill, why, now)])


def _close(uow: UnitOfWork, order_id: str) -> None:
    asks = _asks(uow)
    left = [ask for ask in asks if ask.order_id != order_id]
    if len(left) < len(asks):
        _keep(uow, left)
