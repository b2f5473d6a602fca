"""Life of QR codes: create, find, close, and their silent end (reference gateways 1.4)."""

from pos_desktop.sandbox.razorpay import asks, entities
from pos_desktop.sandbox.razorpay.objects import Qr, Register
from pos_desktop.sandbox.razorpay.refusals import Refusal, id_not_found, not_wanted, url_not_found
from pos_desktop.sandbox.shapes import Json, tail

STATUS_LAG = 30
"""Seconds past ``close_by`` in which a QR still says ``active``: its status may lag."""


def check_enabled(reg: Register) -> None:
    """Without the feature every QR address is "not found", with HTTP 400. Raises Refusal."""
    if not reg.features.qr:
        raise url_not_found()


def create(reg: Register, body: Json, mode: str) -> Qr:
    """Make a QR code (test mode too, but nobody can pay that one)."""
    now = reg.now()
    ask = asks.read_qr(body, now)
    qr = Qr(
        id="qr_" + tail(), mode=mode, code=tail(7), ask=ask, created_at=now, notes=dict(ask.notes)
    )
    reg.qrs[qr.id] = qr
    # The documented sample of this event carries close_by as a string.
    hook = {**entities.hook_qr(reg, qr), "close_by": str(qr.ask.close_by)}
    reg.emit("qr_code.created", {"qr_code": hook})
    return qr


def find(reg: Register, qr_id: str, mode: str) -> Qr:
    """The QR code with this id. Raises Refusal."""
    qr = reg.qrs.get(qr_id)
    if qr is None or qr.mode != mode:
        raise id_not_found()
    expire_due(reg)
    return qr


def by_code(reg: Register, code: str) -> Qr | None:
    """The QR code behind an image URL."""
    return next((qr for qr in reg.qrs.values() if qr.code == code), None)


def search(reg: Register, mode: str, *, customer: str | None, payment: str | None) -> list[Qr]:
    """QR codes newest first. There is no search by a key of ours (``notes`` must be read)."""
    expire_due(reg)
    found = [qr for qr in reversed(reg.qrs.values()) if qr.mode == mode]
    if customer is not None:
        found = [qr for qr in found if qr.ask.customer_id == customer]
    if payment is not None:
        known = reg.payments.get(payment)
        found = [qr for qr in found if known is not None and known.qr_id == qr.id]
    return found


def change(reg: Register, qr: Qr, body: Json) -> None:
    """PATCH: notes only. Raises Refusal."""
    if unknown := set(body) - {"notes"}:
        raise not_wanted(unknown)
    qr.notes = asks.notes(body, 256)


def close(reg: Register, qr: Qr) -> None:
    """Close on demand; the only way that sends ``qr_code.closed``. Raises Refusal."""
    if qr.status == "closed":
        raise Refusal("The QR code is already closed.")
    qr.status, qr.closed_at, qr.close_reason = "closed", reg.now(), "on_demand"
    reg.emit("qr_code.closed", {"qr_code": entities.hook_qr(reg, qr)})


def payable(reg: Register, qr: Qr) -> bool:
    """Whether a UPI app would still pay it."""
    in_time = qr.ask.close_by is None or qr.ask.close_by > reg.now()
    return qr.status == "active" and in_time and qr.mode == "live"


def expire_due(reg: Register) -> None:
    """Silently close what is past its time; no webhook, no reason."""
    now = reg.now()
    for qr in reg.qrs.values():
        if qr.status == "active" and qr.ask.close_by and qr.ask.close_by + STATUS_LAG <= now:
            qr.status, qr.closed_at = "closed", qr.ask.close_by
