"""Hosted pages and QR pictures: which sealed file is current. Revisions only go forward."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from pos_relay.store.tables import pages, pictures, revisions

CLOSED_SHOWN_MS = 30 * 24 * 3600 * 1000  # how long a closed QR answers with a neutral picture


class Put(Enum):
    """What became of a push."""

    STORED = "stored"
    SAME = "same"
    CONFLICT = "conflict"
    STALE = "stale"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class PageFiles:
    """A revision of a page and its files."""

    revision: int
    content_hash: str
    pdf_hash: str | None


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture; ``closed`` once its collect can no longer be paid."""

    content_hash: str
    closed: bool


def put(connection: Connection, tenant: str, page_id: str, new: PageFiles, now: int) -> Put:
    """Note a revision whose files are already durable."""
    page = connection.execute(select(pages).where(pages.c.page_id == page_id)).first()
    if page is not None and page.tenant != tenant:
        return Put.FOREIGN
    here = (revisions.c.page_id == page_id, revisions.c.revision == new.revision)
    known = connection.execute(select(revisions).where(*here)).first()
    if known is not None:
        return _again(connection, page_id, known, new)
    if page is None:
        connection.execute(
            insert(pages).values(
                page_id=page_id, tenant=tenant, revision=new.revision, created_at=now
            )
        )
    elif page.revision > new.revision:
        return Put.STALE
    else:
        connection.execute(
            update(pages).where(pages.c.page_id == page_id).values(revision=new.revision)
        )
    connection.execute(
        insert(revisions).values(
            page_id=page_id,
            revision=new.revision,
            content_hash=new.content_hash,
            pdf_hash=new.pdf_hash,
            stored_at=now,
        )
    )
    return Put.STORED


def _again(connection: Connection, page_id: str, known: Row[Any], new: PageFiles) -> Put:
    """A revision that is noted already: an honest retry, or one that brings its PDF later."""
    if known.content_hash != new.content_hash:
        return Put.CONFLICT
    here = (revisions.c.page_id == page_id, revisions.c.revision == new.revision)
    if new.pdf_hash is None or known.pdf_hash == new.pdf_hash:
        if known.lost_at is not None and known.pdf_hash == new.pdf_hash:
            # The push has brought every file of this revision back.
            connection.execute(update(revisions).where(*here).values(lost_at=None))
        return Put.SAME
    if known.pdf_hash is not None:
        return Put.CONFLICT
    connection.execute(update(revisions).where(*here).values(pdf_hash=new.pdf_hash))
    return Put.STORED


def revoke(connection: Connection, tenant: str, page_id: str, now: int) -> bool:
    """End a link for good (a bill that went to a wrong number); again changes nothing."""
    mine = (pages.c.page_id == page_id, pages.c.tenant == tenant)
    row = connection.execute(select(pages.c.revoked_at).where(*mine)).first()
    if row is not None and row.revoked_at is None:
        connection.execute(update(pages).where(*mine).values(revoked_at=now))
    return row is not None


def put_picture(
    connection: Connection, tenant: str, page_id: str, content_hash: str, now: int
) -> Put:
    """Note a picture whose file is already durable; a closed one stays closed."""
    row = connection.execute(select(pictures).where(pictures.c.page_id == page_id)).first()
    if row is None:
        connection.execute(
            insert(pictures).values(
                page_id=page_id, tenant=tenant, content_hash=content_hash, created_at=now
            )
        )
        return Put.STORED
    if row.tenant != tenant:
        return Put.FOREIGN
    if row.content_hash != content_hash:
        return Put.CONFLICT
    if row.lost_at is not None:
        mine = update(pictures).where(pictures.c.page_id == page_id)
        connection.execute(mine.values(lost_at=None))
    return Put.SAME


def close_picture(connection: Connection, tenant: str, page_id: str, now: int) -> str | None:
    """Close a picture (again changes nothing); its content hash, or None if there is none."""
    mine = (pictures.c.page_id == page_id, pictures.c.tenant == tenant)
    row = connection.execute(select(pictures).where(*mine)).first()
    if row is None:
        return None
    if row.closed_at is None:
        connection.execute(update(pictures).where(*mine).values(closed_at=now, lost_at=None))
    return str(row.content_hash)


def picture(connection: Connection, page_id: str, now: int) -> PictureFile | None:
    """What a QR link opens; None for unknown ones and 30 days after the close."""
    row = connection.execute(select(pictures).where(pictures.c.page_id == page_id)).first()
    if row is None or (row.closed_at is not None and now - row.closed_at > CLOSED_SHOWN_MS):
        return None
    return PictureFile(row.content_hash, row.closed_at is not None)
