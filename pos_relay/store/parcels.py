"""Credentials that the manager's counter wrapped for others: kept and passed on unread."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from pos_desktop.wire import seal, v1
from pos_desktop.wire import store as wire
from pos_relay.store import feed
from pos_relay.store.tables import codes, credentials, devices, parcels


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a push: ``code`` "" if it is kept, else ``stale``, ``unknown_target`` or
    ``incomplete`` with who is missing."""

    code: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential in one version, and the sealed parcel of each target."""

    name: str
    version: int
    sealed: dict[str, bytes]


def rotate(connection: Connection, tenant: str, device: str, new: Credential, now: int) -> Outcome:
    """Keep a new version for everybody at once, or the newest one for who has none yet."""
    newest = _newest(connection, tenant, new.name)
    if new.version not in {newest, newest + 1} or new.version < 1:
        return Outcome("stale")
    wanted = _targets(connection, tenant, now)
    unknown = set(new.sealed) - wanted
    if unknown:
        return Outcome("unknown_target", tuple(sorted(unknown)))
    if new.version == newest:
        have = _holders(connection, tenant, new)
        _put(connection, tenant, new, set(new.sealed) - have)
        told = set(new.sealed) - have
    else:
        missing = wanted - set(new.sealed)
        if missing:
            return Outcome("incomplete", tuple(sorted(missing)))
        _note(connection, tenant, device, new, now=now)
        _put(connection, tenant, new, wanted)
        told = wanted
    if told:
        news = v1.FeedEvent(seq=0, kind="credentials", at=now, name=new.name, version=new.version)
        feed.tell(connection, tenant, news)
    return Outcome()


def carried(connection: Connection, tenant: str, lookup: str, given: Sequence[v1.Parcel]) -> bool:
    """Keep what a new code carries; False where a parcel is not of the newest version.

    A name that is new to the shop begins with the code.
    """
    for one in given:
        if one.version != max(_newest(connection, tenant, one.name), 1):
            return False
        place = {"tenant": tenant, "target": lookup, "name": one.name, "version": one.version}
        connection.execute(insert(parcels).values(**place, sealed=seal.decode(one.sealed)))
    return True


def of(connection: Connection, tenant: str, target: str) -> tuple[v1.Parcel, ...]:
    """What is wrapped for a device or carried by a code."""
    query = (
        select(parcels)
        .where(parcels.c.tenant == tenant, parcels.c.target == target)
        .order_by(parcels.c.name)
    )
    return tuple(
        v1.Parcel(name=row.name, version=row.version, sealed=seal.encode(row.sealed))
        for row in connection.execute(query)
    )


def states(connection: Connection, tenant: str, device: str) -> tuple[wire.CredentialState, ...]:
    """Every credential of the shop, and which version this device was given."""
    mine = {one.name: one.version for one in of(connection, tenant, device)}
    query = (
        select(credentials.c.name, credentials.c.version)
        .where(credentials.c.tenant == tenant)
        .order_by(credentials.c.name)
    )
    return tuple(
        wire.CredentialState(name=row.name, version=row.version, mine=mine.get(row.name, 0))
        for row in connection.execute(query)
    )


def drop(connection: Connection, tenant: str, target: str) -> None:
    """Forget what was wrapped for a revoked device, or carried by a used code."""
    here = (parcels.c.tenant == tenant, parcels.c.target == target)
    connection.execute(delete(parcels).where(*here))


def _newest(connection: Connection, tenant: str, name: str) -> int:
    query = select(credentials.c.version).where(
        credentials.c.tenant == tenant, credentials.c.name == name
    )
    return int(connection.execute(query).scalar_one_or_none() or 0)


def _targets(connection: Connection, tenant: str, now: int) -> set[str]:
    """Live devices with a sealing key, and codes that can still be used and carry something."""
    live = select(devices.c.device).where(
        devices.c.tenant == tenant, devices.c.revoked_at.is_(None), devices.c.sealing_key != ""
    )
    open_codes = (
        select(codes.c.lookup)
        .join(parcels, (parcels.c.tenant == tenant) & (parcels.c.target == codes.c.lookup))
        .where(codes.c.tenant == tenant, codes.c.uses_left > 0, codes.c.expires_at > now)
    )
    found = [*connection.execute(live).scalars(), *connection.execute(open_codes).scalars()]
    return set(found)


def _holders(connection: Connection, tenant: str, new: Credential) -> set[str]:
    query = select(parcels.c.target).where(
        parcels.c.tenant == tenant, parcels.c.name == new.name, parcels.c.version == new.version
    )
    return set(connection.execute(query).scalars())


def _note(connection: Connection, tenant: str, device: str, new: Credential, *, now: int) -> None:
    here = (credentials.c.tenant == tenant, credentials.c.name == new.name)
    values = {"version": new.version, "device": device, "at": now}
    if connection.execute(update(credentials).where(*here).values(**values)).rowcount == 0:
        connection.execute(insert(credentials).values(tenant=tenant, name=new.name, **values))


def _put(connection: Connection, tenant: str, new: Credential, targets: set[str]) -> None:
    for target in sorted(targets):
        place = {"tenant": tenant, "target": target, "name": new.name}
        here = [parcels.c[column] == value for column, value in place.items()]
        values = {"version": new.version, "sealed": new.sealed[target]}
        if connection.execute(update(parcels).where(*here).values(**values)).rowcount == 0:
            connection.execute(insert(parcels).values(**place, **values))
