"""Frozen bills and their lines."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.numbering import ist_day, ist_hour
from pos_desktop.domain.sale import (
    Channel,
    Consent,
    LinkStyle,
    PricedBill,
    PricedLine,
    Sale,
    SaleState,
    Scheme,
    TaxClass,
    Totals,
)
from pos_desktop.ports import FormerContact
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import (
    column_names,
    contact_changes,
    insert_sql,
    sale_lines,
    sales,
    select_sql,
)

SALE_NAMES = column_names(sales, "handed_over_by", "day", "hour")
LINE_NAMES = column_names(sale_lines, "order_id", "line_no")
_ADD = insert_sql(sales, (*SALE_NAMES, "day", "hour"))
_ADD_LINE = insert_sql(sale_lines, ("order_id", "line_no", *LINE_NAMES))
_GET = select_sql(sales, SALE_NAMES, "WHERE order_id = ?")
_LINES = select_sql(sale_lines, LINE_NAMES, "WHERE order_id = ? ORDER BY line_no")
_WAITING = select_sql(
    sales,
    SALE_NAMES,
    "WHERE state <> 'abandoned' AND handed_over_at IS NULL ORDER BY created_at, order_id",
)
_WAITING_LINES = select_sql(
    sale_lines,
    ("order_id", *LINE_NAMES),
    "WHERE order_id IN (SELECT order_id FROM sales WHERE state <> 'abandoned' "
    "AND handed_over_at IS NULL) ORDER BY order_id, line_no",
)
_LAST = select_sql(
    sales, SALE_NAMES, "WHERE issued_at IS NOT NULL ORDER BY issued_at DESC, order_id DESC LIMIT 1"
)
# Newest first along the index of issued bills: what people look for was sold lately.
_NUMBERED = (
    "SELECT order_id FROM sales WHERE issued_at IS NOT NULL "
    "AND substr(invoice_number, -length(?1)) = ?1 ORDER BY issued_at DESC, order_id DESC LIMIT 1"
)
_ISSUE = (
    "UPDATE sales SET state = 'issued', invoice_number = ?, issued_at = ?, confirmed_by = ?, "
    "day = ?, hour = ? WHERE order_id = ? AND state = 'awaiting'"
)
_ABANDON = "UPDATE sales SET state = 'abandoned' WHERE order_id = ? AND state = 'awaiting'"
_HAND_OVER = (
    "UPDATE sales SET handed_over_at = ?, handed_over_by = ? "
    "WHERE order_id = ? AND state = 'issued' AND handed_over_at IS NULL"
)
# The former number and link first: the trigger lets nothing else replace them.
_KEEP_CONTACT = (
    "INSERT INTO contact_changes (order_id, contact, at, by, phone, link_token) "
    "SELECT order_id, contact, ?, ?, phone, link_token FROM sales "
    "WHERE order_id = ? AND state = 'awaiting'"
)
_NEW_CONTACT = (
    "UPDATE sales SET phone = ?, link_token = ?, consent_purpose = ?, consent_asked_by = ?, "
    "consent_at = ?, consent_text_version = ?, contact = contact + 1 WHERE order_id = ?"
)
# In the words of the index of open bills.
_AWAITING_OF = (
    "SELECT order_id FROM sales WHERE phone = ? AND state = 'awaiting' "
    "AND state <> 'abandoned' AND handed_over_at IS NULL ORDER BY created_at, order_id"
)
_FORGET = (
    "UPDATE sales SET phone = NULL, consent_purpose = NULL, consent_asked_by = NULL, "
    "consent_at = NULL, consent_text_version = NULL WHERE phone = ? AND state <> 'awaiting'"
)
_FORGET_FORMER = "UPDATE contact_changes SET phone = NULL WHERE phone = ?"
_CONTACTS = select_sql(
    contact_changes,
    ("contact", "at", "by", "phone", "link_token"),
    "WHERE order_id = ? ORDER BY contact",
)
_HANDED_OVER_BY = "SELECT handed_over_by FROM sales WHERE order_id = ?"
_STATE = "SELECT state FROM sales WHERE order_id = ?"
_NEXT_CALLED = (
    "INSERT INTO tokens (day, last_no) VALUES (?, 1) "
    "ON CONFLICT (day) DO UPDATE SET last_no = last_no + 1 RETURNING last_no"
)
_totals = attrgetter("taxable", "cgst", "sgst", "igst", "cess", "total", "round_off", "payable")
_line = attrgetter(*LINE_NAMES)
_TAX_CLASS = LINE_NAMES.index("tax_class")
_INCLUDES = LINE_NAMES.index("price_includes_tax")


class SqlSales:
    """``ports.Sales``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, sale: Sale) -> None:
        """Insert the bill with its lines. Raises DomainError ``conflict``."""
        session = self._session
        session.change(_ADD, (*_sale_values(sale), *_day_hour(sale.created_at)))
        if sale.bill.lines:
            session.change_many(
                _ADD_LINE,
                [(sale.order_id, n, *_line(line)) for n, line in enumerate(sale.bill.lines, 1)],
            )
        self._finish(sale)

    def _finish(self, sale: Sale) -> None:
        """A bill that comes with a later state (restored) takes it after its lines are in."""
        if sale.state is SaleState.ISSUED:
            number, at = sale.invoice_number, sale.issued_at
            if number is None or at is None:
                raise DomainError("conflict", "an issued bill has a number and a moment")
            self.issue(sale.order_id, number, at, sale.confirmed_by or "")
            if sale.handed_over_at is not None:
                self.hand_over(sale.order_id, sale.handed_over_at, sale.cashier)
        elif sale.state is SaleState.ABANDONED:
            self.close(sale.order_id, SaleState.ABANDONED)

    def get(self, order_id: str) -> Sale | None:
        """The bill, or None."""
        row = self._session.row(_GET, (order_id,))
        return None if row is None else self._with_lines(row)

    def waiting(self) -> Sequence[Sale]:
        """Awaiting sales and issued ones not handed over yet, oldest first."""
        rows = self._session.rows(_WAITING)
        if not rows:
            return ()
        lines: dict[str, list[PricedLine]] = {}
        for order_id, *rest in self._session.rows(_WAITING_LINES):
            lines.setdefault(order_id, []).append(line_of(rest))
        return tuple(sale_of(row, lines.get(row[0], ())) for row in rows)

    def last_issued(self) -> Sale | None:
        """The sale issued last, or None."""
        row = self._session.row(_LAST)
        return None if row is None else self._with_lines(row)

    def numbered(self, ending: str) -> str | None:
        """The newest issued one whose invoice number ends so; None for a blank ending."""
        row = self._session.row(_NUMBERED, (ending,)) if ending else None
        return None if row is None else str(row[0])

    def issue(self, order_id: str, invoice_number: str, at: int, confirmed_by: str) -> None:
        """Raises DomainError ``not_waiting`` or, for a number given before, ``conflict``."""
        values = (invoice_number, at, confirmed_by, *_day_hour(at), order_id)
        self._one(_ISSUE, values, "not_waiting")

    def close(self, order_id: str, state: SaleState) -> None:
        """Give the bill up. Raises DomainError ``not_waiting``."""
        if state is not SaleState.ABANDONED:
            raise DomainError("not_waiting", f"a bill is not closed as {state}")
        self._one(_ABANDON, (order_id,), "not_waiting")

    def change_contact(
        self,
        order_id: str,
        phone: str | None,
        link_token: str,
        at: int,
        by: str,
        consent: Consent | None = None,
    ) -> None:
        """Another number, its consent and another link for a waiting bill; the former number and
        link are kept beside. Raises DomainError ``not_waiting``."""
        self._one(_KEEP_CONTACT, (at, by, order_id), "not_waiting")
        values = (phone, link_token, *_asked(consent), order_id)
        self._one(_NEW_CONTACT, values, "not_waiting")

    def contacts(self, order_id: str) -> Sequence[FormerContact]:
        """The former numbers and links of a bill, oldest first."""
        rows = self._session.rows(_CONTACTS, (order_id,))
        return tuple(FormerContact(*row) for row in rows)

    def awaiting_of(self, phone: str) -> Sequence[str]:
        """Bills of this number that wait for their money, oldest first."""
        return tuple(row[0] for row in self._session.rows(_AWAITING_OF, (phone,)))

    def forget(self, phone: str) -> int:
        """Erase the number from bills that do not wait, and from corrections."""
        self._session.change(_FORGET_FORMER, (phone,))
        return self._session.change(_FORGET, (phone,))

    def hand_over(self, order_id: str, at: int, by: str) -> None:
        """The first hand-over counts. Raises DomainError ``not_paid_yet`` before the issue."""
        if self._session.change(_HAND_OVER, (at, by, order_id)) == 0:
            row = self._session.row(_STATE, (order_id,))
            if row != (SaleState.ISSUED.value,):
                raise DomainError("not_paid_yet")

    def handed_over_by(self, order_id: str) -> str:
        """Who gave the goods out, or a blank."""
        row = self._session.row(_HANDED_OVER_BY, (order_id,))
        return "" if row is None else str(row[0] or "")

    def next_token(self, day: int) -> int:
        """1, 2, 3 ... within the day."""
        ((number,),) = self._session.change_rows(_NEXT_CALLED, (day,))
        return int(number)

    def _one(self, sql: str, values: tuple[object, ...], code: str) -> None:
        if self._session.change(sql, values) != 1:
            raise DomainError(code)

    def _with_lines(self, row: Row) -> Sale:
        return sale_of(row, [line_of(line) for line in self._session.rows(_LINES, (row[0],))])


def line_of(row: Sequence[Any]) -> PricedLine:
    """A line from its columns in the order of the table."""
    values = list(row)
    values[_INCLUDES] = bool(values[_INCLUDES])
    values[_TAX_CLASS] = TaxClass(values[_TAX_CLASS])
    return PricedLine(*values)


def sale_of(row: Row, lines: Sequence[PricedLine]) -> Sale:
    """A sale from its columns in the order of the table."""
    consent = None if row[22] is None else Consent(*row[22:26])
    bill = PricedBill(tuple(lines), Totals(*row[6:14]), row[14], row[15], Scheme(row[16]))
    return Sale(
        order_id=row[0],
        token_no=row[1],
        state=SaleState(row[2]),
        counter=row[3],
        cashier=row[4],
        channel=Channel(row[5]),
        bill=bill,
        due=row[17],
        bill_hash=row[18],
        link_token=row[19],
        created_at=row[20],
        phone=row[21],
        consent=consent,
        invoice_number=row[26],
        issued_at=row[27],
        confirmed_by=row[28],
        handed_over_at=row[29],
        remote=bool(row[30]),
        link_style=LinkStyle(row[31]),
        contact=row[32],
    )


def _asked(consent: Consent | None) -> tuple[object, ...]:
    if consent is None:
        return (None,) * 4
    return (consent.purpose, consent.asked_by, consent.at, consent.text_version)


def _sale_values(sale: Sale) -> tuple[object, ...]:
    return (
        sale.order_id, sale.token_no, "awaiting", sale.counter, sale.cashier, sale.channel.value,
        *_totals(sale.bill.totals),
        sale.bill.supplier_state, sale.bill.place_of_supply, sale.bill.scheme.value,
        sale.due, sale.bill_hash, sale.link_token, sale.created_at,
        sale.phone, *_asked(sale.consent),
        None, None, None, None, sale.remote, sale.link_style.value, sale.contact,
    )  # fmt: skip


def _day_hour(at: int) -> tuple[int, int]:
    return ist_day(at), ist_hour(at)
