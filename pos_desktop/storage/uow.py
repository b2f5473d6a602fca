"""The unit of work: one transaction, the repositories on it, and the numbering fence around it."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Self

from pos_desktop.domain.errors import StoreError
from pos_desktop.ports import (
    Collects,
    Facts,
    Flags,
    Ledger,
    Messages,
    Notes,
    Numbers,
    OptOuts,
    OutboxRows,
    Pages,
    Panel,
    People,
    Refunds,
    Sales,
    Tenders,
    Wishes,
)
from pos_desktop.storage.marker import Key, NumberMarker, family
from pos_desktop.storage.repositories.books import SqlLedger, SqlNumbers
from pos_desktop.storage.repositories.collects import SqlCollects
from pos_desktop.storage.repositories.desk import SqlFlags, SqlNotes, SqlPages
from pos_desktop.storage.repositories.facts import SqlFacts
from pos_desktop.storage.repositories.messages import SqlMessages, SqlOptOuts
from pos_desktop.storage.repositories.outbox import SqlOutbox
from pos_desktop.storage.repositories.panel import SqlPanel
from pos_desktop.storage.repositories.people import SqlPeople, SqlWishes
from pos_desktop.storage.repositories.refunds import SqlRefunds
from pos_desktop.storage.repositories.sales import SqlSales
from pos_desktop.storage.repositories.tenders import SqlTenders
from pos_desktop.storage.session import Session

_TOUCH = "UPDATE tallies SET value = value + 1 WHERE name = ?"


class Fence:
    """``ports.NumberFence``: the marker file and which series are locked; also the gate that lets
    one writer in."""

    def __init__(self, marker: NumberMarker) -> None:
        self.marker = marker
        self.locked: dict[str, str] = {}
        self._recorded: dict[Key, int] = {}
        self.committed = 0
        self._gate = threading.Lock()
        self._owner: int | None = None

    def reason(self, series: str) -> str | None:
        """Why a series must not go on, or None; that of its credit notes goes with it."""
        reasons = (self.locked.get(name) for name in family(series))
        return next((reason for reason in reasons if reason is not None), None)

    def recorded(self) -> Mapping[Key, int]:
        """The highest numbers of the database."""
        return dict(self._recorded)

    def highest(self) -> Mapping[Key, int]:
        """The highest numbers that anybody was told: of the database, or of the marker."""
        told = {key: mark.done for key, mark in self.marker.marks.items() if mark.done}
        for key, number in self._recorded.items():
            told[key] = max(number, told.get(key, 0))
        return told

    def record(self, numbers: Mapping[Key, int]) -> None:
        """The database has these numbers."""
        self._recorded.update(numbers)

    def lock(self, series: str, reason: str) -> None:
        """Stop a series and that of its credit notes for good; db lane. Raises StoreError."""
        # First where the next sale looks: the file may refuse.
        self.locked[series] = reason
        self.marker.lock((series,))

    def enter(self) -> None:
        """Wait for the gate; raises RuntimeError for a unit inside a unit of the same thread."""
        if self._owner == threading.get_ident():
            raise RuntimeError("a writing unit of work is open in this thread already")
        self._gate.acquire()
        self._owner = threading.get_ident()

    def leave(self) -> None:
        """Open the gate."""
        self._owner = None
        self._gate.release()


class Unit:
    """The repositories on one session; the two kinds of unit differ in how they begin and end."""

    def __init__(
        self, session: Session, locked: Callable[[str], str | None], taken: dict[Key, int]
    ) -> None:
        self.session = session
        self.sales: Sales = SqlSales(session)
        self.tenders: Tenders = SqlTenders(session)
        self.collects: Collects = SqlCollects(session)
        self.facts: Facts = SqlFacts(session)
        self.messages: Messages = SqlMessages(session)
        self.opt_outs: OptOuts = SqlOptOuts(session)
        self.outbox: OutboxRows = SqlOutbox(session)
        self.ledger: Ledger = SqlLedger(session)
        self.numbers: Numbers = SqlNumbers(session, locked, taken)
        self.pages: Pages = SqlPages(session)
        self.flags: Flags = SqlFlags(session)
        self.notes: Notes = SqlNotes(session)
        self.refunds: Refunds = SqlRefunds(session)
        self.wishes: Wishes = SqlWishes(session)
        self.people: People = SqlPeople(session)
        self.panel: Panel = SqlPanel(session)


class WriteUnit(Unit):
    """``BEGIN IMMEDIATE`` ... ``commit()``; leaving without it rolls everything back."""

    def __init__(self, session: Session, fence: Fence) -> None:
        self._taken: dict[Key, int] = {}
        self._fence = fence
        super().__init__(session, fence.reason, self._taken)

    def __enter__(self) -> Self:
        self._fence.enter()
        try:
            self.session.control("BEGIN IMMEDIATE")
        except BaseException:
            self._fence.leave()
            raise
        return self

    def commit(self) -> None:
        """Durable when it returns. Raises StoreError; then nothing of the unit was kept.

        A unit that took document numbers writes the marker file before and after (relay 2).
        """
        if not self.session.in_transaction:
            raise RuntimeError("this unit of work has ended")
        if self._taken:
            self._fence.marker.prepare(self._taken)
        try:
            self.session.control("COMMIT")
        except StoreError:
            self._bury()
            raise
        self._fence.committed += 1
        self._fence.record(self._taken)
        if self._taken:
            self._fence.marker.done_if_possible(self._taken)

    def _bury(self) -> None:
        """Overwrite what a refused commit left in the WAL. If only its flush failed, its pages lie
        there complete, and a kill before the next commit would bring the refused sale back."""
        if self.session.in_transaction:
            self._roll_back()
        with contextlib.suppress(StoreError):
            # Where the disk is still full or failing the caller hears the first error.
            touch(self.session, "buried")

    def __exit__(self, *exc: object) -> None:
        try:
            if self.session.in_transaction:
                self._roll_back()
        finally:
            self._fence.leave()

    def _roll_back(self) -> None:
        try:
            self.session.control("ROLLBACK")
        except StoreError:
            # SQLite rolls back by itself when a disk fails; the first error is the one to tell.
            if self.session.in_transaction:
                raise


class ReadUnit(Unit):
    """One snapshot of the database; units inside each other on one thread share the outer one."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _never, {})

    def __enter__(self) -> Self:
        session = self.session
        if session.depth == 0:
            session.in_use.acquire()
            try:
                session.control("BEGIN")
            except BaseException:
                session.in_use.release()
                raise
        session.depth += 1
        return self

    def commit(self) -> None:
        """A reading unit has nothing to commit: raises RuntimeError."""
        raise RuntimeError("this unit of work only reads")

    def __exit__(self, *exc: object) -> None:
        session = self.session
        session.depth -= 1
        if session.depth == 0:
            try:
                if session.in_transaction:
                    session.control("ROLLBACK")
            finally:
                session.in_use.release()


def touch(session: Session, what: str) -> None:
    """A small commit of its own; ``what`` names its row in ``tallies``. Raises StoreError."""
    session.control("BEGIN IMMEDIATE")
    try:
        session.change(_TOUCH, (what,))
        session.control("COMMIT")
    except BaseException:
        if session.in_transaction:
            session.control("ROLLBACK")
        raise


def _never(series: str) -> str | None:
    return None
