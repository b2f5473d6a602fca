"""The sentences about money in every state: tenders, PINs, the inbox, refunds (English, by code).

``_`` only marks the texts for translators, as in ``gui/sentences.py``, which joins both.
"""


def _(text: str) -> str:
    return text


_REFUSALS = {
    "too_many_requests": _(
        "The request was sent {limit} times. Show the QR, or take the money another way."
    ),
    "still_on_its_way": _("The last message is still on its way. Wait a moment, then send again."),
    "phone_needed": _("This needs the customer’s phone. Press F3 and type it, or show the QR."),
    "money_received": _(
        "There is money on this bill already. Collect the rest, or ask a manager to refund it."
    ),
    "qr_not_offered": _("Payment QR codes are not switched on for this shop. Use link or cash."),
    "own_upi_off": _("The shop’s own UPI address is not set up. Use QR, link or cash."),
}

MONEY: dict[str, str] = {
    **_REFUSALS,
}
