"""What a customer's link opens: one statement on a connection that is kept prepared.

Customers' views are most of what a relay does, so they have a few threads and connections of their
own: a rush of views cannot take the threads of counters and hooks, nor they those of the views.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pysqlite3 import dbapi2

# Rendering holds the interpreter's lock, only reading lets it go: more threads would only queue
# for it, and keep the loop waiting behind them.
_THREADS = 2
_PAGE = """
SELECT r.revision, r.content_hash, r.pdf_hash, t.practice,
    (SELECT group_concat(h.host, ' ') FROM pay_hosts h WHERE h.tenant = p.tenant)
FROM pages p
JOIN revisions r ON r.page_id = p.page_id AND r.revision = p.revision
JOIN tenants t ON t.tenant = p.tenant
WHERE p.page_id = ? AND p.revoked_at IS NULL
"""
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class View:
    """The current revision of a page, its files, and what its shop allows a Pay button."""

    revision: int
    content_hash: str
    pdf_hash: str | None
    practice: bool
    pay_hosts: frozenset[str]


class Views:
    """Threads that answer customers; each has its own connection, which cannot write."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mine = threading.local()
        self._opened: list[dbapi2.Connection] = []
        self._threads = ThreadPoolExecutor(_THREADS, "view")

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do ``work`` in one of the threads."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def page(self, page_id: str) -> View | None:
        """What a link opens now; None for unknown and revoked pages alike."""
        row = self._connection().execute(_PAGE, (page_id,)).fetchone()
        if row is None:
            return None
        revision, content_hash, pdf_hash, practice, hosts = row
        allowed = frozenset((hosts or "").split())
        return View(revision, content_hash, pdf_hash, bool(practice), allowed)

    def close(self) -> None:
        """Wait for the views under way and close the connections."""
        self._threads.shutdown()
        for raw in self._opened:
            raw.close()

    def _connection(self) -> dbapi2.Connection:
        raw: dbapi2.Connection | None = getattr(self._mine, "raw", None)
        if raw is None:
            raw = dbapi2.connect(str(self._path), isolation_level=None, check_same_thread=False)
            for pragma in ("busy_timeout=10000", "query_only=ON"):
                raw.execute(f"PRAGMA {pragma}").fetchall()
            self._mine.raw = raw
            self._opened.append(raw)
        return raw
