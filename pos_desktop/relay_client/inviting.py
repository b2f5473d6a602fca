"""A code for the next counter, made by the manager's: it carries the shop's key, which the relay
never sees (design relay 1)."""

from collections.abc import Sequence

from pos_desktop.relay_client.codes import Invitation
from pos_desktop.relay_client.enrolling import SHOP_KEY
from pos_desktop.wire import enrolment, parcels, seal, store, v1


def push_of(
    new: Invitation, carried: Sequence[v1.Parcel], label: str, minutes: int
) -> store.CodePush:
    """What the relay keeps of it: the hash of the proof, and the parcel that it cannot open."""
    return store.CodePush(
        lookup=new.lookup,
        proof_hash=enrolment.proof_hash(enrolment.proof(new.secret)),
        label=label,
        minutes=minutes,
        parcels=tuple(carried),
    )


def shop_key_of(new: Invitation, shop_key: bytes, version: int) -> v1.Parcel:
    """The shop's key for whoever has the code's secret half."""
    place = parcels.Place(SHOP_KEY, version, new.lookup)
    sealed = parcels.wrap_for_code(new.secret, place, shop_key)
    return v1.Parcel(name=SHOP_KEY, version=version, sealed=seal.encode(sealed))


def version_of(state: store.StoreState) -> int:
    """The version of the shop's key that a code carries; it begins with the first code."""
    return max((one.version for one in state.credentials if one.name == SHOP_KEY), default=1)
