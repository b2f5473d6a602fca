"""Counters: one-time codes, identities, series, session tokens."""

import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from pos_desktop.wire import enrolment
from pos_relay import codes
from pos_relay.store.tables import codes as code_table
from pos_relay.store.tables import devices, epochs, tenants

TRIES = 5


@dataclass(frozen=True, slots=True)
class Counter:
    """Who a session token belongs to."""

    tenant: str
    device: str
    epoch: int
    practice: bool
    revoked: bool


@dataclass(frozen=True, slots=True)
class NewCounter:
    """Identity given at enrolment; ``token`` is shown once."""

    tenant: str
    device: str
    epoch: int
    series: str
    token: str


def make_code(
    connection: Connection, tenant: str, label: str, *, expires_at: int, uses: int = 1
) -> str:
    """A one-time enrolment code, as people read it; only a hash of its proof is kept."""
    lookup, secret = codes.code_halves()
    connection.execute(
        insert(code_table).values(
            lookup=lookup,
            tenant=tenant,
            proof_hash=enrolment.proof_hash(enrolment.proof(secret)),
            label=label,
            expires_at=expires_at,
            tries_left=TRIES,
            uses_left=uses,
        )
    )
    return enrolment.spaced(lookup, secret)


def take_code(connection: Connection, wire_code: str, now: int) -> Row[Any] | None:
    """Use up one use of a code (tenant, label), or count a wrong try and return None.

    The caller commits in both cases: tries survive a restart.
    """
    lookup, _, shown = wire_code.partition(".")
    row = connection.execute(select(code_table).where(code_table.c.lookup == lookup)).first()
    if row is None or row.expires_at <= now or row.uses_left < 1 or row.tries_left < 1:
        return None
    here = update(code_table).where(code_table.c.lookup == lookup)
    if not hmac.compare_digest(row.proof_hash, codes.hashed(shown)):
        connection.execute(here.values(tries_left=row.tries_left - 1))
        return None
    connection.execute(here.values(uses_left=row.uses_left - 1))
    return row


def enrol(
    connection: Connection, tenant: str, label: str, public_key: str, now: int
) -> NewCounter | None:
    """A new epoch with a series of its own, and a fresh token; the old token ends.

    The same public key is the same device. None when the shop has used up every series.
    """
    series = _free_series(connection, tenant)
    if series is None:
        return None
    mine = (devices.c.tenant == tenant) & (devices.c.public_key == public_key)
    known = connection.execute(select(devices).where(mine)).first()
    device = known.device if known else "D" + codes.name(9)
    epoch = known.epoch + 1 if known else 1
    token = codes.session()
    values = {
        "label": label,
        "token_hash": codes.hashed(token),
        "epoch": epoch,
        "enrolled_at": now,
        "seen_at": now,
        "revoked_at": None,
    }
    if known:
        connection.execute(update(devices).where(mine).values(**values))
    else:
        connection.execute(
            insert(devices).values(tenant=tenant, device=device, public_key=public_key, **values)
        )
    place = {"tenant": tenant, "device": device, "epoch": epoch, "series": series}
    connection.execute(insert(epochs).values(**place, base_seq=0, last_seq=0, head=""))
    return NewCounter(tenant, device, epoch, series, token)


def _free_series(connection: Connection, tenant: str) -> str | None:
    taken = {
        row.series
        for row in connection.execute(select(epochs.c.series).where(epochs.c.tenant == tenant))
    }
    shop = connection.execute(
        select(tenants.c.practice).where(tenants.c.tenant == tenant)
    ).scalar_one()
    return codes.draw_series(taken, practice=bool(shop))


def by_token(connection: Connection, token: str) -> Counter | None:
    """The counter of a session token, revoked ones included."""
    row = connection.execute(
        select(devices, tenants.c.practice)
        .join(tenants, tenants.c.tenant == devices.c.tenant)
        .where(devices.c.token_hash == codes.hashed(token))
    ).first()
    if row is None:
        return None
    revoked = row.revoked_at is not None
    return Counter(row.tenant, row.device, row.epoch, bool(row.practice), revoked)


def revoke(connection: Connection, device: str, now: int) -> bool:
    """End a counter's session; it keeps selling and asks to be enrolled again."""
    here = update(devices).where(devices.c.device == device, devices.c.revoked_at.is_(None))
    return connection.execute(here.values(revoked_at=now)).rowcount == 1


def listed(connection: Connection, tenant: str | None = None) -> list[dict[str, object]]:
    """Counters with their newest epoch, for the operator."""
    query = (
        select(devices, epochs.c.series, epochs.c.last_seq, epochs.c.fork_seq)
        .join(
            epochs,
            (epochs.c.tenant == devices.c.tenant)
            & (epochs.c.device == devices.c.device)
            & (epochs.c.epoch == devices.c.epoch),
        )
        .order_by(devices.c.tenant, devices.c.enrolled_at, devices.c.device)
    )
    if tenant is not None:
        query = query.where(devices.c.tenant == tenant)
    shown = ("tenant", "device", "label", "epoch", "series", "last_seq", "fork_seq", "enrolled_at")
    more = ("seen_at", "revoked_at")
    return [
        {name: getattr(row, name) for name in shown + more} for row in connection.execute(query)
    ]


def live(connection: Connection, tenant: str) -> frozenset[tuple[str, int]]:
    """(device, epoch) of the sessions of a shop that hold."""
    query = select(devices.c.device, devices.c.epoch).where(
        devices.c.tenant == tenant, devices.c.revoked_at.is_(None)
    )
    return frozenset((row.device, row.epoch) for row in connection.execute(query))


def shops_of(connection: Connection, device: str) -> list[str]:
    """The shops that a device id names a counter of."""
    query = select(devices.c.tenant).where(devices.c.device == device)
    return [row.tenant for row in connection.execute(query)]
