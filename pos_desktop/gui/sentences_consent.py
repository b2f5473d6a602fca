"""The sentences about customers' numbers: no messages, a wrong number, a forgotten one.

``_`` only marks the texts for translators, as in ``gui/sentences.py``, which joins all.
"""


def _(text: str) -> str:
    return text


_NO_MESSAGES = {
    "key_refuse": _("no messages for this number"),
    "phone_refuse": _("No messages for this number"),
    "phone_agree": _("The customer asks for messages again"),
    "phone_silent": _("This number wants no messages: QR and print."),
    "phone_silent_enter": _("Go on without messages"),
    "no_messages": _("No messages: QR and print"),
    "silent_from_now": _("No messages go to this number any more. Show the QR, or print the bill."),
    "silent_token": _("Token {n}: no messages go to this number any more. Show the QR, or print."),
    "no_number_here": _("There is no number here. Type it with F3."),
    "opted_out": _("This number wants no messages. Show the QR on the screen, or print the bill."),
    "wants_none": _("Wants no messages - show the QR"),
    "reason_opted_out": _("this number wants none"),
    "reason_number_corrected": _("the number was wrong"),
    "reason_number_forgotten": _("the number was erased"),
}

_WRONG = {
    "closing_for_number": _("Closing the old link, then the new number gets one"),
    "by_qr_closing_for_number": _("Closing the QR, then the new number gets one"),
    "menu_number": _("Wrong number, no messages"),
    "menu_correct": _("Wrong number: type the right one"),
    "menu_refuse": _("No messages for this number"),
    "menu_back": _("Leave it as it is"),
    "number_ask": _("What would you like to change?"),
    "number_title": _("Right number for token {n}"),
    "number_what": _(
        "What went to {last4} is closed and opens nothing any more. "
        "The new number gets a new link, and later the receipt."
    ),
    "number_next": _("Type it once more"),
    "number_again": _("Type the same number once more."),
    "number_differs": _("That was another number. Type the right one again."),
    "number_correct": _("Correct the number"),
    "number_none": _("No number: QR on screen"),
    "number_corrected": _("Token {n}: the number is corrected. The old link opens nothing more."),
    "number_taken": _("Token {n} has no number any more. The old link opens nothing more."),
    "same_number": _("The bill has this number already."),
    "no_number": _("This bill has no number to correct."),
    "consent_needed": _("Ask the customer first whether messages may be sent."),
}

_FORGET = {
    "more_forget": _("Erase a customer’s number"),
    "forget_title": _("Erase a customer’s number"),
    "forget_about": _("What happens"),
    "forget_what": _(
        "The number, its consent and what was written to it leave the books of this counter. "
        "Bills and invoices stay as they are. It cannot be undone."
    ),
    "forget_next": _("Erase · PIN"),
    "ask_forget": _("Erase the number {phone} from this counter’s books?"),
    "forgotten": _("Erased from {bills} bills and {messages} messages."),
    "forgotten_none": _("This counter has no bill and no message with this number."),
    "number_waits": _("Token {n} of this number still waits for its money. End that bill first."),
    "number_in_draft": _("A bill that is being made or is parked has this number. End it first."),
}

CONSENT = {**_NO_MESSAGES, **_WRONG, **_FORGET}
