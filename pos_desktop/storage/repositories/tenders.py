"""How bills were paid, and which of it was taken back."""

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.numbering import ist_day
from pos_desktop.domain.sale import Tender, TenderKind
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import column_names, insert_sql, select_sql, tenders

_FIELDS = column_names(tenders, "tender_id", "order_id")
TENDER_NAMES = (*_FIELDS, "tender_id")
STANDING = "NOT EXISTS (SELECT 1 FROM tender_reversals AS r WHERE r.tender_id = tenders.tender_id)"
"""The condition on ``tenders`` that it was not taken back."""

_ADD = insert_sql(tenders, ("order_id", *_FIELDS), "RETURNING tender_id")
_OF = select_sql(tenders, TENDER_NAMES, f"WHERE order_id = ? AND {STANDING} ORDER BY tender_id")
_USING = select_sql(
    tenders,
    ("order_id",),
    # The last term lets SQLite use the index, which leaves out what has no reference.
    f"WHERE kind = ? AND reference = ? AND reference <> '' AND {STANDING} ORDER BY tender_id",
)
_CONFIRMED = "EXISTS (SELECT 1 FROM facts WHERE rrn = tenders.reference AND status = 'captured')"
_UNCONFIRMED = select_sql(
    tenders,
    ("order_id", *TENDER_NAMES),
    f"WHERE kind = ? AND reference <> '' AND at < ? AND {STANDING} AND NOT {_CONFIRMED} "
    "ORDER BY tender_id",
)
_TAKE_BACK = (
    "INSERT INTO tender_reversals (tender_id, at, by, reason, after_issue) "
    "SELECT tender_id, ?, ?, ?, state = 'issued' FROM tenders JOIN sales USING (order_id) "
    "WHERE tender_id = ?"
)
_OF_REVERSAL = ("at", "by", "reason")
_TAKEN_BACK = "SELECT {}, {} FROM tenders AS t JOIN tender_reversals AS r {}".format(  # noqa: S608 - our own names
    ", ".join(f't."{name}"' for name in TENDER_NAMES),
    ", ".join(f'r."{name}"' for name in _OF_REVERSAL),
    "ON r.tender_id = t.tender_id WHERE t.order_id = ? ORDER BY t.tender_id",
)
# The day of a bill is that of its issue, so only one that waits may be older than its cash: each
# arm has an index, where a look at all cash of all years would have none.
CASH_FROM = (
    "SELECT COALESCE(SUM(amount), 0) FROM tenders WHERE kind = 'cash' AND at >= ? "  # noqa: S608 - our own condition
    "AND order_id IN (SELECT order_id FROM sales WHERE phone = ? AND day >= ? UNION ALL "
    "SELECT order_id FROM sales WHERE phone = ? AND state <> 'abandoned' "
    f"AND handed_over_at IS NULL) AND {STANDING}"
)
_fields = attrgetter(*_FIELDS)


class SqlTenders:
    """``ports.Tenders``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, order_id: str, tender: Tender) -> Tender:
        """Raises DomainError ``conflict`` for an unknown bill or an RRN that stands already."""
        ((tender_id,),) = self._session.change_rows(_ADD, (order_id, *_fields(tender)))
        return replace(tender, tender_id=tender_id)

    def of(self, order_id: str) -> Sequence[Tender]:
        """Those that count, in the order in which they were added."""
        return tuple(map(tender_of, self._session.rows(_OF, (order_id,))))

    def take_back(self, tender_id: int, at: int, by: str, reason: str) -> None:
        """Raises DomainError ``conflict`` where it is unknown or was taken back before."""
        if self._session.change(_TAKE_BACK, (at, by, reason, tender_id)) != 1:
            raise DomainError("conflict", f"no tender {tender_id}")

    def taken_back(self, order_id: str) -> Sequence[tuple[Tender, int, str, str]]:
        """(tender, at, by, reason), in the order in which the tenders were added."""
        rows = self._session.rows(_TAKEN_BACK, (order_id,))
        return tuple((tender_of(row[:-3]), *row[-3:]) for row in rows)

    def unconfirmed(self, before: int) -> Sequence[tuple[str, Tender]]:
        """(order id, tender) of each RRN that only a person has told of."""
        rows = self._session.rows(_UNCONFIRMED, (TenderKind.OWN_UPI.value, before))
        return tuple((row[0], tender_of(row[1:])) for row in rows)

    def using(self, kind: TenderKind, reference: str) -> Sequence[str]:
        """Order ids, each once; none for a blank reference."""
        rows = self._session.rows(_USING, (kind.value, reference))
        return tuple(dict.fromkeys(order_id for (order_id,) in rows))

    def cash_from(self, phone: str, since: int) -> int:
        """Paise; bills of other counters are not known here."""
        row = self._session.row(CASH_FROM, (since, phone, ist_day(since), phone))
        return int(row[0]) if row is not None else 0


def tender_of(row: Row) -> Tender:
    """A tender from its columns in the order of ``TENDER_NAMES``."""
    kind, *rest = row
    return Tender(TenderKind(kind), *rest)
