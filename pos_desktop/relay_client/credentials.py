"""Keys that all counters of a shop use, on their way from the manager's counter (design relay 1).

The manager's counter wraps a key for every counter whose own keys a code of hers vouches for; the
relay passes it on unread. What is wrapped is bound to the shop's key too, which the relay does not
have: a parcel that it made up is not taken, and neither is one of an older version.
"""

import hmac
import logging
import secrets
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from pos_desktop.domain.errors import RaseedError
from pos_desktop.net.http import HttpAnswer, HttpClient
from pos_desktop.ports import SecretStore
from pos_desktop.relay_client.answers import checked, decoded, problem
from pos_desktop.relay_client.identity import Identity, public_key
from pos_desktop.wire import parcels, seal, store, v1

_Told = TypeVar("_Told", bound=msgspec.Struct)
log = logging.getLogger(__name__)

GATEWAY_SECRET = "gateway.key_secret"  # noqa: S105 - a name in the key store
EXOTEL_TOKEN = "exotel.api_token"  # noqa: S105 - likewise
NAMES = (GATEWAY_SECRET, EXOTEL_TOKEN)
"""What is shared; each is named alike in the key store and at the relay."""
_MAC_BYTES = 32
# A counter joined, or another key was given, between the look and the push.
_MOVED = frozenset({"stale", "incomplete", "unknown_target"})
_TRIES = 3


class Shared(NamedTuple):
    """A key on its way: ``counters`` will have it, those with the labels ``left`` will not: they
    joined with a code of the relay's operator, or with an older program."""

    version: int
    counters: int
    left: tuple[str, ...]


def signed(shop_key: bytes, place: parcels.Place, value: str) -> bytes:
    """What is wrapped: the key behind a proof that its sender has the shop's key."""
    return _mac(shop_key, place, value.encode()) + value.encode()


def read(shop_key: bytes, place: parcels.Place, plain: bytes) -> str | None:
    """The key, or None for what nobody with the shop's key has sent."""
    mac, value = plain[:_MAC_BYTES], plain[_MAC_BYTES:]
    if not value or not hmac.compare_digest(mac, _mac(shop_key, place, value)):
        return None
    return value.decode("utf-8", "replace")


def carried(identity: Identity, code: tuple[str, str], state: store.StoreState) -> list[v1.Parcel]:
    """The shared keys that this counter has in their newest version, for a new code (look-up half,
    secret half)."""
    lookup, secret = code
    have, found = identity.versions(), []
    for one in state.credentials:
        value = identity.credential(one.name) if one.name in NAMES else None
        if value and have.get(one.name, 0) == one.version:
            place = parcels.Place(one.name, one.version, lookup)
            sealed = parcels.wrap_for_code(secret, place, signed(identity.shop_key(), place, value))
            parcel = v1.Parcel(name=one.name, version=one.version, sealed=seal.encode(sealed))
            found.append(parcel)
    return found


def take_carried(identity: Identity, code: tuple[str, str], answer: v1.EnrolAnswer) -> None:
    """Keep the shared keys that a code brought; called once the shop's key is kept."""
    lookup, secret = code
    for parcel in answer.parcels:
        place = parcels.Place(parcel.name, parcel.version, lookup)
        if parcel.name in NAMES:
            _keep(identity, place, parcel.sealed, partial(parcels.open_with_code, secret))


def _keep(
    identity: Identity,
    place: parcels.Place,
    sealed: str,
    opener: Callable[[parcels.Place, bytes], bytes],
) -> bool:
    try:
        value = read(identity.shop_key(), place, opener(place, seal.decode(sealed)))
    except seal.SealError:
        value = None
    if value is None:
        log.warning("the shop's %s does not open here", place.name)
        return False
    identity.keep_credential(place.name, place.version, value)
    return True


class SharedKeys:
    """The shared keys of one counter at one relay. Calls block (net lane); errors as those of
    ``RelayClient``."""

    def __init__(self, http: HttpClient, secret_store: SecretStore) -> None:
        self._http = http
        self._identity = Identity(secret_store)
        # A command of its own may keep a newer key beside us: adapters here use what we put in.
        self._used = self._identity.versions()

    def fetch(self, told: store.StoreState) -> dict[str, int]:
        """Keep what is newer than what is used here; the versions in use now, by name."""
        newer = {
            one.name
            for one in told.credentials
            if one.name in NAMES and one.mine > self._used.get(one.name, 0)
        }
        if newer:
            self._take(told.device, newer)
        return dict(self._used)

    def _take(self, device: str, newer: set[str]) -> None:
        key, have = self._identity.sealing_key(), self._identity.versions()
        for one in self._get("/v1/credentials", store.Parcels).parcels:
            if one.name not in newer or one.version < have.get(one.name, 0):
                continue
            place = parcels.Place(one.name, one.version, device)
            if _keep(self._identity, place, one.sealed, partial(parcels.open_with_device, key)):
                self._used[one.name] = one.version

    def share(self, name: str, value: str) -> Shared:
        """Give every counter of the shop this key: only the manager's counter may.

        RaseedError("relay_not_manager"). Unavailable: the answer is lost, or nobody has it; once
        more does no harm, it is a newer version then.
        """
        for _ in range(_TRIES):
            state = self._get("/v1/store", store.StoreState)
            roster = self._get("/v1/store/counters", store.StoreRoster)
            newest = max((one.version for one in state.credentials if one.name == name), default=0)
            shared, wrapped = self._wrapped((name, newest + 1), value, roster)
            push = store.CredentialPush(version=newest + 1, parcels=tuple(wrapped))
            reply = self._call("PUT", f"/v1/store/credentials/{name}", msgspec.to_builtins(push))
            if reply.status != 409 or problem(reply.status, reply.body).code not in _MOVED:
                break
        checked(reply)
        self._identity.keep_credential(name, newest + 1, value)
        self._used[name] = newest + 1
        return shared

    def _wrapped(
        self, new: tuple[str, int], value: str, roster: store.StoreRoster
    ) -> tuple[Shared, list[store.Wrapped]]:
        shop_key, codes = self._identity.shop_key(), self._identity.codes()
        mine = (self._identity.session().device, public_key(self._identity.keys().sealing))
        left, wrapped = [], []
        live = [one for one in roster.counters if one.revoked_at is None]
        for one in live:
            known = (one.device, one.sealing_key) == mine or _vouched(one, codes)
            if not known:
                left.append(one.label)
            if one.sealing_key:
                place = parcels.Place(*new, one.device)
                plain = signed(shop_key, place, value) if known else b""
                sealed = _shut(one, place, plain)
                wrapped.append(store.Wrapped(target=one.device, sealed=seal.encode(sealed)))
        for code in roster.codes:
            if code.credentials:
                place = parcels.Place(*new, code.lookup)
                # The code of another machine: what is wrapped for it opens for nobody.
                secret = codes.get(code.lookup, secrets.token_hex(16))
                sealed = parcels.wrap_for_code(secret, place, signed(shop_key, place, value))
                wrapped.append(store.Wrapped(target=code.lookup, sealed=seal.encode(sealed)))
        return Shared(new[1], len(live) - len(left), tuple(left)), wrapped

    def _get(self, path: str, kind: type[_Told]) -> _Told:
        return decoded(checked(self._call("GET", path, None)).body, kind)

    def _call(self, method: str, path: str, body: object) -> HttpAnswer:
        return self._http.request(method, path, json=body, headers=self._identity.bearer())


def _shut(one: store.StoreCounter, place: parcels.Place, plain: bytes) -> bytes:
    fresh = secrets.token_bytes(parcels.KEY_BYTES)
    try:
        return parcels.wrap_for_device(seal.decode(one.sealing_key), fresh, place, plain)
    except seal.SealError as error:
        text = f"{one.label} shows a key that is none; revoke that counter and enrol it anew."
        raise RaseedError("relay_bad_sealing_key", text, label=one.label) from error


def _vouched(one: store.StoreCounter, codes: dict[str, str]) -> bool:
    """Whether it joined with a code that this counter made, and has the keys that it showed then:
    the relay cannot put its own in their place."""
    return any(
        parcels.vouched(secret, one.public_key, one.sealing_key, one.voucher)
        for secret in codes.values()
    )


def _mac(shop_key: bytes, place: parcels.Place, value: bytes) -> bytes:
    bound = "\0".join(("raseed/credential/v1", place.name, str(place.version), place.target))
    return hmac.digest(shop_key, bound.encode() + b"\0" + value, "sha256")
