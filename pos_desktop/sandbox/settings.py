"""Keys and switches of one practice run."""

from dataclasses import asdict, dataclass, fields

from pos_desktop.sandbox.shapes import Json, tail

PRACTICE_ENTITY = "1101000000000000001"


@dataclass(slots=True)
class Keys:
    """Credentials that look live; they open nothing but this process."""

    key_id: str
    test_key_id: str
    key_secret: str
    webhook_secret: str
    account_id: str
    exotel_sid: str
    exotel_key: str
    exotel_token: str
    cashfree_id: str
    cashfree_secret: str
    dlt_entity_id: str = PRACTICE_ENTITY


def practice_keys() -> Keys:
    """New random keys; the live key decides nothing but the mode (reference gateways 1.1)."""
    return Keys(
        key_id="rzp_live_practice" + tail(6),
        test_key_id="rzp_test_practice" + tail(6),
        key_secret=tail(24),
        webhook_secret="whsec_practice_" + tail(16),
        account_id="acc_" + tail(14),
        exotel_sid="practice1",
        exotel_key=tail(32),
        exotel_token=tail(32),
        cashfree_id="CFPRACTICE" + tail(12).upper(),
        cashfree_secret="cfsk_practice_" + tail(24),
    )


@dataclass(slots=True)
class Features:
    """What the practice accounts can do and how they behave; changed at ``/control/features``.

    ``qr``: QR codes enabled on the account. ``image_content``: the raw UPI text in QR answers.
    ``qr_notes_on_payments``: QR notes copied to fetched payments too, not only in webhooks.
    ``refunds``: how refunds end (processed, failed, pending, low_balance), ``refund_ms`` later;
    the bank's reference comes ``refund_ref_ms`` after that, and asking takes ``refund_pause_ms``.
    ``attempt_s``: after so long without an answer of the bank an attempt fails; ``capture_s``:
    after so long what is authorised and not captured goes back.
    ``pace_ms``: time between the steps of a message. ``callback_*``: oddities of Exotel's reports
    (``callback_to``: plus, bare or zero; ``callback_retries``: repeats after a non-200).
    ``retry_ms``: first pause before a webhook or callback is repeated (doubles each time).
    ``cashfree_limits``: calls a minute by kind (2.1). ``cashfree_hooks``: version of its webhooks
    (2.5). ``cashfree_auto_refund``: money that comes too late goes back by itself.
    ``page_base``: public address of the relay, for the links behind WhatsApp buttons.
    """

    qr: bool = True
    image_content: bool = True
    qr_notes_on_payments: bool = False
    merchant: str = "Practice Shop"
    refunds: str = "processed"
    refund_ms: int = 400
    refund_ref_ms: int = 0
    refund_pause_ms: int = 0
    attempt_s: int = 600
    capture_s: int = 259_200
    pace_ms: int = 120
    callback_to: str = "plus"
    callback_string_codes: bool = False
    callback_without_label: bool = False
    callback_extra_keys: bool = False
    callback_batch: bool = False
    callback_retries: int = 4
    retry_ms: int = 500
    page_base: str = ""
    cashfree_limits: bool = False
    cashfree_hooks: str = "2025-01-01"
    cashfree_auto_refund: bool = False

    def change(self, body: Json) -> None:
        """Set the named switches. Raises ValueError (nothing is changed then)."""
        known = {field.name: type(getattr(self, field.name)) for field in fields(self)}
        for name, value in body.items():
            if name not in known or type(value) is not known[name]:
                raise ValueError(f"{name} is not a switch or has the wrong type")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"{name} must be one of {', '.join(_CHOICES[name])}")
        for name, value in body.items():
            setattr(self, name, value)

    def as_json(self) -> Json:
        """All switches by name."""
        return asdict(self)


_CHOICES = {
    "refunds": ("processed", "failed", "pending", "low_balance"),
    "callback_to": ("plus", "bare", "zero"),
    "cashfree_hooks": ("2025-01-01", "2023-08-01", "2022-09-01"),
}


@dataclass(slots=True)
class Hook:
    """Where webhooks go. ``events`` empty: all of reference gateways 1.8."""

    url: str = ""
    secret: str = ""
    events: tuple[str, ...] = ()
    disabled: bool = False
