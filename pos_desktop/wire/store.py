"""Messages about the shop itself: credentials, catalogue, codes and counters (wire version 1).

What ``v1`` says of unknown and new fields holds here, too. Sealed values are base64url.
"""

import msgspec

from pos_desktop.wire.v1 import Mark, Parcel


class VersionPush(msgspec.Struct, frozen=True, kw_only=True):
    """A whole catalogue or all settings, sealed under the shop key (base64url); versions count by
    one, so that of two managers one has to look again."""

    version: int
    sealed: str


class StoreVersion(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version; ``sealed`` is empty where only the number is told."""

    name: str
    version: int
    at: int
    sealed: str = ""


class CredentialState(msgspec.Struct, frozen=True, kw_only=True):
    """The newest version of a credential, and the one that is wrapped for the counter (0: none)."""

    name: str
    version: int
    mine: int


class StoreState(msgspec.Struct, frozen=True, kw_only=True):
    """What a counter should know of its shop: compare, and fetch what is newer.

    ``lost_pages``: ids of pages whose stored file is gone; who has their bytes pushes them again.
    """

    device: str
    manager: bool
    callback_secret: str
    versions: tuple[StoreVersion, ...] = ()
    credentials: tuple[CredentialState, ...] = ()
    revoked: tuple[str, ...] = ()
    lost_pages: tuple[str, ...] = ()


class Parcels(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrapped for the counter that asks, under its device key."""

    parcels: tuple[Parcel, ...]


class Wrapped(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel for ``target``: a device, or the look-up half of an open code."""

    target: str
    sealed: str


class CredentialPush(msgspec.Struct, frozen=True, kw_only=True):
    """A credential for everybody: a new version (one more than the newest) has a parcel for every
    live device that has a sealing key and for every open code that carries parcels. With the newest
    version again it adds parcels for who has none yet."""

    version: int
    parcels: tuple[Wrapped, ...]


class CodePush(msgspec.Struct, frozen=True, kw_only=True):
    """An enrolment code that the manager's counter made: the relay never sees its secret half.

    ``proof_hash`` is ``enrolment.proof_hash``; ``parcels`` are wrapped under the secret half.
    """

    lookup: str
    proof_hash: str
    label: str = ""
    minutes: int = 15
    uses: int = 1
    manager: bool = False
    parcels: tuple[Parcel, ...] = ()


class StoreCounter(msgspec.Struct, frozen=True, kw_only=True):
    """A counter of the store as its manager sees it; keys base64url, moments UTC ms."""

    device: str
    label: str
    epoch: int
    series: str
    last_seq: int
    public_key: str
    sealing_key: str
    voucher: str
    manager: bool
    enrolled_at: int
    seen_at: int
    revoked_at: int | None = None
    forked: bool = False
    marks: tuple[Mark, ...] = ()
    credentials: tuple[tuple[str, int], ...] = ()  # (name, version) wrapped for it


class OpenCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code that can still be used, and the credentials that it carries."""

    lookup: str
    label: str
    expires_at: int
    uses_left: int
    manager: bool
    credentials: tuple[tuple[str, int], ...] = ()


class StoreRoster(msgspec.Struct, frozen=True, kw_only=True):
    """Every counter and every open code of a store."""

    counters: tuple[StoreCounter, ...]
    codes: tuple[OpenCode, ...]
