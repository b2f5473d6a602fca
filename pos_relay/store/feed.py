"""The feed: a log of hints per shop, numbered without gaps, kept longer than any holiday."""

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from pos_desktop.wire import v1
from pos_relay.store.tables import feed, meta, tenants

_DAY_MS = 24 * 3600 * 1000
KEPT_MS = 60 * _DAY_MS
_LINE = "feed_line"


def append(connection: Connection, tenant: str, dedupe: str, hint: v1.FeedEvent) -> int | None:
    """Number and store a hint; None if this one (``dedupe``) was stored before."""
    seen = connection.execute(
        select(feed.c.seq).where(feed.c.tenant == tenant, feed.c.dedupe == dedupe)
    ).first()
    if seen is not None:
        return None
    seq = last(connection, tenant) + 1
    body = msgspec.json.encode(msgspec.structs.replace(hint, seq=seq)).decode()
    # A clock that was set back must not make new hints look old: they would be dropped at once.
    at = max(hint.at, (_line(connection) or 0) + KEPT_MS)
    connection.execute(insert(feed).values(tenant=tenant, seq=seq, dedupe=dedupe, at=at, body=body))
    connection.execute(update(tenants).where(tenants.c.tenant == tenant).values(feed_seq=seq))
    return seq


def tell(connection: Connection, tenant: str, news: v1.FeedEvent) -> None:
    """News of the shop itself; each is of its own, whatever the clock does."""
    append(connection, tenant, f"{news.kind}:{last(connection, tenant) + 1}", news)


def last(connection: Connection, tenant: str) -> int:
    """The newest number; 0 for an empty feed."""
    query = select(tenants.c.feed_seq).where(tenants.c.tenant == tenant)
    return int(connection.execute(query).scalar_one())


def after(connection: Connection, tenant: str, cursor: int, limit: int) -> v1.FeedPage:
    """Hints after the cursor.

    A cursor beyond the newest number belongs to a relay that lost hints (restored from a copy):
    it starts again from the oldest kept one, because a hint too many is harmless.
    """
    newest = last(connection, tenant)
    start = cursor if cursor <= newest else 0
    rows = connection.execute(
        select(feed.c.body)
        .where(feed.c.tenant == tenant, feed.c.seq > start)
        .order_by(feed.c.seq)
        .limit(limit)
    )
    hints = tuple(msgspec.json.decode(row.body, type=v1.FeedEvent) for row in rows)
    return v1.FeedPage(events=hints, last=newest)


def purge(connection: Connection, now: int, *, advance: bool) -> int:
    """Drop hints that no counter can still want; how many.

    How far it may drop is kept, and moves on by a day at most and only with ``advance``: a clock
    that jumped ahead costs a day of old hints, not the feed.
    """
    line = _line(connection)
    if line is None:
        oldest = connection.execute(select(func.min(feed.c.at))).scalar_one()
        line = now - KEPT_MS if oldest is None else min(int(oldest), now - KEPT_MS)
        connection.execute(insert(meta).values(name=_LINE, value=str(line).encode()))
    elif advance and line < now - KEPT_MS:
        line = min(line + _DAY_MS, now - KEPT_MS)
        change = update(meta).where(meta.c.name == _LINE)
        connection.execute(change.values(value=str(line).encode()))
    return connection.execute(delete(feed).where(feed.c.at < line)).rowcount


def _line(connection: Connection) -> int | None:
    """Hints older than this may be dropped; None before the first round."""
    kept = connection.execute(select(meta.c.value).where(meta.c.name == _LINE)).first()
    return None if kept is None else int(kept.value)
