"""Shops: their keys for hooks and callbacks, and where a Pay button may lead."""

import hmac
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from pos_relay import codes
from pos_relay.errors import SetupError
from pos_relay.gateways import FORMS, RAZORPAY
from pos_relay.sealing import CHECK_PLACE, CHECK_TEXT, SecretBox
from pos_relay.store.tables import gateways, meta, pay_hosts, tenants

OVERLAP_MS = 24 * 3600 * 1000  # how long a replaced webhook secret still counts


@dataclass(frozen=True, slots=True)
class Tenant:
    """One shop."""

    tenant: str
    name: str
    practice: bool


@dataclass(frozen=True, slots=True)
class NewTenant:
    """What is shown once when a shop is added."""

    tenant: str
    hook_key: str
    callback_secret: str


@dataclass(frozen=True, slots=True)
class HookKeys:
    """What a webhook of one gateway is checked against."""

    tenant: str
    account: str | None
    secrets: tuple[bytes, ...]


def ensure_key(connection: Connection, box: SecretBox) -> None:
    """Store or check the canary that tells a wrong key before the first request. SetupError."""
    row = connection.execute(select(meta.c.value).where(meta.c.name == "key_check")).first()
    if row is None:
        value = box.shut(CHECK_PLACE, CHECK_TEXT)
        connection.execute(insert(meta).values(name="key_check", value=value))
    elif box.open(CHECK_PLACE, row.value) != CHECK_TEXT:
        raise SetupError("the relay's key does not fit its database")


def has_key_check(connection: Connection) -> bool:
    """Whether secrets were ever stored here."""
    query = select(meta.c.name).where(meta.c.name == "key_check")
    return connection.execute(query).first() is not None


def add(
    connection: Connection, box: SecretBox, name: str, *, practice: bool, now: int
) -> NewTenant:
    """A new shop with fresh keys."""
    fresh = NewTenant("T" + codes.name(9), codes.secret(), codes.secret())
    connection.execute(
        insert(tenants).values(
            tenant=fresh.tenant,
            name=name,
            practice=int(practice),
            hook_key_hash=codes.hashed(fresh.hook_key),
            callback_secret=box.shut(_callback_place(fresh.tenant), fresh.callback_secret.encode()),
            feed_seq=0,
            created_at=now,
        )
    )
    return fresh


def get(connection: Connection, tenant: str) -> Tenant | None:
    """The shop of this id."""
    row = connection.execute(select(tenants).where(tenants.c.tenant == tenant)).first()
    return Tenant(row.tenant, row.name, bool(row.practice)) if row else None


def listed(connection: Connection) -> list[Tenant]:
    """All shops, oldest first."""
    rows = connection.execute(select(tenants).order_by(tenants.c.created_at, tenants.c.tenant))
    return [Tenant(row.tenant, row.name, bool(row.practice)) for row in rows]


def set_gateway_secret(
    connection: Connection,
    box: SecretBox,
    tenant: str,
    secret: bytes,
    now: int,
    gateway: str = RAZORPAY,
) -> None:
    """Set or rotate a gateway's webhook secret; the old one counts for 24 hours more."""
    place = _gateway_place(tenant, gateway)
    sealed = box.shut(place, secret)
    where = (gateways.c.tenant == tenant) & (gateways.c.gateway == gateway)
    row = connection.execute(select(gateways.c.secret).where(where)).first()
    if row is None:
        connection.execute(insert(gateways).values(tenant=tenant, gateway=gateway, secret=sealed))
        allow_hosts(connection, tenant, FORMS[gateway].pay_hosts)
        return
    if hmac.compare_digest(box.open(place, row.secret), secret):
        return
    connection.execute(
        update(gateways)
        .where(where)
        .values(secret=sealed, previous=row.secret, previous_until=now + OVERLAP_MS)
    )


def set_gateway_account(connection: Connection, tenant: str, account: str) -> None:
    """Demand this ``account_id`` in every Razorpay webhook of the shop."""
    where = (gateways.c.tenant == tenant) & (gateways.c.gateway == RAZORPAY)
    connection.execute(update(gateways).where(where).values(account=account))


def allow_hosts(connection: Connection, tenant: str, hosts: tuple[str, ...]) -> None:
    """Let the Pay button lead to these hosts (exact names)."""
    have = allowed_hosts(connection, tenant)
    for host in hosts:
        if host.lower() not in have:
            connection.execute(insert(pay_hosts).values(tenant=tenant, host=host.lower()))


def allowed_hosts(connection: Connection, tenant: str) -> frozenset[str]:
    """Hosts a Pay button of this shop may lead to."""
    rows = connection.execute(select(pay_hosts.c.host).where(pay_hosts.c.tenant == tenant))
    return frozenset(row.host for row in rows)


def hook_keys(
    connection: Connection, box: SecretBox, gateway: str, hook_key: str, now: int
) -> HookKeys | None:
    """The keys behind a hook address, or None if the address or the secret does not exist."""
    row = connection.execute(
        select(gateways)
        .join(tenants, tenants.c.tenant == gateways.c.tenant)
        .where(tenants.c.hook_key_hash == codes.hashed(hook_key), gateways.c.gateway == gateway)
    ).first()
    if row is None:
        return None
    place = _gateway_place(row.tenant, gateway)
    secrets = [box.open(place, row.secret)]
    if row.previous is not None and row.previous_until > now:
        secrets.append(box.open(place, row.previous))
    return HookKeys(row.tenant, row.account, tuple(secrets))


def callback_paths(tenant: str, secret: str) -> dict[str, str]:
    """Where Exotel reports to, by channel."""
    forms = {"sms": "sms", "whatsapp": "wa"}
    return {name: f"/cb/exotel/{form}/{tenant}/{secret}" for name, form in forms.items()}


def rotate_callback(connection: Connection, box: SecretBox, tenant: str, now: int) -> str | None:
    """A new callback secret; the one until now counts for 24 hours more. None: no such shop.

    Again within the 24 hours ends the older one at once: it may be the one that leaked.
    """
    where = tenants.c.tenant == tenant
    row = connection.execute(select(tenants.c.callback_secret).where(where)).first()
    if row is None:
        return None
    fresh = codes.secret()
    sealed = box.shut(_callback_place(tenant), fresh.encode())
    connection.execute(
        update(tenants)
        .where(where)
        .values(
            callback_secret=sealed,
            callback_previous=row.callback_secret,
            callback_until=now + OVERLAP_MS,
        )
    )
    return fresh


def callback_secrets(
    connection: Connection, box: SecretBox, tenant: str, now: int
) -> tuple[str, ...]:
    """The valid callback secrets (current first); empty for an unknown shop."""
    row = connection.execute(
        select(
            tenants.c.callback_secret, tenants.c.callback_previous, tenants.c.callback_until
        ).where(tenants.c.tenant == tenant)
    ).first()
    if row is None:
        return ()
    sealed = [row.callback_secret]
    if row.callback_previous is not None and (row.callback_until or 0) > now:
        sealed.append(row.callback_previous)
    return tuple(box.open(_callback_place(tenant), value).decode() for value in sealed)


def end_previous(connection: Connection, now: int) -> None:
    """Forget replaced secrets whose time is over, so that a clock set back revives none."""
    connection.execute(
        update(tenants)
        .where(tenants.c.callback_until <= now)
        .values(callback_previous=None, callback_until=None)
    )
    connection.execute(
        update(gateways)
        .where(gateways.c.previous_until <= now)
        .values(previous=None, previous_until=None)
    )


def _callback_place(tenant: str) -> str:
    return f"{tenant}:callback"


def _gateway_place(tenant: str, gateway: str) -> str:
    return f"{tenant}:{gateway}"
