"""Catalogue and settings of a shop: one sealed whole, replaced by the manager's counter."""

from enum import Enum

from sqlalchemy import Connection, insert, select, update

from pos_desktop.wire import seal, v1
from pos_desktop.wire import store as wire
from pos_relay.store import feed
from pos_relay.store.tables import versions

NAMES = frozenset({"catalogue", "settings"})


class Replaced(Enum):
    """What became of a push."""

    STORED = "stored"
    SAME = "same"
    STALE = "stale"


def replace(
    connection: Connection, tenant: str, device: str, new: wire.StoreVersion, now: int
) -> Replaced:
    """Put the next version in the place of the one before; the counters hear of it."""
    here = (versions.c.tenant == tenant, versions.c.name == new.name)
    row = connection.execute(select(versions).where(*here)).first()
    sealed = seal.decode(new.sealed)
    if row is not None and (row.version, row.sealed) == (new.version, sealed):
        return Replaced.SAME
    if new.version != (row.version if row is not None else 0) + 1:
        return Replaced.STALE
    values = {"version": new.version, "sealed": sealed, "device": device, "at": now}
    if row is None:
        connection.execute(insert(versions).values(tenant=tenant, name=new.name, **values))
    else:
        connection.execute(update(versions).where(*here).values(**values))
    feed.tell(connection, tenant, v1.FeedEvent(seq=0, kind=new.name, at=now, version=new.version))
    return Replaced.STORED


def newest(connection: Connection, tenant: str, name: str) -> wire.StoreVersion | None:
    """The newest version with its content."""
    here = (versions.c.tenant == tenant, versions.c.name == name)
    row = connection.execute(select(versions).where(*here)).first()
    if row is None:
        return None
    return wire.StoreVersion(
        name=row.name, version=row.version, at=row.at, sealed=seal.encode(row.sealed)
    )


def numbers(connection: Connection, tenant: str) -> tuple[wire.StoreVersion, ...]:
    """The newest versions without their content."""
    query = (
        select(versions.c.name, versions.c.version, versions.c.at)
        .where(versions.c.tenant == tenant)
        .order_by(versions.c.name)
    )
    return tuple(
        wire.StoreVersion(name=row.name, version=row.version, at=row.at)
        for row in connection.execute(query)
    )
