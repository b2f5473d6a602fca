"""What the cashier asks payment for. Alone in its module: the window loads it before anything."""

from dataclasses import dataclass

from pos_desktop.domain.sale import Consent, PricedBill


@dataclass(frozen=True, slots=True)
class Order:
    """What the cashier asks payment for: the priced cart and, if given, the customer's phone.

    ``phone`` is E.164; ``consent`` belongs to it and is None without one. ``left`` is the draft
    that stays (bills put aside): written in the sale's own transaction, so that a kill right after
    it brings no sold bill back to the screen. None leaves the draft as it is.
    """

    bill: PricedBill
    phone: str | None
    consent: Consent | None
    cashier: str
    left: str | None = None
