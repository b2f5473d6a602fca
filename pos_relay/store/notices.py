"""Changes of a shop itself that its counters hear of by the feed, in the same transaction."""

from sqlalchemy import Connection

from pos_desktop.wire import v1
from pos_relay.sealing import SecretBox
from pos_relay.store import feed, tenants


def rotate_callback(connection: Connection, box: SecretBox, tenant: str, now: int) -> str | None:
    """A new callback secret, which counters read with ``GET /v1/store``; None: no such shop."""
    fresh = tenants.rotate_callback(connection, box, tenant, now)
    if fresh is not None:
        feed.tell(connection, tenant, v1.FeedEvent(seq=0, kind="callback", at=now))
    return fresh
