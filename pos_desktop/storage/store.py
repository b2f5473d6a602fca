"""The counter's database as the program sees it: ``ports.Store`` over one SQLite file."""

import contextlib
from pathlib import Path
from typing import Self

import sqlalchemy as sa

from pos_desktop.domain.errors import StoreError
from pos_desktop.storage.engine import Held, Readers, check_sqlite, connect_writer
from pos_desktop.storage.marker import Key, NumberMarker, fence
from pos_desktop.storage.occupancy import Occupancy
from pos_desktop.storage.schema import (
    check_header,
    check_sound,
    check_version,
    create_file,
    older_version,
)
from pos_desktop.storage.session import Session
from pos_desktop.storage.uow import Fence, ReadUnit, WriteUnit, touch


class SqliteStore:
    """One database file with its marker, lock and ``-wal`` beside it.

    ``SqliteStore(path).open()``; ``write`` belongs to the db lane, ``read`` to any thread.
    ``marker`` is the file of the numbering fence (default: beside the database); in another folder
    it also notices when the whole data folder is put back to an older state.
    """

    def __init__(self, path: Path, *, marker: Path | None = None) -> None:
        self.path = path
        self._occupancy = Occupancy(path)
        self._marker = NumberMarker(marker or path.with_name(path.name + ".numbers"))
        self._fence = Fence(self._marker)
        self._folded_at = 0
        self._writer: Held | None = None
        self._readers: Readers | None = None

    def open(self) -> Self:
        """Create the file or check the one that is there, and take the folder for this process.

        A file of the version before this one is brought up to date, see ``migrate.py``.

        Raises StoreError: ``old_sqlite``, ``in_use``, ``read_only``, ``cannot_open``, ``damaged``,
        ``not_ours``, ``newer_schema``, ``older_schema``, ``disk_full``, ``disk_error``, ``marker``.
        """
        check_sqlite()
        unclean = self._occupancy.take()
        try:
            self._open(unclean)
        except BaseException:
            self._end(clean=False)
            raise
        return self

    def _open(self, unclean: bool) -> None:
        if self.path.exists():
            check_header(self.path)
        else:
            create_file(self.path)
        self._writer = Held(connect_writer(self.path), writes=True)
        session = self._writer.session
        older = older_version(session)
        if older is not None:
            # Needed once in the life of a database, so not loaded at every start.
            from pos_desktop.storage.migrate import migrate

            migrate(self._writer, self.path, older)
        check_version(session)
        if unclean:
            check_sound(session)
        self._readers = Readers(self.path)
        self._marker.open()
        self._compare_numbers(session)
        # Proves that the file can be written to, and begins the WAL anew, so that the flush of its
        # header is not paid by the next sale.
        touch(session, "opened")

    def _compare_numbers(self, session: Session) -> None:
        rows = session.rows("SELECT series, fy, last_no FROM numbers")
        database: dict[Key, int] = {(series, fy): number for series, fy, number in rows}
        self._fence.record(database)
        marks = self._marker.marks
        locked = fence(marks, database)
        self._marker.lock(locked)
        known = {series: locked.get(series, "locked_before") for series in self._marker.locked}
        self._fence.locked = known
        # Committed, but killed before ``done``: complete it.
        complete = {
            key: number
            for key, number in database.items()
            if key[0] not in known and marks[key].done < number
        }
        if complete:
            self._marker.done(complete)

    @property
    def fence(self) -> Fence:
        """The numbering fence of this database; open it first."""
        return self._fence

    @property
    def locked_series(self) -> dict[str, str]:
        """Series whose numbering is locked, with the reason (``rolled_back``, ``marker_behind``,
        ``locked_before``); the counter has to enrol for a new one."""
        return dict(self._fence.locked)

    def write(self) -> WriteUnit:
        """A writing unit; db lane. Raises StoreError."""
        return WriteUnit(self._writing(), self._fence)

    def read(self) -> ReadUnit:
        """A read-only unit on this thread's own connection. Raises StoreError."""
        return self._reading().held().unit

    def core(self) -> sa.Connection:
        """This thread's read-only Core connection, for reports; it stays open, do not close it."""
        return self._reading().held().core

    def checkpoint(self) -> None:
        """Fold the WAL into the file if anything was committed since; db lane, when idle."""
        if self._fence.committed == self._folded_at:
            return
        self._fence.enter()
        try:
            session = self._writing()
            session.control("PRAGMA wal_checkpoint(PASSIVE)")
            touch(session, "folded")
            self._folded_at = self._fence.committed
        finally:
            self._fence.leave()

    def scrub(self) -> None:
        """Write file and WAL anew, so that nothing of what was erased is left in a free corner of a
        page or in an older frame; db lane. Raises StoreError (``busy`` ...): then try again."""
        self._fence.enter()
        try:
            session = self._writing()
            session.control("VACUUM")
            # A reader that is still at an older state keeps the frames that it may need.
            if session.row("PRAGMA wal_checkpoint(TRUNCATE)") != (0, 0, 0):
                raise StoreError("busy", "The database is being read; try again in a moment.")
        finally:
            self._fence.leave()

    def close(self) -> None:
        """End in order: readers first, then the last checkpoint. Harmless twice."""
        self._end(clean=self._writer is not None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _end(self, *, clean: bool) -> None:
        if self._readers is not None:
            self._readers.close()
        if self._writer is not None:
            if clean:
                # What it cannot fold now it folds at the next start; nothing is lost.
                with contextlib.suppress(StoreError):
                    self._writer.session.control("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()
        self._writer = self._readers = None
        self._marker.close()
        self._occupancy.leave(clean=clean)

    def _writing(self) -> Session:
        if self._writer is None:
            raise StoreError("closed", "The database is closed.")
        return self._writer.session

    def _reading(self) -> Readers:
        if self._readers is None:
            raise StoreError("closed", "The database is closed.")
        return self._readers
