"""Pages, pictures, flags and notes: what the counter keeps beside the bills."""

from collections.abc import Sequence

from pos_desktop.domain.errors import DomainError
from pos_desktop.ports import Flag, Page, Picture
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import (
    column_names,
    flags,
    insert_sql,
    notes,
    pages,
    pictures,
    select_sql,
)

_PAGE = ("order_id", "revision", "content", "pdf", "acknowledged", "contact")
# A revision is sealed once: the same content again may only bring the PDF that was missing.
_SAVE_PAGE = insert_sql(
    pages,
    _PAGE,
    "ON CONFLICT (order_id, contact, revision) DO UPDATE SET pdf = COALESCE(pdf, excluded.pdf), "
    "acknowledged = MAX(acknowledged, excluded.acknowledged) WHERE content = excluded.content",
)
_LATEST = select_sql(
    pages, _PAGE, "WHERE order_id = ? AND contact = ? ORDER BY revision DESC LIMIT 1"
)
_ACKNOWLEDGE = (
    "UPDATE pages SET acknowledged = 1 WHERE order_id = ? AND contact = ? AND revision = ?"
)
_PICTURE = column_names(pictures)
_SAVE_PICTURE = insert_sql(
    pictures,
    _PICTURE,
    "ON CONFLICT (reference) DO UPDATE SET token = excluded.token, sealed = excluded.sealed, "
    "acknowledged = excluded.acknowledged, closed = excluded.closed",
)
_GET_PICTURE = select_sql(pictures, _PICTURE, "WHERE reference = ?")
FLAG_NAMES = column_names(flags)
_RAISE = insert_sql(
    flags,
    ("order_id", "kind", "amount", "at", "state", "detail", "action"),
    "ON CONFLICT (order_id, kind, detail) DO NOTHING",
)
_OPEN = select_sql(flags, FLAG_NAMES, "WHERE state = 'open' ORDER BY at, flag_id")
_GET_FLAG = select_sql(flags, FLAG_NAMES, "WHERE flag_id = ?")
_CLOSE = (
    "UPDATE flags SET state = 'closed', closed_at = ?, closed_by = ?, resolution = ? "
    "WHERE flag_id = ? AND state = 'open'"
)
_FLAGS_OF = select_sql(flags, FLAG_NAMES, "WHERE order_id = ? ORDER BY flag_id")
_PUT_NOTE = insert_sql(
    notes, ("name", "value"), "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_GET_NOTE = select_sql(notes, ("value",), "WHERE name = ?")


class SqlPages:
    """``ports.Pages``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def save(self, page: Page) -> None:
        """Raises DomainError ``conflict`` for other content under a revision sealed before."""
        p = page
        values = (p.order_id, p.revision, p.content, p.pdf, p.acknowledged, p.contact)
        if self._session.change(_SAVE_PAGE, values) != 1:
            raise DomainError("conflict", "a page revision is sealed once")

    def latest(self, order_id: str, contact: int = 0) -> Page | None:
        """The highest revision under the link of this contact."""
        row = self._session.row(_LATEST, (order_id, contact))
        if row is None:
            return None
        return Page(row[0], row[1], row[2], row[3], bool(row[4]), row[5])

    def acknowledge(self, order_id: str, revision: int, contact: int = 0) -> None:
        """The relay holds it."""
        self._session.change(_ACKNOWLEDGE, (order_id, contact, revision))

    def save_picture(self, picture: Picture) -> None:
        """Insert or replace by reference."""
        self._session.change(
            _SAVE_PICTURE,
            (
                picture.reference,
                picture.token,
                picture.sealed,
                picture.acknowledged,
                picture.closed,
            ),
        )

    def picture(self, reference: str) -> Picture | None:
        """The picture of a collect."""
        row = self._session.row(_GET_PICTURE, (reference,))
        if row is None:
            return None
        return Picture(row[0], row[1], row[2], bool(row[3]), bool(row[4]))


class SqlFlags:
    """``ports.Flags``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def raise_flag(
        self, order_id: str, kind: str, amount: int, at: int, detail: str, action: str
    ) -> bool:
        """False if it stands already."""
        values = (order_id, kind, amount, at, "open", detail, action)
        return self._session.change(_RAISE, values) == 1

    def open(self) -> Sequence[Flag]:
        """Oldest first."""
        return tuple(map(flag_of, self._session.rows(_OPEN)))

    def of(self, order_id: str) -> Sequence[Flag]:
        """Every flag of a bill."""
        return tuple(map(flag_of, self._session.rows(_FLAGS_OF, (order_id,))))

    def get(self, flag_id: int) -> Flag | None:
        """Open or closed."""
        row = self._session.row(_GET_FLAG, (flag_id,))
        return None if row is None else flag_of(row)

    def close(self, flag_id: int, at: int, by: str, resolution: str) -> None:
        """Raises DomainError ``conflict`` for one that is not open."""
        if self._session.change(_CLOSE, (at, by, resolution, flag_id)) != 1:
            raise DomainError("conflict", f"entry {flag_id} of the inbox is not open")


class SqlNotes:
    """``ports.Notes``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str | None:
        """The value, or None."""
        row = self._session.row(_GET_NOTE, (name,))
        return None if row is None else str(row[0])

    def put(self, name: str, value: str) -> None:
        """Insert or replace."""
        self._session.change(_PUT_NOTE, (name, value))


def flag_of(row: Row) -> Flag:
    """A flag from its columns in the order of the table."""
    return Flag(*row)
