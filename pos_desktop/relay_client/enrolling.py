"""Enrolment as the counter sees it: what it shows for a code, and what it takes from the answer."""

import logging

from pos_desktop.domain.errors import InputError
from pos_desktop.ports import Enrolled
from pos_desktop.relay_client.credentials import take_carried
from pos_desktop.relay_client.identity import Identity, Keys, Session, public_key
from pos_desktop.wire import enrolment, parcels, seal, v1

log = logging.getLogger(__name__)

SHOP_KEY = "shop_key"
"""Name of the parcel that carries the key of all ledgers of a shop."""


def request_of(code: str, label: str, keys: Keys) -> v1.EnrolRequest:
    """What is sent. InputError("bad_enrolment_code") for what is no code."""
    try:
        wire_code, (_, secret) = enrolment.wire_code(code), enrolment.split(code)
    except ValueError as error:
        raise InputError("bad_enrolment_code", "This is not an enrolment code.") from error
    shown, sealing = public_key(keys.device), public_key(keys.sealing)
    signature = keys.device.sign(enrolment.possession_text(wire_code, label))
    return v1.EnrolRequest(
        code=wire_code,
        label=label,
        public_key=shown,
        signature=seal.encode(signature),
        sealing_key=sealing,
        voucher=parcels.voucher(secret, shown, sealing),
    )


def taken(identity: Identity, code: str, answer: v1.EnrolAnswer) -> Enrolled:
    """Keep session and shop key; what is left for the settings."""
    session = Session(device=answer.device, epoch=answer.epoch, token=answer.token)
    identity.keep_session(session)
    key = _shop_key(code, answer)
    if key is not None:
        identity.take_shop_key(key)
        take_carried(identity, enrolment.split(code), answer)
    return Enrolled(
        tenant=answer.tenant,
        device=answer.device,
        epoch=answer.epoch,
        series=answer.series,
        token=answer.token,
        callback_secret=answer.callback_secret,
        marks=answer.marks,
        manager=answer.manager,
    )


def _shop_key(code: str, answer: v1.EnrolAnswer) -> bytes | None:
    """The shop's key where the code carried it; a parcel that does not open is none."""
    lookup, secret = enrolment.split(code)
    for parcel in answer.parcels:
        if parcel.name == SHOP_KEY:
            place = parcels.Place(parcel.name, parcel.version, lookup)
            try:
                key = parcels.open_with_code(secret, place, seal.decode(parcel.sealed))
            except seal.SealError:
                log.warning("the parcel with the shop's key does not open")
                return None
            return key if len(key) == seal.KEY_BYTES else None
    return None
