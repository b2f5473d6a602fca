"""Effects that were committed and are to happen outside."""

import json
from collections.abc import Iterable, Sequence

from pos_desktop.ports import Effect, OutboxState
from pos_desktop.storage.session import Row, Session
from pos_desktop.storage.tables import column_names, insert_sql, outbox, select_sql

_NAMES = column_names(outbox, "finished_at")
_FIND = select_sql(outbox, _NAMES, "WHERE kind = ? AND subject = ?")
_PUT = insert_sql(
    outbox,
    ("kind", "subject", "order_id", "state", "attempts", "not_before", "created_at"),
    "ON CONFLICT (kind, subject) DO NOTHING",
)
# The plus signs keep the planner on the index of due rows: it is short, the history is long.
_CLAIM = (
    "UPDATE outbox SET state = 'doing', attempts = attempts + 1 WHERE effect_id IN ("
    "SELECT effect_id FROM outbox WHERE state = 'queued' AND not_before <= ? "
    "AND +kind IN (SELECT value FROM json_each(?)) ORDER BY +effect_id LIMIT ?) RETURNING *"
)
_INTERRUPTED = select_sql(
    outbox,
    _NAMES,
    "WHERE state = 'doing' AND state IN ('queued', 'doing') ORDER BY +effect_id",
)
_DONE = "UPDATE outbox SET state = 'done', finished_at = ?, last_error = NULL WHERE effect_id = ?"
_HURRY = "UPDATE outbox SET not_before = ? WHERE state = 'queued' AND not_before > ?"
_RETRY = (
    "UPDATE outbox SET state = 'queued', not_before = ?, last_error = ? "
    "WHERE effect_id = ? AND state IN ('queued', 'doing')"
)
_DROP = "UPDATE outbox SET state = 'dropped', last_error = ?, finished_at = ? WHERE effect_id = ?"
_NEXT = (
    "SELECT MIN(not_before) FROM outbox WHERE state = 'queued' "
    "AND +kind IN (SELECT value FROM json_each(?))"
)
# What is for the printer on the counter is not on its way out of the shop; a receipt of the evening
# waits for the morning on purpose ("quiet" by services/messages.py).
_UNSENT = (
    "SELECT COUNT(*), MIN(created_at) FROM outbox WHERE state IN ('queued', 'doing') "
    "AND kind NOT LIKE 'paper.%' AND NOT (kind = 'message.send' "
    "AND (last_error IS 'quiet' OR (attempts = 0 AND not_before > created_at)))"
)


class SqlOutbox:
    """``ports.OutboxRows``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, kind: str, subject: str, order_id: str, now: int, not_before: int = 0) -> None:
        """Ask for an effect once."""
        self._session.change(_PUT, (kind, subject, order_id, "queued", 0, not_before, now))

    def find(self, kind: str, subject: str) -> Effect | None:
        """By what it was asked for."""
        row = self._session.row(_FIND, (kind, subject))
        return None if row is None else _effect(row)

    def claim(self, now: int, kinds: Iterable[str], limit: int) -> Sequence[Effect]:
        """Mark as doing, oldest first; ``attempts`` counts this one."""
        rows = self._session.change_rows(_CLAIM, (now, json.dumps(list(kinds)), limit))
        return tuple(map(_effect, sorted(rows)))

    def interrupted(self) -> Sequence[Effect]:
        """Rows left in doing by a killed process."""
        return tuple(map(_effect, self._session.rows(_INTERRUPTED)))

    def hurry(self, now: int) -> None:
        """Queued rows that wait for a later moment become due."""
        self._session.change(_HURRY, (now, now))

    def done(self, effect_id: int, now: int) -> None:
        """It happened."""
        self._session.change(_DONE, (now, effect_id))

    def retry(self, effect_id: int, not_before: int, error: str) -> None:
        """Back into the queue, unless it is done or dropped."""
        self._session.change(_RETRY, (not_before, error, effect_id))

    def drop(self, effect_id: int, reason: str, now: int) -> None:
        """It must not happen any more."""
        self._session.change(_DROP, (reason, now, effect_id))

    def next_due(self, kinds: Iterable[str]) -> int | None:
        """The earliest ``not_before`` of queued rows of these kinds."""
        row = self._session.row(_NEXT, (json.dumps(list(kinds)),))
        return None if row is None else row[0]

    def unsent(self) -> tuple[int, int | None]:
        """(rows not done but those of the printer, created_at of the oldest)."""
        ((count, oldest),) = self._session.rows(_UNSENT)
        return count, oldest


def _effect(row: Row) -> Effect:
    effect_id, kind, subject, order_id, state, *rest = row[: len(_NAMES)]
    return Effect(effect_id, kind, subject, order_id, OutboxState(state), *rest)
