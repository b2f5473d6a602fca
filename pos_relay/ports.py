"""What the relay needs of a database, of a place for sealed files and of a bus.

A shop has SQLite, a folder and a bus inside the process; a chain has PostgreSQL, an object store
and NATS behind the same three protocols (design relay 4). ``tests/relay/contract.py`` lists
the adapters that must keep what the tests ask of each.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from pos_relay.store.transaction import Transaction

Answer = TypeVar("Answer")


class Rows(Protocol):
    """The database: plain SQL through SQLAlchemy's expressions, one transaction at a time."""

    def write(self) -> AbstractContextManager[Transaction]:
        """One transaction, durable when left; leaving by an exception undoes all of it.

        Two that touch the same shop's numbers happen one after the other.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """One consistent view, which cannot be written through."""
        ...

    def version(self) -> int:
        """Of the schema; 0 for a new database."""
        ...

    def migrate(self) -> int:
        """Bring the schema to this program's version and return it. SetupError for a newer one."""
        ...

    def size(self) -> int:
        """Bytes on disk."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class Blobs(Protocol):
    """Sealed bytes by (page id, content hash). A shelf is the first two characters of the id."""

    def put(self, page_id: str, content_hash: str, data: bytes) -> None:
        """Durable and whole when it returns, never visible in part; again changes nothing."""
        ...

    def get(self, page_id: str, content_hash: str) -> bytes:
        """The bytes. Lost where they are gone or cannot be read."""
        ...

    def drop(self, page_id: str, content_hash: str) -> None:
        """Remove what nothing refers to any more; again changes nothing."""
        ...

    def held(self, shelf: str) -> set[str]:
        """The names (``store.files.blob_name``) of what stands on a shelf."""
        ...

    def set_aside(self, name: str, before: int) -> bool:
        """Take what no row names from its shelf if it is older than ``before`` (UTC ms)."""
        ...

    def tidy(self, now: int) -> int:
        """Remove what a crash left half-written and what was set aside long ago; how many."""
        ...


@dataclass(frozen=True, slots=True)
class View:
    """The current revision of a page, its files, and what its shop allows a Pay button."""

    revision: int
    content_hash: str
    pdf_hash: str | None
    practice: bool
    pay_hosts: frozenset[str]


class Views(Protocol):
    """Rows and blobs as customers' links ask for them: one page at a time, and quickly."""

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Do ``work``, which looks up pages and reads blobs: in the loop where both are files of
        this machine, in a thread where they are at the other end of a network."""
        ...

    def page(self, page_id: str) -> View | None:
        """What a link opens now; None for unknown and revoked pages alike. Within ``run`` only."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class Bus(Protocol):
    """Wake-ups between readers of feeds, of this process and others. Losing one loses no hint."""

    closed: bool

    def start(self) -> None:
        """Called once, inside the running loop."""
        ...

    def stop(self) -> None:
        """Let every waiting reader end; again changes nothing."""
        ...

    def wake(self, tenant: str) -> None:
        """Tell the readers of a shop that its feed has grown; from any thread."""
        ...

    def bell(self, tenant: str) -> AbstractContextManager[asyncio.Event]:
        """A bell that rings for this shop."""
        ...
