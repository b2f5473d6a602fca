"""/v1/store: what counters should know of their shop, and what its manager's counter does for all.

Everything that is about the shop's business is sealed; the relay compares numbers and passes on.
"""

import re

from litestar import get, post, put
from litestar.params import FromPath, FromQuery, JSONBody

from pos_desktop.wire import enrolment, v1
from pos_desktop.wire import store as wire
from pos_relay.errors import Refused, refused
from pos_relay.routes.admin import Revoked
from pos_relay.routes.common import (
    BEARER,
    Asked,
    counter_of,
    needs_counter,
    needs_manager,
    node_of,
    not_found,
    number,
    sealed_bytes,
)
from pos_relay.routes.pages import Stored, body_size
from pos_relay.settings import LIMITS
from pos_relay.store import copies, devices, parcels, repair, roster, tenants, versions
from pos_relay.store.devices import Terms
from pos_relay.store.parcels import Credential
from pos_relay.store.versions import Replaced

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,39}")
_LOOKUP = re.compile(f"[{enrolment.ALPHABET}]{{{enrolment.LOOKUP_LENGTH}}}")
_TARGET = re.compile(f"[{enrolment.ALPHABET}]{{{enrolment.LOOKUP_LENGTH},10}}")
_HASH = re.compile(r"[0-9a-f]{64}")
_LONGEST_LABEL = 60
_MOST_MINUTES = 10_080
_MOST_USES = 1000
_MOST_CARRIED = 32
_LATEST = 2**53
_MINUTE = 60_000
_LOST_TOLD = 200


@get("/v1/store", guards=[needs_counter], security=BEARER, sync_to_thread=True)
def state(request: Asked) -> wire.StoreState:
    """Numbers to compare: versions, credentials, the callback secret, who is revoked."""
    node, counter = node_of(request), counter_of(request)
    with node.store.database.read() as sql:
        secrets = tenants.callback_secrets(sql, node.store.box, counter.tenant, node.now())
        return wire.StoreState(
            device=counter.device,
            manager=counter.manager,
            callback_secret=secrets[0],
            versions=versions.numbers(sql, counter.tenant),
            credentials=parcels.states(sql, counter.tenant, counter.device),
            revoked=roster.revoked(sql, counter.tenant),
            lost_pages=tuple(repair.lost(sql, counter.tenant, _LOST_TOLD)),
        )


@get("/v1/store/versions/{name:str}", guards=[needs_counter], security=BEARER, sync_to_thread=True)
def newest(request: Asked, name: FromPath[str]) -> wire.StoreVersion:
    """The newest catalogue or settings, sealed; 404 while there is none."""
    with node_of(request).store.database.read() as sql:
        found = versions.newest(sql, counter_of(request).tenant, name)
    if found is None:
        raise not_found()
    return found


@put(
    "/v1/store/versions/{name:str}",
    guards=[needs_manager],
    security=BEARER,
    sync_to_thread=True,
    request_max_body_size=body_size(LIMITS.store_version),
)
def replace(request: Asked, name: FromPath[str], data: JSONBody[wire.VersionPush]) -> Stored:
    """Put the next version in the place of the one before; 409 ``stale`` for any other number."""
    node, counter = node_of(request), counter_of(request)
    if name not in versions.NAMES:
        raise not_found()
    sealed_bytes(data.sealed, node.settings.limits.store_version)
    new = wire.StoreVersion(name=name, version=_version(data.version), at=0, sealed=data.sealed)
    with node.store.database.write() as sql:
        outcome = versions.replace(sql, counter.tenant, counter.device, new, node.now())
    if outcome is Replaced.STALE:
        raise refused(409, "stale", "the next version is expected: look at the newest one")
    node.bus.wake(counter.tenant)
    return Stored(result=outcome.value)


@get("/v1/credentials", guards=[needs_counter], security=BEARER, sync_to_thread=True)
def mine(request: Asked) -> wire.Parcels:
    """What is wrapped for this counter."""
    counter = counter_of(request)
    with node_of(request).store.database.read() as sql:
        return wire.Parcels(parcels=parcels.of(sql, counter.tenant, counter.device))


@put(
    "/v1/store/credentials/{name:str}",
    guards=[needs_manager],
    security=BEARER,
    sync_to_thread=True,
    request_max_body_size=LIMITS.credential_body,
)
def rotate(request: Asked, name: FromPath[str], data: JSONBody[wire.CredentialPush]) -> Stored:
    """A credential for everybody in one action: all of them or, with 409, nobody gets it.

    ``incomplete`` and ``unknown_target`` name who is ``missing`` or not of this shop; ``stale``.
    """
    node, counter = node_of(request), counter_of(request)
    most = node.settings.limits.parcel
    if not all(_TARGET.fullmatch(one.target) for one in data.parcels):
        raise refused(400, "bad_target", "a parcel is for a device or an open code")
    wrapped = {one.target: sealed_bytes(one.sealed, most) for one in data.parcels}
    new = Credential(_name(name), _version(data.version), wrapped)
    with node.store.database.write() as sql:
        outcome = parcels.rotate(sql, counter.tenant, counter.device, new, node.now())
    if outcome.code:
        text = "nothing was changed: look at the roster and wrap again"
        raise Refused(409, v1.Problem(code=outcome.code, text=text, missing=outcome.missing))
    node.bus.wake(counter.tenant)
    return Stored(result="stored")


@get("/v1/store/counters", guards=[needs_manager], security=BEARER, sync_to_thread=True)
def counters(request: Asked) -> wire.StoreRoster:
    """Every counter and open code of the store."""
    node = node_of(request)
    with node.store.database.read() as sql:
        return roster.roster(sql, counter_of(request).tenant, node.now())


@get("/v1/store/ledger", guards=[needs_manager], security=BEARER, sync_to_thread=True)
def ledger(
    request: Asked,
    device: FromQuery[str] = "",
    epoch: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
) -> v1.LedgerPage:
    """The sealed entries of any counter of the store; of no epoch before one is named."""
    node, tenant = node_of(request), counter_of(request).tenant
    most, wanted, since = node.settings.limits.sync_events, number(epoch), number(after)
    with node.store.database.read() as sql:
        found = copies.page(sql, tenant, device, wanted, since, most=most)
    if not found.epochs:
        raise not_found()
    return found


@post(
    "/v1/store/counters/{device:str}/revoke",
    status_code=200,
    guards=[needs_manager],
    security=BEARER,
    sync_to_thread=True,
)
def revoke(request: Asked, device: FromPath[str]) -> Revoked:
    """End the session of another counter of the store."""
    node, counter = node_of(request), counter_of(request)
    if device == counter.device:
        raise refused(409, "yourself", "another manager's counter or the operator may do this")
    with node.store.database.write() as sql:
        done = devices.revoke(sql, device, node.now(), counter.tenant)
    node.bus.wake(counter.tenant)
    return Revoked(revoked=done)


@post(
    "/v1/store/codes",
    status_code=200,
    guards=[needs_manager],
    security=BEARER,
    sync_to_thread=True,
    request_max_body_size=LIMITS.credential_body,
)
def keep_code(request: Asked, data: JSONBody[wire.CodePush]) -> wire.OpenCode:
    """Keep a code that the manager's counter made; 409 ``taken``: draw another look-up half.

    409 ``stale``: what it carries is not the newest version. The same code again changes nothing:
    it answers how that stands now.
    """
    node, counter = node_of(request), counter_of(request)
    terms, halves = _terms(data, node.now()), (data.lookup, data.proof_hash)
    for one in data.parcels:
        _name(one.name), _version(one.version)
        sealed_bytes(one.sealed, node.settings.limits.parcel)
    with node.store.database.write() as sql:
        if devices.has_code(sql, counter.tenant, halves, data.label, terms):
            return roster.code(sql, counter.tenant, data.lookup)
        if not devices.keep_code(sql, counter.tenant, halves, data.label, terms):
            raise refused(409, "taken", "this look-up half is taken")
        if not parcels.carried(sql, counter.tenant, data.lookup, data.parcels):
            raise refused(409, "stale", "a parcel is not of the newest version")
        return roster.code(sql, counter.tenant, data.lookup)


def _terms(data: wire.CodePush, now: int) -> Terms:
    names = [one.name for one in data.parcels]
    fits = (
        _LOOKUP.fullmatch(data.lookup)
        and _HASH.fullmatch(data.proof_hash)
        and len(data.label) <= _LONGEST_LABEL
        and (data.label.isprintable() or not data.label)
        and 1 <= data.minutes <= _MOST_MINUTES
        and 1 <= data.uses <= _MOST_USES
        and len(set(names)) == len(names) <= _MOST_CARRIED
    )
    if not fits:
        raise refused(400, "bad_code", "a code, its label, its end or its uses cannot be read")
    return Terms(now + data.minutes * _MINUTE, now, data.uses, data.manager)


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise refused(400, "bad_name", "a credential's name is in small letters")
    return text


def _version(version: int) -> int:
    if not 1 <= version <= _LATEST:
        raise refused(400, "bad_version", "versions count from 1")
    return version
