"""Messages to customers."""

import json
from collections.abc import Sequence
from operator import attrgetter

from pos_desktop.domain.delivery import (
    MACHINE,
    Message,
    MessageFact,
    MessageState,
    OptKind,
    OptOut,
    Purpose,
)
from pos_desktop.domain.errors import DomainError
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import (
    column_names,
    insert_sql,
    message_facts,
    messages,
    opt_outs,
    select_sql,
    update_sql,
)

MESSAGE_NAMES = column_names(messages, "told_at", "told_by")
_FIXED = frozenset({"message_id", "order_id", "purpose", "attempt", "created_at"})
_MUTABLE = tuple(name for name in MESSAGE_NAMES if name not in _FIXED)
_TOLD = ("told_at", "told_by")
_ADD = insert_sql(
    messages, (*MESSAGE_NAMES, *_TOLD), "ON CONFLICT (order_id, purpose, attempt) DO NOTHING"
)
_SAVE = update_sql(messages, (*_MUTABLE, *_TOLD), "WHERE message_id = ?")
_FACTS = select_sql(
    message_facts,
    column_names(message_facts, "fact_id", "message_id"),
    "WHERE message_id = ? ORDER BY fact_id",
)
_GET = select_sql(messages, MESSAGE_NAMES, "WHERE message_id = ?")
_OF = select_sql(messages, MESSAGE_NAMES, "WHERE order_id = ? ORDER BY created_at, message_id")
_UNSENT = select_sql(
    messages, MESSAGE_NAMES, "WHERE state IN ('waiting', 'queued') ORDER BY created_at, message_id"
)
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
# Along the index of days: messages have none by time, and a bill's own are few.
_RECIPIENTS = (
    'SELECT m."to" FROM sales AS s JOIN messages AS m ON m.order_id = s.order_id '
    'WHERE s.day >= ? AND m."to" <> \'\' GROUP BY m."to" ORDER BY max(s.created_at) DESC LIMIT ?'
)
_NOT_GONE = (
    "UPDATE messages SET state = 'dropped', reason = 'number_forgotten', told_at = ?, told_by = ? "
    "WHERE \"to\" = ? AND state IN ('waiting', 'queued')"
)
_FORGET = (
    "UPDATE messages SET \"to\" = '', parameters = '[]', body = NULL, media_url = NULL, "
    'url = NULL, url_suffix = NULL WHERE "to" = ?'
)
_PARAMETERS = MESSAGE_NAMES.index("parameters")
_OPT = column_names(opt_outs, "opt_id")
_ADD_OPT = insert_sql(opt_outs, _OPT)
_LATEST_OPT = select_sql(
    opt_outs,
    _OPT,
    "WHERE phone = ?1 OR tag IN (SELECT value FROM json_each(?2)) ORDER BY opt_id DESC LIMIT 1",
)
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
        values = _as_text(_all(message), _PARAMETERS)
        return self._session.change(_ADD, (*values, message.created_at, MACHINE)) == 1

    def get(self, message_id: str) -> Message | None:
        """By our id."""
        return _maybe(self._session.row(_GET, (message_id,)))

    def of(self, order_id: str) -> Sequence[Message]:
        """Oldest first."""
        return tuple(map(message_of, self._session.rows(_OF, (order_id,))))

    def save(self, message: Message, at: int, source: str = MACHINE) -> None:
        """Write every mutable field; a new state, code or reason becomes a fact (a trigger does
        that). Raises DomainError ``conflict`` for an unknown message."""
        values = _as_text(_mutable(message), _MUTABLE_PARAMETERS)
        if self._session.change(_SAVE, (*values, at, source, message.message_id)) != 1:
            raise DomainError("conflict", f"no message {message.message_id}")

    def unsent(self) -> Sequence[Message]:
        """Waiting and queued ones, oldest first."""
        return tuple(map(message_of, self._session.rows(_UNSENT)))

    def facts(self, message_id: str) -> Sequence[MessageFact]:
        """What became of it, oldest first."""
        rows = self._session.rows(_FACTS, (message_id,))
        return tuple(MessageFact(row[0], MessageState(row[1]), *row[2:]) for row in rows)

    def match(self, sid: str | None, label: str | None) -> Message | None:
        """By the provider's id, else by our label."""
        found = None if sid is None else self._session.row(_BY_SID, (sid,))
        if found is None and label is not None and label.startswith(_LABEL):
            found = self._session.row(_GET, (label.removeprefix(_LABEL),))
        return _maybe(found)

    def recipients(self, since_day: int, limit: int) -> Sequence[str]:
        """Numbers that were written to about bills of these days, newest bills first."""
        return tuple(row[0] for row in self._session.rows(_RECIPIENTS, (since_day, limit)))

    def forget(self, phone: str, at: int, by: str) -> int:
        """Erase the number and the words to it; what has not gone is dropped."""
        self._session.change(_NOT_GONE, (at, by, phone))
        return self._session.change(_FORGET, (phone,))

    def to_poll(self, now: int, limit: int) -> Sequence[Message]:
        """SMS that the provider took and whose next poll has come."""
        ((first,),) = self._session.rows(_FIRST_POLL)
        if first is None or first > now:
            # What is asked at every turn of the engine, and mostly in vain, does not sort.
            return ()
        return tuple(map(message_of, self._session.rows(_TO_POLL, (now, limit))))


class SqlOptOuts:
    """``ports.OptOuts``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, word: OptOut) -> None:
        """Append it."""
        values = (word.phone, word.tag, word.at, word.kind.value, word.source, word.by)
        self._session.change(_ADD_OPT, values)

    def latest(self, phone: str, tags: Sequence[str] = ()) -> OptOut | None:
        """The newest word about the number."""
        row = self._session.row(_LATEST_OPT, (phone, json.dumps(list(tags))))
        if row is None:
            return None
        return OptOut(row[0], row[1], row[2], OptKind(row[3]), row[4], row[5])


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
