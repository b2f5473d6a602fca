"""The counter's database, read from outside and never through the counter's own objects."""

from dataclasses import dataclass
from pathlib import Path

from pos_desktop.domain.delivery import Message
from pos_desktop.domain.payment import Collect, PaymentFact, PaymentStatus
from pos_desktop.domain.refund import Refund
from pos_desktop.domain.sale import Sale, Tender
from pos_desktop.ports import Flag, LedgerEntry
from pos_desktop.storage.engine import Readers
from pos_desktop.storage.uow import ReadUnit

_ORDERS = "SELECT order_id FROM sales ORDER BY created_at, order_id"
_FLAGS = "SELECT flag_id FROM flags ORDER BY flag_id"
_ALL = 10_000


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill with everything that stands on it; ``facts`` are (collect reference, fact)."""

    sale: Sale
    collects: tuple[Collect, ...]
    facts: tuple[tuple[str, PaymentFact], ...]
    messages: tuple[Message, ...]
    tenders: tuple[Tender, ...]
    refunds: tuple[Refund, ...]
    flags: tuple[Flag, ...]

    @property
    def order_id(self) -> str:
        """The sale's id."""
        return self.sale.order_id

    @property
    def captures(self) -> tuple[PaymentFact, ...]:
        """One fact of each captured payment, the newest word about it."""
        taken = [fact for _, fact in self.facts if fact.status is PaymentStatus.CAPTURED]
        return tuple({fact.payment_id: fact for fact in taken}.values())

    def flagged(self, kind: str, state: str = "open") -> Flag | None:
        """The entry of this kind in this state."""
        return next((f for f in self.flags if (f.kind, f.state) == (kind, state)), None)


class Books:
    """Opened when first read, so that it may be made before the database is."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._readers: Readers | None = None

    def bills(self) -> tuple[Bill, ...]:
        """All bills, oldest first; none where the database is not there yet."""
        if not self._database.exists():
            return ()
        with self._unit() as uow:
            return tuple(_bill(uow, row[0]) for row in uow.session.rows(_ORDERS))

    def bill(self, order_id: str) -> Bill:
        """This bill."""
        with self._unit() as uow:
            return _bill(uow, order_id)

    def flags(self) -> tuple[Flag, ...]:
        """Every entry that the inbox ever had, oldest first."""
        with self._unit() as uow:
            found = [uow.flags.get(row[0]) for row in uow.session.rows(_FLAGS)]
        return tuple(flag for flag in found if flag is not None)

    def owed(self) -> tuple[Refund, ...]:
        """Refunds that are not done."""
        with self._unit() as uow:
            return tuple(uow.refunds.owed())

    def ledger(self) -> tuple[LedgerEntry, ...]:
        """The whole chain, oldest first."""
        with self._unit() as uow:
            return tuple(uow.ledger.after(0, _ALL))

    def close(self) -> None:
        """Let the file go; the next question opens it again."""
        if self._readers is not None:
            self._readers.close()
        self._readers = None

    def _unit(self) -> ReadUnit:
        if self._readers is None:
            self._readers = Readers(self._database)
        return ReadUnit(self._readers.held().session)


def _bill(uow: ReadUnit, order_id: str) -> Bill:
    sale = uow.sales.get(order_id)
    if sale is None:
        raise LookupError(order_id)
    return Bill(
        sale=sale,
        collects=tuple(uow.collects.of(order_id)),
        facts=tuple(uow.facts.of(order_id)),
        messages=tuple(uow.messages.of(order_id)),
        tenders=tuple(uow.tenders.of(order_id)),
        refunds=tuple(uow.refunds.of(order_id)),
        flags=tuple(uow.flags.of(order_id)),
    )
