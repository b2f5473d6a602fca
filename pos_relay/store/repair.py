"""What a power cut or a broken disk left apart: rows and files are compared at start.

A file is made durable before the row that names it, so a cut leaves at worst a draft or a file
without a row. A row without its file is a broken disk or a wrong copy: it is marked, told, and
mended as soon as the file is back or its counter pushes the bytes again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, func, select, update

from pos_relay.errors import Lost
from pos_relay.ports import Blobs, Rows
from pos_relay.store.files import SHELVES, blob_name, digest
from pos_relay.store.tables import pages, pictures, revisions

YOUNG_MS = 3_600_000
"""A file younger than this may belong to a push whose row comes next."""


@dataclass(slots=True)
class Repaired:
    """What was found: drafts removed, files without a row set aside, rows whose file is lost, and
    rows whose file is back."""

    drafts: int = 0
    orphans: int = 0
    lost: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Named:
    """A row and the files that it names; ``revision`` 0 is a picture."""

    page_id: str
    revision: int
    hashes: tuple[str, ...]
    lost: bool

    def names(self) -> set[str]:
        """Its files on their shelf."""
        return {blob_name(self.page_id, content_hash) for content_hash in self.hashes}


def repair(rows: Rows, blobs: Blobs, now: int) -> Repaired:
    """Set right what can be. Only while nobody pushes: at start, before the first request."""
    done = Repaired(drafts=blobs.tidy(now))
    for shelf in SHELVES:
        held = blobs.held(shelf)
        if _whole(rows, shelf, held):
            continue
        named = _named(rows, shelf)
        orphans = held.difference(*(row.names() for row in named))
        done.orphans += sum(blobs.set_aside(name, now - YOUNG_MS) for name in sorted(orphans))
        gone = [row for row in named if not row.lost and not row.names() <= held]
        back = [row for row in named if row.lost and row.names() <= held]
        _mark(rows, gone, now)
        _mark(rows, back, None)
        done.lost += len(gone)
        done.found += len(back)
    return done


def damaged(rows: Rows, blobs: Blobs) -> Iterator[dict[str, object]]:
    """Read every file that a row names and say which are gone or not what was stored.

    Changes nothing: it may run beside a serving relay.
    """
    for shelf in SHELVES:
        for row in _named(rows, shelf):
            for content_hash in row.hashes:
                fault = _fault(blobs, row.page_id, content_hash)
                if fault:
                    yield {"page": row.page_id, "revision": row.revision, "fault": fault}


def lost(connection: Connection, tenant: str | None = None, limit: int = 1000) -> list[str]:
    """Page ids with a lost file, of one shop or all, for whoever can push them again."""
    marked = (
        select(revisions.c.page_id)
        .join(pages, pages.c.page_id == revisions.c.page_id)
        .where(revisions.c.lost_at.is_not(None), pages.c.revoked_at.is_(None))
    )
    if tenant is not None:
        marked = marked.where(pages.c.tenant == tenant)
    query = marked.distinct().order_by(revisions.c.page_id).limit(limit)
    return list(connection.execute(query).scalars())


def count_lost(connection: Connection) -> int:
    """How many revisions and pictures miss a file."""
    totals = [
        select(func.count()).select_from(table).where(table.c.lost_at.is_not(None))
        for table in (revisions, pictures)
    ]
    return sum(int(connection.execute(total).scalar_one()) for total in totals)


def _whole(rows: Rows, shelf: str, held: set[str]) -> bool:
    """Whether rows and files agree, as they nearly always do: told without looking at each."""
    here, shown = _on(revisions.c.page_id, shelf), _on(pictures.c.page_id, shelf)
    queries = (
        select(_name(revisions, revisions.c.content_hash)).where(here),
        select(_name(revisions, revisions.c.pdf_hash)).where(
            here, revisions.c.pdf_hash.is_not(None)
        ),
        select(_name(pictures, pictures.c.content_hash)).where(
            shown, pictures.c.closed_at.is_(None)
        ),
    )
    marks = (
        select(revisions.c.page_id).where(here, revisions.c.lost_at.is_not(None)),
        select(pictures.c.page_id).where(shown, pictures.c.lost_at.is_not(None)),
    )
    with rows.read() as sql:
        if any(sql.execute(mark).first() is not None for mark in marks):
            return False
        names = (name for query in queries for name in sql.execute(query).scalars())
        return set(names) == held


def _name(table: Table, content_hash: ColumnElement[str]) -> ColumnElement[str]:
    """``blob_name`` as the database says it."""
    return table.c.page_id + "." + func.substr(content_hash, 1, 24)


def _named(rows: Rows, shelf: str) -> list[Named]:
    """The rows whose files stand on this shelf; a closed picture names none any more."""
    with rows.read() as sql:
        kept = sql.execute(select(revisions).where(_on(revisions.c.page_id, shelf))).all()
        shown = sql.execute(
            select(pictures).where(_on(pictures.c.page_id, shelf), pictures.c.closed_at.is_(None))
        ).all()
    found = [
        Named(
            row.page_id,
            row.revision,
            tuple(one for one in (row.content_hash, row.pdf_hash) if one is not None),
            row.lost_at is not None,
        )
        for row in kept
    ]
    return found + [
        Named(row.page_id, 0, (row.content_hash,), row.lost_at is not None) for row in shown
    ]


def _on(page_id: ColumnElement[str], shelf: str) -> ColumnElement[bool]:
    """Ids that begin with the shelf, as a range that an index serves."""
    return page_id.between(shelf, shelf + "g")


def _mark(rows: Rows, named: Sequence[Named], lost_at: int | None) -> None:
    """A shelf at once: each transaction waits for the disk, and a lost folder is many rows."""
    if not named:
        return
    with rows.write() as sql:
        for row in named:
            if row.revision:
                here = (revisions.c.page_id == row.page_id, revisions.c.revision == row.revision)
                change = update(revisions).where(*here)
            else:
                change = update(pictures).where(pictures.c.page_id == row.page_id)
            sql.execute(change.values(lost_at=lost_at))


def _fault(blobs: Blobs, page_id: str, content_hash: str) -> str:
    try:
        data = blobs.get(page_id, content_hash)
    except Lost as error:
        return error.fault
    return "" if digest(data) == content_hash else "damaged"
