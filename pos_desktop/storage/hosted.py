"""The hosted pages as they were sealed, read beside a counter that is running."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pos_desktop.storage.beside import reading_beside

_AT_ONCE = 50
_LATEST = (
    "SELECT pages.order_id, sales.link_token, pages.revision, pages.content, pages.pdf "
    "FROM pages JOIN sales USING (order_id, contact) "
    "WHERE pages.order_id > ? AND pages.revision = (SELECT max(revision) FROM pages AS other "
    "WHERE other.order_id = pages.order_id AND other.contact = pages.contact) "
    "ORDER BY pages.order_id LIMIT ?"
)


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
