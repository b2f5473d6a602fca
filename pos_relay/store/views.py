"""What a customer's link opens: one statement on a connection that is kept prepared.

Customers' views are most of what a relay does. They are answered in the event loop: reading one row
and one small file of this machine takes a tenth of what handing the work to a thread and back does,
and a rush of views cannot take the threads of counters and hooks.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pysqlite3 import dbapi2

from pos_relay.ports import View

# The loop stands still while a look-up waits; readers of a WAL wait for nobody but a recovery.
_PATIENCE_MS = 200
_PAGE = """
SELECT r.revision, r.content_hash, r.pdf_hash, t.practice,
    (SELECT group_concat(h.host, ' ') FROM pay_hosts h WHERE h.tenant = p.tenant)
FROM pages p
JOIN revisions r ON r.page_id = p.page_id AND r.revision = p.revision
JOIN tenants t ON t.tenant = p.tenant
WHERE p.page_id = ? AND p.revoked_at IS NULL
"""
Answer = TypeVar("Answer")


class LocalViews:
    """Views of a SQLite file on this machine (ports.Views)."""

    def __init__(self, path: Path) -> None:
        self._raw = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False)
        for pragma in (f"busy_timeout={_PATIENCE_MS:d}", "query_only=ON"):
            self._raw.execute(f"PRAGMA {pragma}").fetchall()

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do it here and now."""
        return work()

    def page(self, page_id: str) -> View | None:
        """See ports.Views."""
        row = self._raw.execute(_PAGE, (page_id,)).fetchone()
        if row is None:
            return None
        revision, content_hash, pdf_hash, practice, hosts = row
        allowed = frozenset((hosts or "").split())
        return View(revision, content_hash, pdf_hash, bool(practice), allowed)

    def close(self) -> None:
        """Close the connection."""
        self._raw.close()
