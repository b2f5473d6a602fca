"""The hosted pages as they were sealed, read beside a counter that is running."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from pos_desktop.ports import Page
from pos_desktop.storage.beside import reading_beside
from pos_desktop.wire import seal

_AT_ONCE = 50
_LATEST = (
    "SELECT pages.order_id, sales.link_token, pages.revision, pages.content, pages.pdf "
    "FROM pages JOIN sales USING (order_id, contact) "
    "WHERE pages.order_id > ? AND pages.revision = (SELECT max(revision) FROM pages AS other "
    "WHERE other.order_id = pages.order_id AND other.contact = pages.contact) "
    "ORDER BY pages.order_id LIMIT ?"
)


_TOKENS = (
    "SELECT order_id, link_token FROM sales WHERE order_id > ? "
    "AND EXISTS (SELECT 1 FROM pages WHERE pages.order_id = sales.order_id "
    "AND pages.contact = sales.contact) ORDER BY order_id LIMIT 1000"
)
_ONE = _LATEST.replace("pages.order_id > ?", "pages.order_id = ?")


@dataclass(frozen=True, slots=True)
class HostedPage:
    """The newest revision of one bill's page, sealed under ``link_token``."""

    order_id: str
    link_token: str
    revision: int
    content: bytes
    pdf: bytes | None


def hosted_pages(path: Path) -> Iterator[HostedPage]:
    """Every page of the database at ``path``, oldest bill first; changes nothing and holds up
    nobody. Raises StoreError where the file is not a database of ours."""
    with reading_beside(path) as session:
        after = ""
        while rows := session.rows(_LATEST, (after, _AT_ONCE)):
            for row in rows:
                yield HostedPage(*row)
            after = rows[-1][0]


def pages_named(path: Path, ids: Collection[str]) -> Iterator[tuple[str, Page]]:
    """Token and newest revision of those of these pages (``seal.page_id``) that are in the database
    at ``path``; changes nothing and holds up nobody. Raises StoreError."""
    with reading_beside(path) as session:
        after = ""
        while tokens := session.rows(_TOKENS, (after,)):
            for order_id, token in tokens:
                if seal.page_id(token) in ids:
                    for _, _, revision, content, pdf in session.rows(_ONE, (order_id, 1)):
                        yield token, Page(order_id, revision, content, pdf, acknowledged=True)
            after = tokens[-1][0]
