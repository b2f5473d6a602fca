"""Checking a database from outside, without any key: ledger, numbers, totals, bills and money."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path

import msgspec
from pysqlite3 import dbapi2 as dbapi

from pos_desktop.domain.errors import StoreError
from pos_desktop.domain.numbering import ist_day, ist_hour
from pos_desktop.domain.sale import PricedBill, Sale, SaleState
from pos_desktop.domain.series import is_note_series
from pos_desktop.ports import LedgerEntry
from pos_desktop.storage.beside import reading_beside
from pos_desktop.storage.errors import DAMAGED, sqlite_errors
from pos_desktop.storage.repositories.books import entry_of
from pos_desktop.storage.repositories.sales import LINE_NAMES, SALE_NAMES, line_of, sale_of
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import column_names, ledger, sale_lines, sales, select_sql
from pos_desktop.storage.verify_money import Broken, Tenders, check_money, kinds_of
from pos_desktop.storage.verify_schema import check_schema
from pos_desktop.wire.chain import GENESIS, canonical, link

ISSUED = "sale.issued"
"""Kind of the ledger entry of an issue; its body names ``order_id``, ``number``, ``bill_hash``."""
FROZEN = ("sale.requested", "sale.begun")
"""Kinds of the entry of a bill that waits for its money; its body names ``bill_hash`` too."""

_SUMMED = ("taxable", "cgst", "sgst", "igst", "cess", "total")
_PAGE = 1000
_ENTRIES = select_sql(ledger, column_names(ledger), "WHERE seq > ? ORDER BY seq LIMIT ?")
_SALES = select_sql(
    sales, (*SALE_NAMES, "day", "hour"), "WHERE order_id > ? ORDER BY order_id LIMIT ?"
)
_LINES = select_sql(
    sale_lines,
    ("order_id", "line_no", *LINE_NAMES),
    "WHERE order_id BETWEEN ? AND ? ORDER BY order_id, line_no",
)
_GIVEN = "SELECT invoice_number FROM sales WHERE invoice_number IS NOT NULL ORDER BY invoice_number"
_NUMBERS = "SELECT series, fy, last_no FROM numbers"
_INCLUDES = 2 + LINE_NAMES.index("price_includes_tax")
_sums = attrgetter(*_SUMMED)


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """``entries`` of the ledger were read; ``problem`` is the first thing that is wrong ("" if ok)
    and ``first_broken`` the ledger entry that it concerns, where there is one."""

    ok: bool
    entries: int
    first_broken: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class _Issue:
    seq: int
    at: int
    number: object
    bill_hash: object
    tenders: object
    actor: str


@dataclass(frozen=True, slots=True)
class _Freeze:
    seq: int
    at: int
    bill_hash: object
    actor: str


def verify_database(path: Path) -> VerifyResult:
    """Check the file at ``path`` read-only. Raises StoreError where it cannot be read at all."""
    try:
        with reading_beside(path) as session, sqlite_errors():
            return _Verification(session).run()
    except dbapi.OperationalError as error:
        # Our statements fit our schema, so a table or column that is not there was damaged.
        raise StoreError("damaged", DAMAGED, detail=str(error)) from error


class _Verification:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._entries = 0
        self._issues: dict[object, _Issue] = {}
        self._freezes: dict[object, _Freeze] = {}

    def run(self) -> VerifyResult:
        self._session.control("BEGIN")
        try:
            self._check_chain()
            self._check_sales()
            with kinds_of("the table of numbers"):
                self._check_numbers()
            check_money(self._session)
            self._check_file()
            check_schema(self._session)
        except Broken as broken:
            return VerifyResult(False, self._entries, broken.seq, broken.problem)
        return VerifyResult(True, self._entries, None, "")

    def _check_chain(self) -> None:
        before = GENESIS
        for row in self._pages(_ENTRIES, 0):
            seq: int = row[0]
            entry, wanted = _entry(row, before)
            if seq != self._entries + 1:
                raise Broken(f"ledger entry {self._entries + 1} is missing", seq)
            if entry.prev_hash != before:
                raise Broken(f"ledger entry {seq} does not follow the one before it", seq)
            if entry.hash != wanted:
                raise Broken(f"ledger entry {seq} was changed", seq)
            before = entry.hash
            self._entries += 1
            self._note(entry)

    def _note(self, entry: LedgerEntry) -> None:
        order = entry.body.get("order_id")
        if entry.kind in FROZEN:
            bill_hash = entry.body.get("bill_hash")
            self._freezes[order] = _Freeze(entry.seq, entry.at, bill_hash, entry.actor)
        if entry.kind != ISSUED:
            return
        if order in self._issues:
            raise Broken(f"bill {order} was issued twice", entry.seq)
        number, bill_hash = entry.body.get("number"), entry.body.get("bill_hash")
        tenders = entry.body.get("tenders")
        told = (number, bill_hash, tenders, entry.actor)
        self._issues[order] = _Issue(entry.seq, entry.at, *told)

    def _check_sales(self) -> None:
        issued: set[object] = set()
        for sale, day_hour in self._sales():
            issue = self._issues.get(sale.order_id)
            seq = None if issue is None else issue.seq
            with kinds_of(f"bill {sale.invoice_number or sale.order_id}", seq):
                self._check_bill(sale, seq)
            if sale.state is SaleState.ISSUED:
                issued.add(sale.order_id)
                self._check_issue(sale, issue)
            elif issue is not None:
                raise Broken(f"bill {sale.order_id} is {sale.state} but was issued", seq)
            _check_day(sale, day_hour, seq)
            _check_freeze(sale, self._freezes.pop(sale.order_id, None))
        for order, issue in self._issues.items():
            if order not in issued:
                raise Broken(f"issued bill {order} is missing", issue.seq)
        for order, freeze in self._freezes.items():
            raise Broken(f"bill {order} is missing", freeze.seq)

    def _check_bill(self, sale: Sale, seq: int | None) -> None:
        name = sale.invoice_number or sale.order_id
        totals = sale.bill.totals
        columns = zip(*map(_sums, sale.bill.lines), strict=True)
        sums = tuple(map(sum, columns)) or (0,) * len(_SUMMED)
        if sums != _sums(totals):
            raise Broken(f"the totals of {name} are not the sums of its lines", seq)
        if totals.payable != totals.total + totals.round_off or sale.due != totals.payable:
            raise Broken(f"the payable amount of {name} is not its total, rounded", seq)
        if sale.bill_hash != bill_digest(sale.bill):
            raise Broken(f"the bill of {name} was changed after it was frozen", seq)

    def _check_issue(self, sale: Sale, issue: _Issue | None) -> None:
        number = sale.invoice_number
        if issue is None:
            raise Broken(f"invoice {number} has no ledger entry")
        if issue.number != number:
            raise Broken(f"invoice {number} has another number in the ledger", issue.seq)
        if issue.bill_hash != sale.bill_hash:
            raise Broken(f"invoice {number} is another bill in the ledger", issue.seq)
        if issue.at != sale.issued_at:
            raise Broken(f"invoice {number} has another date in the ledger", issue.seq)
        if issue.actor != sale.cashier:
            raise Broken(f"invoice {number} was issued by another person in the ledger", issue.seq)
        with kinds_of(f"a tender of invoice {number}", issue.seq):
            self._check_tenders(sale, issue)

    def _check_tenders(self, sale: Sale, issue: _Issue) -> None:
        number, tenders = sale.invoice_number, Tenders(self._session, sale.order_id)
        told = issue.tenders
        if isinstance(told, list) and tenders.at_issue(len(told)) != told:
            raise Broken(f"invoice {number} was paid otherwise by the ledger", issue.seq)
        if not tenders.change_fits():
            raise Broken(
                f"the change of invoice {number} is not what was given too much", issue.seq
            )
        standing = tenders.standing()
        if standing < sale.due:
            problem = f"invoice {number} has tenders of {standing} paise, {sale.due} are due"
            raise Broken(problem, issue.seq)

    def _check_numbers(self) -> None:
        given: dict[tuple[str, str], int] = {}
        for (text,) in self._session.rows(_GIVEN):
            series, fy, number = _parsed(text)
            wanted = given.get((series, fy), 0) + 1
            if number != wanted:
                raise Broken(f"invoice {series}/{fy}/{wanted:06d} is missing before {text}")
            given[series, fy] = number
        for series, fy, last in self._session.rows(_NUMBERS):
            if is_note_series(series):
                continue
            highest = given.pop((series, fy), 0)
            if highest != last:
                raise Broken(f"series {series}/{fy} stands at {last}, its last bill at {highest}")
        if given:
            series, fy = next(iter(given))
            raise Broken(f"series {series}/{fy} is not known")

    def _check_file(self) -> None:
        """What no sum shows: an index that tells another story than its table."""
        ((said, *_), *_) = self._session.rows("PRAGMA integrity_check(1)")
        if said != "ok":
            raise Broken(f"the file is damaged: {said}")
        if row := self._session.row("PRAGMA foreign_key_check"):
            raise Broken(f"a row of {row[0]} belongs to no row of {row[2]}")

    def _sales(self) -> Iterator[tuple[Sale, Row]]:
        """Each bill with the day and hour under which summaries find it."""
        last = ""
        while rows := self._session.rows(_SALES, (last, _PAGE)):
            first, before, last = rows[0][0], last, rows[-1][0]
            if not isinstance(last, str) or last <= before:
                raise Broken(f"the bills behind {before!r} do not stand in order")
            lines = self._session.rows(_LINES, (first, last))
            of = {key: list(group) for key, group in groupby(lines, itemgetter(0))}
            for row in rows:
                yield _sale(row, of.get(row[0], [])), row[-2:]

    def _pages(self, sql: str, last: int) -> Iterator[Row]:
        while rows := self._session.rows(sql, (last, _PAGE)):
            yield from rows
            last = rows[-1][0]


def bill_digest(bill: PricedBill) -> str:
    """SHA-256 (hex) over the canonical JSON of every stored figure: the ``bill_hash`` of a sale."""
    return hashlib.sha256(canonical(msgspec.to_builtins(bill))).hexdigest()


def _entry(row: Row, before: str) -> tuple[LedgerEntry, str]:
    """The entry and the hash that it should have."""
    try:
        entry = entry_of(row)
        whole = isinstance(entry.body, dict) and canonical(entry.body).decode() == row[4]
        wanted = link(before, entry.seq, entry.kind, entry.actor, entry.at, entry.body)
    except (TypeError, ValueError):
        whole = False
    if not whole:
        raise Broken(f"the body of ledger entry {row[0]} has no canonical form", row[0])
    return entry, wanted


def _sale(row: Row, lines: list[Row]) -> Sale:
    if [line[1] for line in lines] != list(range(1, len(lines) + 1)):
        raise Broken(f"the lines of bill {row[0]} are not numbered 1, 2, 3 ...")
    if any(line[_INCLUDES] not in (0, 1) for line in lines):
        raise Broken(f"a line of bill {row[0]} does not say whether its price includes tax")
    try:
        return sale_of(row, [line_of(line[2:]) for line in lines])
    except ValueError as error:
        raise Broken(f"bill {row[0]} holds a word that is not ours: {error}") from error


def _check_day(sale: Sale, day_hour: Row, seq: int | None) -> None:
    name = sale.invoice_number or sale.order_id
    at = sale.created_at if sale.issued_at is None else sale.issued_at
    try:
        fits = day_hour == (ist_day(at), ist_hour(at))
    except OverflowError:
        fits = False
    if not fits:
        raise Broken(f"bill {name} stands under a day or hour that is not its own", seq)


def _check_freeze(sale: Sale, freeze: _Freeze | None) -> None:
    if freeze is None:
        return
    told = (freeze.bill_hash, freeze.actor, freeze.at)
    if told != (sale.bill_hash, sale.cashier, sale.created_at):
        raise Broken(f"bill {sale.order_id} is another bill in the ledger", freeze.seq)


def _parsed(text: object) -> tuple[str, str, int]:
    if not isinstance(text, str):
        # An index leads to a row that is not the one that it says.
        raise Broken("an invoice number is not where the index of numbers has it")
    parts = text.split("/")
    if len(parts) != 3 or not (parts[2].isascii() and parts[2].isdigit()):
        raise Broken(f"{text} is no invoice number")
    return parts[0], parts[1], int(parts[2])
