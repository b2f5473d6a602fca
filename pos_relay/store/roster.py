"""The counters and open codes of a store, as its manager's counter sees them."""

from collections import defaultdict

from sqlalchemy import ColumnElement, Connection, select

from pos_desktop.wire import store as wire
from pos_relay.store import marks
from pos_relay.store.tables import codes, devices, epochs, parcels

Given = dict[str, list[tuple[str, int]]]


def roster(connection: Connection, tenant: str, now: int) -> wire.StoreRoster:
    """Everybody, revoked ones too, with what is wrapped for them."""
    given, reached = _given(connection, tenant), marks.of_shop(connection, tenant)
    query = (
        select(devices, epochs.c.series, epochs.c.last_seq, epochs.c.fork_seq)
        .join(
            epochs,
            (epochs.c.tenant == devices.c.tenant)
            & (epochs.c.device == devices.c.device)
            & (epochs.c.epoch == devices.c.epoch),
        )
        .where(devices.c.tenant == tenant)
        .order_by(devices.c.enrolled_at, devices.c.device)
    )
    counters = tuple(
        wire.StoreCounter(
            device=row.device,
            label=row.label,
            epoch=row.epoch,
            series=row.series,
            last_seq=row.last_seq,
            public_key=row.public_key,
            sealing_key=row.sealing_key,
            voucher=row.voucher,
            manager=bool(row.manager),
            enrolled_at=row.enrolled_at,
            seen_at=row.seen_at,
            revoked_at=row.revoked_at,
            forked=row.fork_seq is not None,
            marks=reached[row.device],
            credentials=tuple(given[row.device]),
        )
        for row in connection.execute(query).all()
    )
    still = (codes.c.uses_left > 0) & (codes.c.expires_at > now)
    return wire.StoreRoster(counters=counters, codes=_codes(connection, tenant, given, still))


def code(connection: Connection, tenant: str, lookup: str) -> wire.OpenCode:
    """One code of this shop that was kept; also when it can be used no more."""
    given = _given(connection, tenant)
    (found,) = _codes(connection, tenant, given, codes.c.lookup == lookup)
    return found


def revoked(connection: Connection, tenant: str) -> tuple[str, ...]:
    """Devices whose session was ended."""
    query = (
        select(devices.c.device)
        .where(devices.c.tenant == tenant, devices.c.revoked_at.is_not(None))
        .order_by(devices.c.device)
    )
    return tuple(connection.execute(query).scalars())


def _codes(
    connection: Connection, tenant: str, given: Given, which: ColumnElement[bool]
) -> tuple[wire.OpenCode, ...]:
    query = (
        select(codes)
        .where(codes.c.tenant == tenant, which)
        .order_by(codes.c.expires_at, codes.c.lookup)
    )
    return tuple(
        wire.OpenCode(
            lookup=row.lookup,
            label=row.label,
            expires_at=row.expires_at,
            uses_left=row.uses_left,
            manager=bool(row.manager),
            credentials=tuple(given[row.lookup]),
        )
        for row in connection.execute(query)
    )


def _given(connection: Connection, tenant: str) -> Given:
    query = select(parcels.c.target, parcels.c.name, parcels.c.version).where(
        parcels.c.tenant == tenant
    )
    found: Given = defaultdict(list)
    for row in connection.execute(query.order_by(parcels.c.name)):
        found[row.target].append((row.name, row.version))
    return found
