"""A code for the next counter, made by the manager's: it carries the shop's key, which the relay
never sees (design relay 1)."""

import secrets
from typing import NamedTuple

from pos_desktop.relay_client.enrolling import SHOP_KEY
from pos_desktop.wire import enrolment, parcels, seal, store, v1


class Invitation(NamedTuple):
    """Both halves of a new code; only the first one travels."""

    lookup: str
    secret: str


def drawn() -> Invitation:
    """A new code; whether its look-up half is free is for the relay to say."""
    letters = enrolment.ALPHABET
    halves = (enrolment.LOOKUP_LENGTH, enrolment.SECRET_LENGTH)
    return Invitation(*("".join(secrets.choice(letters) for _ in range(n)) for n in halves))


def push_of(
    new: Invitation, shop_key: bytes, version: int, label: str, minutes: int
) -> store.CodePush:
    """What the relay keeps of it: the hash of the proof, and the parcel that it cannot open."""
    place = parcels.Place(SHOP_KEY, version, new.lookup)
    sealed = parcels.wrap_for_code(new.secret, place, shop_key)
    return store.CodePush(
        lookup=new.lookup,
        proof_hash=enrolment.proof_hash(enrolment.proof(new.secret)),
        label=label,
        minutes=minutes,
        parcels=(v1.Parcel(name=SHOP_KEY, version=version, sealed=seal.encode(sealed)),),
    )


def version_of(state: store.StoreState) -> int:
    """The version of the shop's key that a code carries; it begins with the first code."""
    return max((one.version for one in state.credentials if one.name == SHOP_KEY), default=1)
