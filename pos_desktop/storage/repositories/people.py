"""Those who have a PIN, and what somebody wished while a bill's payable objects close."""

from collections.abc import Sequence

from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Person, Role
from pos_desktop.domain.wish import Wish, WishKind
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import column_names, insert_sql, people, select_sql, wishes

_PERSON = column_names(people)
_ADD = insert_sql(people, _PERSON)
_SAVE = "UPDATE people SET pin_hash = ?, failures = ?, locked_until = ? WHERE person_id = ?"
_ALL = select_sql(people, _PERSON, "ORDER BY created_at, person_id")
WISH_NAMES = column_names(wishes)
_PUT = insert_sql(
    wishes,
    WISH_NAMES,
    "ON CONFLICT (order_id) DO UPDATE SET kind = excluded.kind, at = excluded.at, "
    "by = excluded.by, tendered = excluded.tendered, reason = excluded.reason",
)
_GET = select_sql(wishes, WISH_NAMES, "WHERE order_id = ?")
_EVERY_WISH = select_sql(wishes, WISH_NAMES, "ORDER BY at, order_id")
_DROP = "DELETE FROM wishes WHERE order_id = ?"


class SqlPeople:
    """``ports.People``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, person: Person) -> None:
        """Raises DomainError ``conflict`` for an id used before."""
        p = person
        values = (p.person_id, p.name, p.role.value, p.pin_hash)
        self._session.change(_ADD, (*values, p.created_at, p.failures, p.locked_until))

    def save(self, person: Person) -> None:
        """Write hash, failures and lock. Raises DomainError ``conflict`` for an unknown person."""
        values = (person.pin_hash, person.failures, person.locked_until, person.person_id)
        if self._session.change(_SAVE, values) != 1:
            raise DomainError("conflict", f"no person {person.person_id}")

    def all(self) -> Sequence[Person]:
        """In the order in which they were added."""
        return tuple(map(_person, self._session.rows(_ALL)))


class SqlWishes:
    """``ports.Wishes``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, wish: Wish) -> None:
        """Insert or replace. Raises DomainError ``conflict`` for an unknown bill."""
        w = wish
        self._session.change(_PUT, (w.order_id, w.kind.value, w.at, w.by, w.tendered, w.reason))

    def get(self, order_id: str) -> Wish | None:
        """The wish, or None."""
        row = self._session.row(_GET, (order_id,))
        return None if row is None else wish_of(row)

    def drop(self, order_id: str) -> None:
        """Harmless where there is none."""
        self._session.change(_DROP, (order_id,))

    def all(self) -> Sequence[Wish]:
        """Oldest first."""
        return tuple(map(wish_of, self._session.rows(_EVERY_WISH)))


def wish_of(row: Row) -> Wish:
    """A wish from its columns in the order of ``WISH_NAMES``."""
    order_id, kind, *rest = row
    return Wish(order_id, WishKind(kind), *rest)


def _person(row: Row) -> Person:
    person_id, name, role, *rest = row
    return Person(person_id, name, Role(role), *rest)
