"""Counters: one-time codes, identities, series, session tokens."""

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from pos_desktop.wire import enrolment, v1
from pos_relay import codes
from pos_relay.store import feed, parcels
from pos_relay.store.tables import codes as code_table
from pos_relay.store.tables import devices, epochs, tenants

TRIES = 5
_SLACK_MS = 300_000


@dataclass(frozen=True, slots=True)
class Counter:
    """Who a session token belongs to."""

    tenant: str
    device: str
    epoch: int
    practice: bool
    revoked: bool
    manager: bool = False


@dataclass(frozen=True, slots=True)
class NewCounter:
    """Identity given at enrolment; ``token`` is shown once."""

    tenant: str
    device: str
    epoch: int
    series: str
    token: str
    manager: bool


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a counter shows at enrolment: its keys as base64url, "" where an older one has none."""

    label: str
    public_key: str
    sealing_key: str = ""
    voucher: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Of a code: how many counters until when, and whether they may ask for the whole store.

    ``made_at`` 0: not known, as in databases of older relays.
    """

    expires_at: int
    made_at: int = 0
    uses: int = 1
    manager: bool = False


@dataclass(frozen=True, slots=True)
class TakenCode:
    """A code of which one use was used up; ``last`` if none is left."""

    tenant: str
    lookup: str
    manager: bool
    last: bool


def make_code(connection: Connection, tenant: str, label: str, terms: Terms) -> str:
    """A one-time enrolment code, as people read it; only a hash of its proof is kept."""
    lookup, secret = codes.code_halves()
    proof_hash = enrolment.proof_hash(enrolment.proof(secret))
    while not keep_code(connection, tenant, (lookup, proof_hash), label, terms):
        lookup, _ = codes.code_halves()
    return enrolment.spaced(lookup, secret)


def keep_code(
    connection: Connection, tenant: str, halves: tuple[str, str], label: str, terms: Terms
) -> bool:
    """Keep a code by its look-up half and the hash of its proof; False if the half is taken."""
    lookup, proof_hash = halves
    same = select(code_table.c.lookup).where(code_table.c.lookup == lookup)
    if connection.execute(same).first() is not None:
        return False
    connection.execute(
        insert(code_table).values(
            lookup=lookup,
            tenant=tenant,
            proof_hash=proof_hash,
            label=label,
            expires_at=terms.expires_at,
            tries_left=TRIES,
            uses_left=terms.uses,
            made_at=terms.made_at,
            manager=int(terms.manager),
        )
    )
    return True


def has_code(
    connection: Connection, tenant: str, halves: tuple[str, str], label: str, terms: Terms
) -> bool:
    """Whether this very code of this shop was kept before: who asks again lost the answer."""
    row = connection.execute(select(code_table).where(code_table.c.lookup == halves[0])).first()
    if row is None or row.tenant != tenant:
        return False
    kept = (row.proof_hash, row.label, bool(row.manager), row.expires_at - row.made_at)
    return kept == (halves[1], label, terms.manager, terms.expires_at - terms.made_at)


def take_code(connection: Connection, wire_code: str, now: int) -> TakenCode | None:
    """Use up one use of a code, or count a wrong try and return None.

    The caller commits in both cases: tries survive a restart. A code that was once seen out of date
    stays so, and one from the future is none: clocks are set back and forth.
    """
    lookup, _, shown = wire_code.partition(".")
    row = connection.execute(select(code_table).where(code_table.c.lookup == lookup)).first()
    if row is None or row.uses_left < 1 or row.tries_left < 1 or row.made_at > now + _SLACK_MS:
        return None
    here = update(code_table).where(code_table.c.lookup == lookup)
    if row.expires_at <= now:
        connection.execute(here.values(uses_left=0))
        return None
    if not hmac.compare_digest(row.proof_hash, codes.hashed(shown)):
        connection.execute(here.values(tries_left=row.tries_left - 1))
        return None
    connection.execute(here.values(uses_left=row.uses_left - 1))
    return TakenCode(row.tenant, lookup, bool(row.manager), row.uses_left == 1)


def end_codes(connection: Connection, now: int) -> None:
    """End codes whose time is over, and forget what they carried."""
    over = (code_table.c.expires_at <= now) & (code_table.c.uses_left > 0)
    query = select(code_table.c.tenant, code_table.c.lookup).where(over)
    for row in connection.execute(query).all():
        parcels.drop(connection, row.tenant, row.lookup)
    connection.execute(update(code_table).where(over).values(uses_left=0))


def enrol(
    connection: Connection, tenant: str, who: Applicant, now: int, *, manager: bool = False
) -> NewCounter | None:
    """A new epoch with a series of its own, and a fresh token; the old token ends.

    The same public key is the same device. None when the shop has used up every series. The first
    counter of a shop is its manager's.
    """
    series = _free_series(connection, tenant)
    if series is None:
        return None
    mine = (devices.c.tenant == tenant) & (devices.c.public_key == who.public_key)
    known = connection.execute(select(devices).where(mine)).first()
    first = connection.execute(select(devices.c.device).where(devices.c.tenant == tenant)).first()
    device = known.device if known else "D" + codes.name(9)
    epoch = known.epoch + 1 if known else 1
    is_manager = manager or first is None or bool(known and known.manager)
    token = codes.session()
    values = {
        "label": who.label,
        "token_hash": codes.hashed(token),
        "epoch": epoch,
        "enrolled_at": now,
        "seen_at": now,
        "revoked_at": None,
        "sealing_key": who.sealing_key,
        "voucher": who.voucher,
        "manager": int(is_manager),
    }
    if known:
        if known.sealing_key != who.sealing_key:
            parcels.drop(connection, tenant, device)
        connection.execute(update(devices).where(mine).values(**values))
    else:
        shown = {"device": device, "public_key": who.public_key}
        connection.execute(insert(devices).values(tenant=tenant, **shown, **values))
    place = {"tenant": tenant, "device": device, "epoch": epoch, "series": series}
    connection.execute(insert(epochs).values(**place, base_seq=0, last_seq=0, head=""))
    return NewCounter(tenant, device, epoch, series, token, is_manager)


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
    manager = bool(row.manager)
    return Counter(row.tenant, row.device, row.epoch, bool(row.practice), revoked, manager)


def revoke(connection: Connection, device: str, now: int, tenant: str | None = None) -> bool:
    """End a counter's session (of this shop, or any); it keeps selling and asks to be enrolled.

    Nothing is wrapped for it any more, and the others hear of it.
    """
    mine = (devices.c.device == device) & devices.c.revoked_at.is_(None)
    if tenant is not None:
        mine &= devices.c.tenant == tenant
    shops = list(connection.execute(select(devices.c.tenant).where(mine)).scalars())
    connection.execute(update(devices).where(mine).values(revoked_at=now))
    for shop in shops:
        parcels.drop(connection, shop, device)
        feed.tell(connection, shop, v1.FeedEvent(seq=0, kind="revoked", at=now, device=device))
    return bool(shops)


def make_manager(connection: Connection, device: str) -> bool:
    """Let a counter ask for the whole store."""
    here = update(devices).where(devices.c.device == device, devices.c.revoked_at.is_(None))
    return connection.execute(here.values(manager=1)).rowcount > 0


def listed(connection: Connection) -> list[dict[str, object]]:
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
    shown = ("tenant", "device", "label", "epoch", "series", "last_seq", "fork_seq", "enrolled_at")
    more = ("seen_at", "revoked_at", "manager")
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
