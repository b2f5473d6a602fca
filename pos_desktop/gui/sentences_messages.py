"""The sentences about messages to customers: why one failed or was not sent (English, by code).

``_`` only marks the texts for translators, as in ``gui/sentences.py``, which joins all.
"""


def _(text: str) -> str:
    return text


# Classes of failure, as messaging/states.py finds them in the provider's codes.
_CLASSES = {
    "reason_recipient": _("this number cannot get it"),
    "reason_operator": _("the phone company did not take it"),
    "reason_setup": _("the shop's sender is not set up"),
    "reason_template": _("its text is not approved"),
    "reason_dlt": _("the DLT check stopped it"),
    "reason_media": _("its picture could not be loaded"),
    "reason_window": _("only approved texts may go"),
    "reason_limits": _("too many messages for now"),
    "reason_content": _("its content was refused"),
    "reason_expired": _("the phone was not reached in time"),
    "reason_meta": _("WhatsApp limits this number"),
    "reason_unknown": _("no reason was given"),
}

# How far a message got, on the card and in the story of its bill.
_STEPS = {
    "message_held": _("{what} goes at {time}"),
    "message_no_report": _("{what}: no report for a day"),
    "message_unknown_again": _("{what} may have gone. Resend?"),
    "story_step": _("{what} {step}"),
    "story_step_why": _("{what} {step}: {why}"),
    "story_again": _("{what} no. {n}"),
    "story_message_waiting": _("waits for its link"),
    "story_message_queued": _("queued"),
    "story_message_accepted": _("taken by Exotel"),
    "story_message_sent": _("sent"),
    "story_message_delivered": _("delivered"),
    "story_message_read": _("read"),
    "story_message_failed": _("not delivered"),
    "story_message_unknown": _("may have gone"),
    "story_message_dropped": _("not sent"),
    "story_message_no_report": _("without a report for a day"),
    "who_answer": _("Exotel’s answer"),
    "who_push": _("Exotel’s report"),
    "who_poll": _("Exotel, asked"),
    "who_stop": _("customer’s STOP"),
    "who_settings": _("settings file"),
    "menu_receipt": _("Send the receipt again"),
    "key_receipt": _("send the receipt of the marked bill again"),
    "more_receipt": _("Send a receipt again"),
    "which_receipt": _("Mark the paid bill first: F5, then the arrow keys."),
    "receipt_again": _("The receipt of token {n} goes out again."),
    "too_many_receipts": _(
        "This receipt was sent {limit} times. Print it, or show the link on the screen."
    ),
    "channel_changed": _(
        "The shop sends another way now; nothing more is sent for this bill. Show the QR, or print."
    ),
}

# Why a message that stood in the books was not sent.
_DROPPED = {
    "message_dropped_why": _("{what} not sent: {reason}"),
    "reason_too_late_to_send": _("10 minutes are over"),
    "reason_bill_settled": _("the bill is settled"),
    "reason_not_payable_any_more": _("its link is closed"),
    "reason_qr_on_screen": _("the QR is on the screen"),
    "reason_bill_abandoned": _("the bill was given up"),
    "reason_message_moved_on": _("it went another way"),
    "reason_no_such_message": _("it is not in the books"),
    "reason_stopped_while_sending": _("the program stopped meanwhile"),
    "reason_channel_changed": _("the shop sends another way now"),
    "reason_no_such_sale": _("its bill is not in the books"),
}

# What Exotel refuses at once, and what never leaves this counter.
_REFUSED = {
    "reason_exotel_refused": _("Exotel refused it"),
    "reason_exotel_key": _("Exotel does not know the key"),
    "reason_exotel_plan": _("the Exotel plan is used up"),
    "reason_exotel_not_allowed": _("Exotel does not let the shop send"),
    "reason_exotel_address": _("Exotel does not know the account"),
    "reason_template_gone": _("its text is not registered any more"),
    "reason_template_changed": _("its text has been changed since"),
    "reason_other_channel": _("the shop sends another way"),
    "reason_sms_with_media": _("an SMS carries no picture"),
    "reason_template_missing": _("no text is registered for it"),
    "reason_message_too_long": _("it is too long"),
    "reason_message_value_empty": _("a word of it is empty"),
    "reason_recipient_form": _("this number cannot get it"),
    "reason_link_foreign": _("its link leads to an unknown place"),
    "reason_link_not_public": _("its link cannot be opened"),
    "reason_link_not_whitelisted": _("its link is not registered"),
    "reason_sms_link_long": _("the shop's address is too long"),
    "reason_sms_letters": _("an SMS lacks some of its letters"),
    "reason_sms_value_form": _("a value is not as registered"),
    "reason_sms_invoice_form": _("the invoice number is not as registered"),
    "reason_no_whatsapp_number": _("the shop's WhatsApp number is missing"),
    "reason_no_dlt_entity": _("the shop's DLT entity is missing"),
    "reason_no_sms_sender": _("the shop's SMS sender is missing"),
    "reason_not_sent": _("Exotel was not reached; try again"),
    "reason_brand_too_long": _("the shop's name is too long"),
}

# The sheet of the messages, and a test to a phone of the shop.
_SHEET = {
    "more_messages": _("Messages: texts, and a test"),
    "messages_title": _("Messages to customers"),
    "messages_name": _("Registered texts"),
    "channel_whatsapp_qr": _("This shop sends WhatsApp with the QR"),
    "channel_whatsapp_link": _("This shop sends WhatsApp with a link"),
    "channel_sms_link": _("This shop sends SMS with a link"),
    "channel_change": _("Change · PIN"),
    "channel_title": _("How does this shop send?"),
    "channel_note": _(
        "Only new bills change. Messages that wait are not sent; their bills are paid by the QR."
    ),
    "channel_to_whatsapp_qr": _("WhatsApp with the QR"),
    "channel_to_whatsapp_link": _("WhatsApp with a link"),
    "channel_to_sms_link": _("SMS with a link"),
    "channel_keep": _("Keep it as it is"),
    "ask_channel": _("Send new bills another way: {way}?"),
    "channel_done": _("New bills go out another way: {way}."),
    "channel_done_dropped": _(
        "New bills go out another way: {way}. Messages that waited, not sent: {n}"
    ),
    "section_used": _("Sent by this shop"),
    "section_unused": _("Registered, not sent by this shop"),
    "purpose_payment_request": _("Payment request"),
    "purpose_receipt": _("Receipt"),
    "purpose_refund_note": _("Refund note"),
    "purpose_resend": _("Request once more"),
    "way_whatsapp": _("WhatsApp"),
    "way_sms": _("SMS"),
    "way_qr": _("WhatsApp, QR"),
    "way_gateway": _("WhatsApp, link"),
    "way_page": _("WhatsApp, bill"),
    "fit_yes": _("Ready: it reads like this"),
    "fit_no": _("It cannot be sent: {reason}"),
    "fit_no_short": _("cannot be sent"),
    "fit_unused": _("This shop does not send it"),
    "size_whatsapp": _("{n} of 1,024 characters"),
    "size_sms": _("{n} characters, plain letters (GSM-7): {parts}"),
    "size_sms_dear": _("{n} characters, letters beyond GSM-7: {parts}"),
    "size_unit": _("1 SMS is paid for"),
    "size_units": _("{n} SMS are paid for"),
    "head_image": _("The QR of the bill stands above the text"),
    "head_document": _("The PDF comes with it"),
    "button_gateway": _("Button: opens the gateway's payment page"),
    "button_page": _("Button: opens the bill's page"),
    "try_phone": _("Send a test to my phone"),
    "try_send": _("Send test · PIN"),
    "try_hint": _("No bill and no customer is touched."),
    "try_sending": _("The test is being sent …"),
    "what_try": _("Test to {phone}"),
    "ask_try": _("Send a test message to {phone}?"),
    "not_our_channel": _("This shop does not send this one."),
    "template_unfit": _("This text cannot be sent as it is set up."),
}

MESSAGES = {**_CLASSES, **_STEPS, **_DROPPED, **_REFUSED, **_SHEET}
