"""The kinds of outbox effects and the subjects they act on: one place for these words."""

from typing import Final

from pos_desktop.domain.payment import OWN_UPI

COLLECT_CREATE: Final = "collect.create"
COLLECT_CLOSE: Final = "collect.close"
OWN_QR_CREATE: Final = "own_qr.create"
OWN_QR_CLOSE: Final = "own_qr.close"
PAYMENT_CAPTURE: Final = "payment.capture"
REFUND_ASK: Final = "refund.ask"
PICTURE_PUBLISH: Final = "picture.publish"
PICTURE_CLOSE: Final = "picture.close"
PAGE_PUBLISH: Final = "page.publish"
PAGE_REVOKE: Final = "page.revoke"
MESSAGE_SEND: Final = "message.send"

BILL_REVISION: Final = 1
INVOICE_REVISION: Final = 2


def create_at(gateway: str) -> str:
    """The kind that makes something payable there. The shop's own QR needs nobody's answer: it
    never waits behind calls to a gateway, least of all when that is the reason for showing it."""
    return OWN_QR_CREATE if gateway == OWN_UPI else COLLECT_CREATE


def close_at(gateway: str) -> str:
    """The kind that closes what was made payable there."""
    return OWN_QR_CLOSE if gateway == OWN_UPI else COLLECT_CLOSE


def page_subject(order_id: str, revision: int, contact: int = 0) -> str:
    """The subject of a page effect: ``ORDER:REVISION``, after a corrected number (``Sale.contact``)
    ``ORDER:REVISION:CONTACT``."""
    return f"{order_id}:{revision}:{contact}" if contact else f"{order_id}:{revision}"


def page_of(subject: str) -> tuple[str, int, int]:
    """The order id, revision and contact named by ``page_subject``."""
    order_id, revision, contact = [*subject.split(":"), "0"][:3]
    return order_id, int(revision), int(contact)


def contact_subject(order_id: str, contact: int) -> str:
    """The subject of ending a former link of a bill: ``ORDER:CONTACT``."""
    return f"{order_id}:{contact}"


def contact_of(subject: str) -> tuple[str, int]:
    """The order id and the contact named by ``contact_subject``."""
    order_id, _, contact = subject.partition(":")
    return order_id, int(contact)


def capture_subject(reference: str, payment_id: str) -> str:
    """The subject of a capture: ``REFERENCE:PAYMENT``."""
    return f"{reference}:{payment_id}"


def capture_of(subject: str) -> tuple[str, str]:
    """The collect reference and the payment id named by ``capture_subject``."""
    reference, _, payment_id = subject.partition(":")
    return reference, payment_id


def refund_subject(key: str, attempt: int) -> str:
    """The subject of asking for a refund: ``KEY:ATTEMPT``."""
    return f"{key}:{attempt}"


def refund_of(subject: str) -> tuple[str, int]:
    """The key and the attempt named by ``refund_subject``."""
    key, _, attempt = subject.rpartition(":")
    return key, int(attempt)
