"""Messages to customers."""

import json
from collections.abc import Sequence
from operator import attrgetter

from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import column_names, insert_sql, messages, select_sql, update_sql

MESSAGE_NAMES = column_names(messages)
_FIXED = frozenset({"message_id", "order_id", "purpose", "attempt", "created_at"})
_MUTABLE = tuple(name for name in MESSAGE_NAMES if name not in _FIXED)
_ADD = insert_sql(messages, MESSAGE_NAMES, "ON CONFLICT (order_id, purpose, attempt) DO NOTHING")
_SAVE = update_sql(messages, _MUTABLE, "WHERE message_id = ?")
_GET = select_sql(messages, MESSAGE_NAMES, "WHERE message_id = ?")
_OF = select_sql(messages, MESSAGE_NAMES, "WHERE order_id = ? ORDER BY created_at, message_id")
_BY_SID = select_sql(messages, MESSAGE_NAMES, "WHERE sid = ? AND sid IS NOT NULL")
_TO_POLL = select_sql(
    messages,
    MESSAGE_NAMES,
    "WHERE channel = 'sms' AND state IN ('accepted', 'sent') AND not_before <= ? "
    "ORDER BY not_before, message_id LIMIT ?",
)
_FIRST_POLL = (
    "SELECT MIN(not_before) FROM messages WHERE channel = 'sms' AND state IN ('accepted', 'sent')"
)
_PARAMETERS = MESSAGE_NAMES.index("parameters")
_LABEL = "m1."
_all = attrgetter(*MESSAGE_NAMES)
_mutable = attrgetter(*_MUTABLE)
_MUTABLE_PARAMETERS = _MUTABLE.index("parameters")


class SqlMessages:
    """``ports.Messages``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, message: Message) -> bool:
        """False if that purpose and attempt exists for the bill."""
        return self._session.change(_ADD, _as_text(_all(message), _PARAMETERS)) == 1

    def get(self, message_id: str) -> Message | None:
        """By our id."""
        return _maybe(self._session.row(_GET, (message_id,)))

    def of(self, order_id: str) -> Sequence[Message]:
        """Oldest first."""
        return tuple(map(message_of, self._session.rows(_OF, (order_id,))))

    def save(self, message: Message) -> None:
        """Write every mutable field. Raises DomainError ``conflict`` for an unknown message."""
        values = _as_text(_mutable(message), _MUTABLE_PARAMETERS)
        if self._session.change(_SAVE, (*values, message.message_id)) != 1:
            raise DomainError("conflict", f"no message {message.message_id}")

    def match(self, sid: str | None, label: str | None) -> Message | None:
        """By the provider's id, else by our label."""
        found = None if sid is None else self._session.row(_BY_SID, (sid,))
        if found is None and label is not None and label.startswith(_LABEL):
            found = self._session.row(_GET, (label.removeprefix(_LABEL),))
        return _maybe(found)

    def to_poll(self, now: int, limit: int) -> Sequence[Message]:
        """SMS that the provider took and whose next poll has come."""
        ((first,),) = self._session.rows(_FIRST_POLL)
        if first is None or first > now:
            # What is asked at every turn of the engine, and mostly in vain, does not sort.
            return ()
        return tuple(map(message_of, self._session.rows(_TO_POLL, (now, limit))))


def _as_text(values: tuple[object, ...], at: int) -> tuple[object, ...]:
    parameters = json.dumps(values[at], ensure_ascii=False)
    return (*values[:at], parameters, *values[at + 1 :])


def _maybe(row: Row | None) -> Message | None:
    return None if row is None else message_of(row)


def message_of(row: Row) -> Message:
    """A message from its columns in the order of the table."""
    values = list(row)
    values[2] = Purpose(values[2])
    values[6] = MessageState(values[6])
    values[_PARAMETERS] = tuple(json.loads(values[_PARAMETERS]))
    return Message(*values)
