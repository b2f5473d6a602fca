"""Every sentence and word of the window in English, by code.

``_`` only marks the texts for translators (pybabel extracts them); ``gui/texts.py`` translates.
"""

from pos_desktop.gui.sentences_books import BOOKS
from pos_desktop.gui.sentences_consent import CONSENT
from pos_desktop.gui.sentences_fence import FENCE
from pos_desktop.gui.sentences_messages import MESSAGES
from pos_desktop.gui.sentences_money import MONEY
from pos_desktop.gui.sentences_paper import PAPER


def _(text: str) -> str:
    return text


_WINDOW = {
    "app_name": _("Raseed"),
    "practice": _("PRACTICE"),
    "practice_hint": _("nothing here is real: no money moves and no customer is messaged"),
    "shop_line": _("{shop} · {counter} · {cashier}"),
    "place_line": _("{counter} · {cashier}"),
    "scan_placeholder": _("Scan, or type a name or code"),
    "scan_name": _("Scan field: item code or name"),
    "col_number": _("#"),
    "col_item": _("Item"),
    "col_mrp": _("MRP"),
    "col_price": _("Price"),
    "col_qty": _("Qty"),
    "col_amount": _("Amount"),
    "cart_name": _("Lines of the bill"),
    "cart_empty_title": _("Ready for the next customer"),
    "cart_empty_hint": _(
        "Scan the first item, tap a quick key, or press F2 and type a name. Press F1 for all keys."
    ),
    "line_less": _("One less of this item"),
    "line_more": _("One more of this item"),
    "line_remove": _("Remove this line"),
    "chip_saves": _("saves {amount}"),
    "chip_weight": _("by weight"),
    "customer": _("Customer"),
    "customer_none": _("No phone yet"),
    "customer_none_hint": _("bill by QR and print"),
    "customer_agreed_whatsapp": _("agreed to WhatsApp bills"),
    "customer_agreed_sms": _("agreed to SMS bills"),
    "customer_ask_again": _("ask again before sending"),
    "also_waiting": _("also waiting: {amount}, token {n}"),
    "to_pay": _("To pay"),
    "gst_label": _("incl. GST"),
    "round_off": _("Round-off"),
    "saved": _("Saved"),
    "request_whatsapp": _("Request payment on WhatsApp"),
    "request_sms": _("Request payment by SMS"),
    "cash": _("Cash"),
    "qr_on_screen": _("QR on screen"),
    "park": _("Park"),
    "unpark": _("Take back ({n})"),
    "split": _("Other / split"),
    "key_cap": _("key {key}"),
    "quick_name": _("Quick key: {name}, {price}"),
    "waiting_bills": _("Waiting bills"),
    "waiting_none": _("No bill is waiting. Requested payments will stand here."),
    "waiting_more": _("+{n} more"),
    "waiting_card": _("{token}, {phone}, {amount}: {words}"),
    "token": _("Token {n}"),
    "no_phone": _("no phone"),
    "paid_strip": _("PAID {amount}    Token {n}    {phone}"),
    "search_name": _("Items that match"),
    "search_none": _("No item has a name like “{text}”."),
    "close": _("Close"),
    "ok": _("OK"),
    "dismiss": _("Close this message"),
    "safe_title": _("Something went wrong, but your bill is safe"),
    "safe_text": _(
        "The bill on the screen and all waiting bills are kept. Go on with the sale. "
        "If this comes again, restart the counter and tell support the code {code}."
    ),
}

_TIME = {
    "just_now": _("just now"),
    "seconds_ago": _("{n} s ago"),
    "minutes_ago": _("{n} min ago"),
    "hours_ago": _("{n} h ago"),
    "days_ago": _("{n} days ago"),
    "age_seconds": _("{n} s"),
    "age_minutes": _("{n} min"),
    "age_hours": _("{n} h"),
    "age_days": _("{n} days"),
    "seconds_left": _("{n} s left"),
    "minutes_left": _("{n} min left"),
    "time_over": _("time is over"),
}

_LAMPS = {
    "lamp_internet": _("Internet"),
    "lamp_gateway": _("Payments"),
    "lamp_messages": _("Messages"),
    "lamp_relay": _("Bill pages"),
    "lamp_printer": _("Printer"),
    "lamp_ok": _("{name}"),
    "lamp_slow": _("{name} slow"),
    "lamp_down": _("{name} down"),
    "lamp_off": _("{name} off"),
    "lamp_checking": _("{name} …"),
    "all_sent": _("All bills sent"),
    "sending": _("Sending {n}"),
    "unsent": _("{n} to send · {age}"),
    "unsent_short": _("{n} to send"),
    "unsent_down": _("Bill pages down · {n} to send · {age}"),
    "lamp_name": _("{name}: {state}"),
}

_MESSAGE_WORDS = {
    "message_waits_for_relay": _("Message waits for the relay"),
    "message_waiting": _("{what} is being made"),
    "message_queued": _("{what} queued"),
    "message_accepted": _("{what} on its way"),
    "message_sent": _("{what} sent"),
    "message_delivered": _("{what} delivered"),
    "message_read": _("{what} read"),
    "message_failed": _("{what} not delivered"),
    "message_failed_why": _("{what} not delivered: {reason}"),
    "message_unknown": _("{what}: not known if it went"),
    "message_dropped": _("{what} not needed any more"),
    "what_whatsapp": _("WhatsApp"),
    "what_sms": _("SMS"),
    "what_receipt": _("Receipt"),
}

_SHEETS = {
    "phone_title": _("Customer’s phone"),
    "phone_name": _("Mobile number, 10 digits"),
    "phone_placeholder": _("10 digits"),
    "phone_use": _("Use this number"),
    "phone_request": _("Use and request payment"),
    "phone_none": _("No phone: QR on screen"),
    "phone_not_now": _("No phone: not a phone order"),
    "phone_forget": _("No phone for this bill"),
    "phone_more": _("{n} more digits"),
    "phone_more_one": _("1 more digit"),
    "phone_readback": _("Read back the end: {last4}"),
    "consent_whatsapp": _(
        "“May we send this bill’s payment link and receipt to your number on WhatsApp? We use it "
        "only for this bill. You can say no and pay by the QR here.”"
    ),
    "consent_sms": _(
        "“May we send this bill’s payment link and receipt to your number by SMS? We use it "
        "only for this bill. You can say no and pay by the QR here.”"
    ),
    "consent_ask": _("Ask the customer (text {version})"),
    "cash_title": _("Cash"),
    "cash_title_token": _("Cash for token {n}"),
    "cash_tendered": _("Cash given"),
    "cash_name": _("Cash given by the customer, in rupees"),
    "cash_change": _("Change"),
    "cash_missing": _("Still missing"),
    "cash_exact": _("Exact"),
    "cash_take": _("Take cash and issue the bill"),
    "qty_title": _("Quantity"),
    "qty_name": _("Quantity"),
    "qty_weight_name": _("Weight in {unit}"),
    "qty_set": _("Set quantity"),
    "qty_add": _("Add to the bill"),
    "qty_whole": _("This item is sold by the piece: type a whole number."),
    "qr_title": _("Token {n}"),
    "qr_scan": _("Scan with any UPI app"),
    "qr_scan_left": _("Scan with any UPI app · {time} left"),
    "qr_link": _("Scan with the phone’s camera to pay"),
    "qr_link_left": _("Scan with the camera to pay · {time} left"),
    "qr_asking": _("The QR is being made …"),
    "qr_over": _("The time of this QR is over. Close it and ask again from the waiting bills."),
    "qr_picture_failed": _("The gateway’s QR picture could not be fetched. Close this and retry."),
    "qr_undrawable": _("This QR cannot be drawn ({reason}). Close it and take cash."),
    "qr_pays_to": _("Pays to {shop}. No phone number needed."),
    "qr_apps": _("BHIM · PhonePe · Google Pay · Paytm · WhatsApp"),
    "qr_next": _("Serve the next customer: this bill keeps waiting"),
    "qr_name": _("Payment QR for {amount}"),
    "help_title": _("Keys"),
    "help_quantity": _("3* then scan"),
    "help_quantity_what": _("quantity 3 of the next item"),
    "pad_back": _("Delete the last digit"),
    "pad_digit": _("Digit {n}"),
}

_KEYS = {
    "key_help": _("this list of keys"),
    "key_find": _("find an item by name or code"),
    "key_phone": _("customer’s phone"),
    "key_park": _("park this bill, or take the parked one back"),
    "key_waiting": _("go to the waiting bills"),
    "key_quantity": _("quantity of the marked line"),
    "key_request": _("request payment"),
    "key_cash": _("cash"),
    "key_qr": _("QR on screen"),
    "key_print": _("print the last or the marked bill"),
    "key_split": _("other tenders, split"),
    "key_remote": _("phone order: a link for a day"),
    "key_return": _("goods come back: refund"),
    "key_inbox": _("inbox and money owed"),
    "key_goods": _("goods given for the marked paid bill"),
    "key_menu": _("more: return, print, outage …"),
    "key_test": _("test again what is switched off"),
    "key_back": _("one step back; a bill is never lost"),
    "key_remove": _("remove the marked line"),
    "key_more": _("one more of the marked line"),
    "key_less": _("one less of the marked line"),
    "key_up": _("mark the line above"),
    "key_down": _("mark the line below"),
}

_NOTICES = {
    "open_already": _("Raseed is open on this computer already. Go on in its window."),
    "in_use": _(
        "Another program works with this counter’s books. Close this window and the other program, "
        "then open Raseed again."
    ),
    "unexpected": _("Something unexpected happened ({code}). Your bill is safe; please try again."),
    "unknown_code": _(
        "No item has the code {code}. Put it aside, or press F2 and find it by its name."
    ),
    "scan_refused": _("That scan was not taken. Finish or close this window, then scan again."),
    "nothing_to_pay": _("There is nothing to pay yet. Scan an item first."),
    "no_line": _("No line is marked. Scan an item first."),
    "cash_too_little": _("The cash given is less than {due}. Count again."),
    "cash_limit": _(
        "The law forbids {limit} or more in cash for one bill. Use QR, link or card for a part."
    ),
    "not_waiting": _("That bill does not wait for money any more. Look at its card."),
    "not_paid_yet": _("That bill is not paid yet. Do not hand over the goods."),
    "above_mrp": _(
        "{name} costs {price}, which is above its MRP of {mrp}. Do not sell it; call the manager."
    ),
    "qty_empty": _("Type a quantity."),
    "qty_junk": _("Type the quantity in figures, for example 3 or 0.355."),
    "qty_negative": _("A quantity is above zero. To take goods off, remove the line."),
    "qty_decimals": _("A quantity has at most three decimals."),
    "qty_not_positive": _("The quantity must be above zero. To take goods off, remove the line."),
    "qty_too_big": _("One line holds at most 9,999. Check the quantity."),
    "too_many_lines": _("A bill holds at most 999 lines. Take payment and begin another bill."),
    "price_negative": _("This item has a price below zero. Do not sell it; call the manager."),
    "price_below_cess": _("This item's price is below its cess. Do not sell it; call the manager."),
    "no_such_line": _("That line is not on the bill any more."),
    "amount_empty": _("Type the cash that the customer gave."),
    "amount_junk": _("Type the amount in figures, for example 500 or 1,250.50."),
    "amount_negative": _("An amount is above zero."),
    "amount_decimals": _("An amount has at most two decimals."),
    "amount_too_big": _("That amount is too high. Count again."),
    "not_a_product": _("That is a web address or a payment QR, not an item. Scan the bar code."),
    "phone_empty": _("Type the number, or go on without a phone."),
    "phone_letters": _("A phone number has figures only."),
    "phone_barcode": _("That was a bar code, not a phone number."),
    "phone_foreign": _("Only Indian mobile numbers get messages. Use the QR on screen."),
    "phone_too_short": _("A mobile number has 10 digits; these are {digits}."),
    "phone_too_long": _("A mobile number has 10 digits; these are {digits}."),
    "phone_junk": _("That looks like a made-up number. Ask the customer again."),
    "phone_not_mobile": _(
        "An Indian mobile number begins with 6, 7, 8 or 9. Check the first digit."
    ),
    "print_total": _("Total"),
    "print_taxable": _("Taxable"),
    "print_cess": _("Cess"),
    "print_gst": _("Includes GST {value}"),
    "print_saved": _("You saved {value}"),
    "print_place": _("Place of supply {value}"),
    "print_reverse": _("Reverse charge: {value}"),
    "printed": _("The bill is with the printer."),
    "print_failed": _(
        "The bill could not be printed. Check the paper and the printer, then Ctrl+P."
    ),
    "printer_missing": _("No printer is set up. The customer can get the bill by message or QR."),
    "nothing_to_print": _("No bill has been issued yet, so there is nothing to print."),
    "draft_restored": _("The bill from before the interruption is back: {n} lines."),
    "draft_damaged": _("The bill from before the interruption could not be read. Scan again."),
    "draft_not_saved": _(
        "The bill could not be saved on the disk. Finish it and call the manager."
    ),
    "parked": _("The bill is parked. Press F4 on an empty bill to take it back."),
    "requested": _("Token {n} waits for its payment. Serve the next customer."),
    "requested_practice": _(
        "Token {n} waits for its payment. In practice you are the customer too: press F5, open "
        "the bill with Enter and let her pay."
    ),
    "practice_failed": _("Her payment failed, as it may in a real shop. She can try again."),
    "practice_not_payable": _(
        "Nothing can be paid for this bill now. Wait a moment, or ask again with a QR."
    ),
    "practice_away": _("The practice customer cannot be reached. Restart practice with ./run."),
    "settings_kept": _(
        "The settings file has a mistake, so the settings of the last start are used. "
        "Call the manager: {problem}"
    ),
    "series_locked": _(
        "This counter’s data was put back or copied, so it may give no bill numbers. "
        "Sell at another counter and call the manager: this one has to join the shop anew."
    ),
    "cash_done": _("Change {change}. Token {n}, bill {number}."),
    "handed_over": _("Token {n}: goods given."),
    "abandoned": _("Token {n} is given up. Nothing more can be paid for it."),
    "abandon_begun": _("Token {n} is given up as soon as the gateway has closed its payment."),
    "nothing_parked": _("No bill is parked."),
    "no_waiting": _("No bill is waiting."),
    "sound_missing": _("This computer plays no sounds. Watch for the green strip instead."),
    "busy": _("One moment: the last bill is being saved."),
}

SENTENCES: dict[str, str] = {
    **_WINDOW,
    **_TIME,
    **_LAMPS,
    **_MESSAGE_WORDS,
    **_SHEETS,
    **_KEYS,
    **_NOTICES,
    **MONEY,
    **BOOKS,
    **FENCE,
    **MESSAGES,
    **CONSENT,
    **PAPER,
}
