"""POST /v1/enrol: a one-time code becomes a counter."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from litestar import post
from litestar.params import JSONBody

from pos_desktop.wire import enrolment, seal, v1
from pos_relay.errors import refused, slow_down
from pos_relay.routes.common import Asked, address_of, node_of
from pos_relay.settings import LIMITS
from pos_relay.store import devices, marks, parcels, tenants
from pos_relay.store.devices import Applicant

_LONGEST_LABEL = 60
_KEY_BYTES = 32


@post("/v1/enrol", status_code=200, sync_to_thread=True, request_max_body_size=LIMITS.small_body)
def enrol(request: Asked, data: JSONBody[v1.EnrolRequest]) -> v1.EnrolAnswer:
    """Device, epoch and a series that nobody else ever gets.

    403 ``code_refused`` for a wrong, used, expired or exhausted code alike; 400 where the key did
    not sign; 409 ``series_exhausted``; 429 for an address that tries too many.
    """
    node, address = node_of(request), address_of(request)
    if seconds := node.doors.enrol.wait(address):
        raise slow_down(seconds)
    label = _label(data.label)
    _check_possession(data)
    who = Applicant(label, data.public_key, data.sealing_key, data.voucher)
    now = node.now()
    with node.store.database.write() as sql:
        code = devices.take_code(sql, data.code, now)
        fresh = devices.enrol(sql, code.tenant, who, now, manager=code.manager) if code else None
        carried = parcels.of(sql, code.tenant, code.lookup) if code else ()
        if code and code.last:
            parcels.drop(sql, code.tenant, code.lookup)
        held = marks.of_device(sql, fresh.tenant, fresh.device) if fresh else ()
        secrets = tenants.callback_secrets(sql, node.store.box, code.tenant, now) if code else ()
    if code is None:
        node.doors.enrol.missed(address)
        raise refused(403, "code_refused", "the code is wrong, used or out of date")
    if fresh is None:
        raise refused(409, "series_exhausted", "every series of this shop is used up")
    node.bus.wake(fresh.tenant)
    return v1.EnrolAnswer(
        tenant=fresh.tenant,
        device=fresh.device,
        epoch=fresh.epoch,
        series=fresh.series,
        token=fresh.token,
        callback_secret=secrets[0],
        marks=held,
        parcels=carried,
        manager=fresh.manager,
    )


def _label(text: str) -> str:
    label = text.strip()
    if not label or len(label) > _LONGEST_LABEL or not label.isprintable():
        raise refused(400, "bad_label", f"a label has 1 to {_LONGEST_LABEL} printable characters")
    return label


def _check_possession(data: v1.EnrolRequest) -> None:
    """The counter must hold the key it registers, or a re-enrolment could hijack a device."""
    try:
        key = Ed25519PublicKey.from_public_bytes(seal.decode(data.public_key))
        text = enrolment.possession_text(data.code, data.label)
        key.verify(seal.decode(data.signature), text)
        sizes = len(seal.decode(data.sealing_key)), len(seal.decode(data.voucher))
    except (seal.SealError, ValueError, InvalidSignature) as error:
        raise refused(400, "bad_key", "the device key did not sign this request") from error
    if not {0, _KEY_BYTES}.issuperset(sizes):
        raise refused(400, "bad_key", "the sealing key or its voucher cannot be read")
