"""The sentences about money in every state: tenders, PINs, the inbox, refunds (English, by code).

``_`` only marks the texts for translators, as in ``gui/sentences.py``, which joins both.
"""


def _(text: str) -> str:
    return text


_PAYMENT_WORDS = {
    "asking_gateway": _("Asking the gateway"),
    "waiting_payment": _("Waiting for payment"),
    "qr_on_screen_waiting": _("QR on screen"),
    "last_attempt_failed": _("Last attempt failed, customer may try again"),
    "bank_confirming": _("The bank is confirming"),
    "not_confirmed_checking": _("Not confirmed yet - checking"),
    "gateway_unreachable": _("Gateway not reachable - asking again"),
    "paid_give_goods": _("Paid · give goods"),
    "link_expired": _("Time is over - ask again or take cash"),
    "closed_by_gateway": _("Closed at the gateway - ask again or take cash"),
    "closed_watching": _("Link closed - checking for late money"),
    "by_qr_closed_watching": _("QR closed - checking for late money"),
    "amount_wrong": _("The gateway has another amount - see the inbox"),
    "gateway_busy": _("Gateway is busy - asking again"),
    "gateway_refuses_key": _("Gateway refuses our key - take cash, call the manager"),
    "closing_checking": _("Closing the link - please wait"),
    "by_qr_closing_checking": _("Closing the QR - please wait"),
    "closing_unanswered": _("Gateway has not closed the link yet - it can still be paid"),
    "by_qr_closing_unanswered": _("Gateway has not closed the QR yet - it can still be paid"),
    "closing_for_cash": _("Closing the link, then the cash is taken"),
    "by_qr_closing_for_cash": _("Closing the QR, then the cash is taken"),
    "closing_for_qr": _("Closing the link, then a QR is made"),
    "by_qr_closing_for_qr": _("Closing the QR, then another one is made"),
    "closing_for_link": _("Closing the old link, then a new one is sent"),
    "by_qr_closing_for_link": _("Closing the QR, then a link is sent"),
    "closing_to_edit": _("Closing the link, then the bill can be changed"),
    "by_qr_closing_to_edit": _("Closing the QR, then the bill can be changed"),
    "closing_to_abandon": _("Closing the link, then the bill is given up"),
    "by_qr_closing_to_abandon": _("Closing the QR, then the bill is given up"),
    "closed_take_cash": _("Link closed - take the cash now"),
    "by_qr_closed_take_cash": _("QR closed - take the cash now"),
    "part_paid": _("Part paid - collect the rest"),
    "own_upi_waiting": _("Shop’s own UPI - type the UTR when paid"),
    "no_request": _("Nothing asked yet - choose how to pay"),
    "refused_by_gateway": _("Gateway refused the link - choose another way"),
    "by_qr_refused_by_gateway": _("Gateway refused the QR - choose another way"),
    "reference_taken": _("Number taken by another till - take cash, call the manager"),
    "late_money": _("Money arrived after closing: refund or attach"),
    "goods_given": _("Goods given - see the inbox"),
}

_PANEL = {
    "part_sums": _("{received} in · {open} open"),
    "upi_reference": _("UPI ref ...{end}"),
    "paid_reference": _("Paid {amount} - UPI ref ...{end}"),
    "given_unpaid": _("Goods given unpaid"),
    "given_part": _("Goods given, {open} open"),
    "not_delivered": _("Not delivered - show the QR"),
    "delivery": _("Delivery"),
    "paid_twice": _("Paid too much - see the inbox"),
    "checked": _("checked {age} ago"),
    "inbox_badge": _("{n} to decide"),
    "owed_badge": _("{n} owed"),
    "which_goods": _("Several bills are paid. Mark the right one, then press {key} again."),
    "nothing_paid": _("No paid bill waits for its goods."),
}

_ACTS = {
    "menu_qr": _("Show QR"),
    "menu_new_qr": _("UPI QR on screen"),
    "menu_switch_qr": _("UPI QR instead of the link"),
    "menu_own_qr": _("Shop’s own UPI QR"),
    "menu_own_paid": _("Customer has paid: type the UTR"),
    "menu_again": _("Send again ({n} left)"),
    "menu_cash": _("Cash"),
    "menu_cash_risk": _("Take cash now - may be paid twice"),
    "menu_split": _("Other / split"),
    "menu_edit": _("Change the bill"),
    "menu_unpaid": _("Give goods unpaid · PIN"),
    "menu_story": _("Payment details"),
    "menu_inbox": _("Decide in the inbox"),
    "menu_wait": _("Serve the next customer"),
    "menu_print": _("Print"),
    "menu_hand_over": _("Goods given"),
    "menu_abandon": _("Give up this bill …"),
    "abandon_title": _("Why is the bill given up?"),
    "abandon_left": _("Customer left"),
    "abandon_mind": _("Customer changed her mind"),
    "abandon_wrong": _("Wrong items"),
    "abandon_other": _("Other reason …"),
    "abandon_keep": _("Keep the bill"),
    "abandon_now": _("Give up the bill"),
    "closing_note": _(
        "The gateway is closing the link so that nobody pays twice. Keep the cash beside the "
        "drawer. As soon as the link is closed, the bill is paid: then give back {change}."
    ),
    "cash_risk": _(
        "The link is still open. If the customer pays it too, the second payment has to be "
        "refunded. Take cash now only if she cannot wait."
    ),
    "cash_unnamed": _(
        "No phone on this bill: nobody adds up this customer’s cash. From one person the shop may "
        "only take less than {limit} a day."
    ),
    "cash_elsewhere": _(
        "Cash that this customer gave at another counter today is not known here. All of it "
        "together must stay below {limit}."
    ),
    "cash_take_risk": _("Take cash now - may be paid twice"),
    "practice_pay": _("Practice: the customer pays"),
    "practice_fail": _("Practice: her payment fails"),
}

_MORE = {
    "more": _("More"),
    "more_print": _("Print the last or the marked bill"),
    "more_return": _("Goods come back: refund"),
    "more_remote": _("Phone order: link for a day"),
    "more_inbox": _("Inbox and money owed"),
    "more_goods": _("Goods given for a paid bill"),
    "more_help": _("All keys"),
    "more_test": _("Test again what is switched off"),
    "more_outage": _("Internet is out: record UPI for 60 minutes · PIN"),
    "more_outage_again": _("Record UPI for 60 minutes more · PIN"),
    "outage_open": _("UPI is recorded without a PIN for each until {time}. Type every UTR."),
    "outage_sign": _("UPI without PIN · {left}"),
    "outage_sign_short": _("No PIN · {left}"),
    "outage_sign_hint": _("An outage window is open: UTRs are taken without a manager’s PIN"),
}

_PIN = {
    "pin_title": _("Manager’s PIN"),
    "pin_name": _("Manager’s PIN, hidden while it is typed"),
    "pin_ok": _("Approve"),
    "pin_checking": _("Checking …"),
    "pin_wrong": _("Wrong PIN. {tries_left} more tries, then it is locked."),
    "pin_wrong_one": _("Wrong PIN. One more try, then it is locked."),
    "pin_locked": _("Too many wrong PINs. Try again in {seconds} s."),
    "pin_locked_left": _(
        "Too many wrong PINs. Locked for {time}. It stays locked after a restart."
    ),
    "no_manager": _("No manager has a PIN yet. Set one up first."),
    "manager_exists": _("A manager has a PIN already. Ask her to approve."),
    "first_pin_title": _("Set up the manager’s PIN"),
    "first_pin_what": _(
        "Refunds, UPI payments that the shop confirms and goods given unpaid need this PIN. Only "
        "the manager should know it."
    ),
    "first_pin_hint": _("6 to 12 digits that nobody guesses: no birthday, no row, no repeats."),
    "first_pin_name": _("Manager’s name"),
    "first_pin_pin": _("PIN"),
    "first_pin_again": _("The same PIN again"),
    "first_pin_ok": _("Set up and approve"),
    "pin_set_up": _("{name} has a PIN now."),
    "pin_not_digits": _("A PIN has digits only."),
    "pin_too_short": _("A PIN has at least 6 digits."),
    "pin_too_long": _("A PIN has at most 12 digits."),
    "pin_too_simple": _("That PIN is too easy to guess. Choose digits without a pattern."),
    "pin_not_same": _("The two PINs are not the same."),
    "name_empty": _("Type the manager’s name."),
    "name_too_long": _("A name has at most {longest} letters."),
    "approval_needed": _("This needs the manager’s PIN."),
    "ask_unpaid": _("Give the goods of token {n} although {amount} is not paid."),
    "ask_own_upi": _("{amount} came to the shop’s own UPI, UTR ending {end}. Check the bank app."),
    "ask_slip_used": _(
        "Slip {reference} pays for token {n} already. Take it once more only if one payment was "
        "made for both."
    ),
    "ask_outage": _("Record UPI payments without a PIN for each, for 60 minutes."),
    "ask_return": _("Give back {amount} of bill {number}."),
    "ask_refund": _("Give back {amount}: {whose}."),
    "ask_refund_again": _("Ask for the refund of {amount} once more."),
    "ask_given_otherwise": _("{amount} was given back otherwise, not by the gateway: {whose}."),
    "ask_attach": _("Use {amount} for another bill: {whose}."),
    "ask_accept": _("Close the entry without moving money: {whose}."),
    "ask_check_again": _("Ask the gateway once more: {whose}."),
    "ask_collect_rest": _("Collect the rest: {whose}."),
}

_SPLIT = {
    "split_title": _("Other / split"),
    "split_title_token": _("Other / split · Token {n}"),
    "split_due": _("To pay"),
    "split_received": _("Received"),
    "split_open": _("Open"),
    "split_taken": _("Taken so far"),
    "split_nothing": _("Nothing yet"),
    "split_amount": _("Amount"),
    "split_amount_name": _("Amount of this tender, in rupees"),
    "split_reference_name": _("Reference of this tender"),
    "split_rest": _("Ask for what is open"),
    "split_take": _("Take {amount} · {what}"),
    "split_own_qr": _("Show the shop’s UPI QR"),
    "split_then": _("Then {amount} is still open."),
    "split_last": _("Then the bill is paid."),
    "split_live": _("The customer can still pay on her phone. Close that first, then take money."),
    "split_closing": _("Closing the link. Money can be taken in a moment."),
    "split_close": _("Close it, then take money"),
    "split_waits": _("Token {n} waits: {amount} is open."),
    "split_done": _("Token {n} is paid, bill {number}."),
    "rest_qr": _("UPI QR"),
    "rest_link": _("Link to the phone"),
    "tender_cash": _("Cash"),
    "tender_card": _("Card"),
    "tender_own_upi": _("Own UPI"),
    "tender_store_credit": _("Credit note"),
    "tender_gateway_link": _("Paid by link"),
    "tender_gateway_qr": _("Paid by QR"),
    "slip_label": _("Reference on the slip"),
    "rrn_label": _("UTR, 12 digits"),
    "credit_label": _("Code on the credit note"),
    "rrn_more": _("{n} more digits of the UTR. It stands in the customer’s UPI app."),
    "rrn_pin": _(
        "The manager’s PIN is asked next. Check the bank app: a screenshot proves nothing."
    ),
    "rrn_outage": _("Internet is out: no PIN until {time}. The bill stays listed."),
    "utr_end": _("UTR ..{end}"),
    "take_back": _("Take back"),
    "take_back_title": _("Why does it go back?"),
    "take_back_now": _("Give it back"),
    "take_back_typed": _("Typed wrong"),
    "take_back_changed": _("Customer pays another way"),
    "take_back_failed": _("The payment did not come"),
}

_REASON = {
    "reason_name": _("Reason in a few words"),
    "reason_placeholder": _("In a few words"),
}

_RETURN = {
    "return_title": _("Goods come back"),
    "return_of": _("Goods come back · {number}"),
    "return_number": _("Number of the bill"),
    "return_number_name": _("Number of the bill, or its last digits"),
    "return_find": _("Find the bill"),
    "return_find_hint": _("Type the number on the bill, or its last digits."),
    "return_find_last": _(
        "Type the number or its last digits. Enter takes the last bill, {number}."
    ),
    "return_not_found": _("No bill has the number {number}."),
    "return_hint": _("Choose a line with Up and Down, type how much comes back, then Enter."),
    "return_all": _("Everything"),
    "return_other": _("Other bill"),
    "return_quantity": _("How much comes back"),
    "return_less": _("One less comes back"),
    "return_more": _("One more comes back"),
    "return_sum_label": _("Give back"),
    "return_allowed": _("The payments of this bill allow {amount}"),
    "return_none_left": _("all returned"),
    "return_too_much": _("Only {left} of this line can still come back."),
    "return_above": _("That is more than the payments of this bill allow."),
    "return_no_payment": _(
        "No payment of this bill can be refunded by the gateway. Ask the manager."
    ),
    "return_why": _("Why do the goods come back?"),
    "return_sum": _("{amount} of bill {number}"),
    "return_go_on": _("Go on to the PIN"),
    "return_ok": _("Give back"),
    "return_asked": _("{amount} is asked back. It is money owed until the bank has done it."),
    "return_damaged": _("Damaged"),
    "return_wrong": _("Wrong item"),
    "return_mind": _("Changed her mind"),
    "return_price": _("Wrong price"),
    "return_col_item": _("Item"),
    "return_col_sold": _("Sold"),
    "return_col_left": _("Can come back"),
    "return_col_now": _("Comes back"),
    "return_col_amount": _("Amount"),
    "return_rows": _("Lines of the bill"),
}

_OFF = {
    "off_gateway": _("Payments by link and QR are off. Take cash, or use Other / split."),
    "off_messages": _("Messages are off. Show the QR on screen and print the bill."),
    "off_gateway_auth": _(
        "Manager: the gateway refuses the shop’s key. Renew it in its dashboard."
    ),
    "off_gateway_suspended": _("Manager: the gateway suspended the account. Call its support."),
    "off_gateway_not_activated": _(
        "Manager: the gateway has not activated the account. Finish its KYC or call its support."
    ),
    "off_gateway_other": _("Manager: the gateway refuses to work for the shop. Call its support."),
    "off_messages_auth": _("Manager: Exotel refuses the shop’s key. Renew it in its dashboard."),
    "off_messages_suspended": _("Manager: Exotel suspended the account. Call its support."),
    "off_messages_template": _(
        "Manager: the message template is paused or rejected. Look at it in Exotel’s dashboard."
    ),
    "off_messages_credit": _("Manager: the Exotel account has no credit left. Recharge it."),
    "off_messages_dlt": _("Manager: the DLT registration does not match. Call Exotel’s support."),
    "off_messages_other": _("Manager: Exotel refuses to send for the shop. Call its support."),
    "test_again": _("Test again"),
    "off_testing": _("Testing …"),
    "on_again": _("It works again. Go on as ever."),
    "still_off": _("It still does not work. Go on without it and call the manager."),
    "nothing_off": _("No service is switched off."),
}

_REFUSALS = {
    "too_many_requests": _(
        "The request was sent three times. Show the QR, or take the money another way."
    ),
    "still_on_its_way": _("The last message is still on its way. Wait a moment, then send again."),
    "phone_needed": _("This needs the customer’s phone. Press F3 and type it, or show the QR."),
    "money_received": _(
        "There is money on this bill already. Collect the rest, or ask a manager to refund it."
    ),
    "qr_not_offered": _("Payment QR codes are not switched on for this shop. Use link or cash."),
    "own_upi_off": _("The shop’s own UPI address is not set up. Use QR, link or cash."),
    "closing_first": _("Something can still be paid for this bill. Close that first."),
    "cash_limit_day": _(
        "This customer gave {taken} in cash today. With more it would be {limit}, which the law "
        "forbids. Use QR, link or card."
    ),
    "rrn_used": _("That UTR was used for another bill. Look at the customer’s app again."),
    "rrn_invalid": _("A UTR has 12 digits."),
    "slip_needed": _("Type the reference on the slip."),
    "slip_used": _("That slip pays for token {n} already. Look at the reference again."),
    "slip_invalid": _("A reference has {shortest} to {longest} letters and digits."),
    "card_number_refused": _(
        "That is a card number. Never write it down: use the slip’s reference."
    ),
    "credit_code_needed": _("Type the code on the credit note."),
    "no_such_credit": _("No credit note has that code."),
    "credit_used": _("That credit note was used already."),
    "credit_too_little": _("That credit note is worth {balance}."),
    "tender_too_big": _("Only {open} is open. Only cash may be more."),
    "amount_not_positive": _("An amount is above zero."),
    "no_such_tender": _("That tender is not on the bill any more."),
    "gateway_auth": _("That gateway is not set up here any more. Call the manager."),
    "series_exhausted": _("The bill numbers of this counter are used up. Call the manager."),
    "pin_pepper_missing": _(
        "The PIN’s key is not in this key store. Sign in as the user who set the PIN, or call "
        "support."
    ),
    "pin_pepper_damaged": _("The PIN’s key in the key store is damaged. Call support."),
    "pin_hash_damaged": _("The stored PIN is damaged. Call support."),
    "no_safe_keystore": _("This computer has no safe place for keys. Call support."),
    "keystore_lost": _("The key store has lost the shop’s keys. Call support."),
    "keystore_timeout": _("The key store of this computer does not answer. Unlock it, then retry."),
    "keystore_failed": _("The key store of this computer refused ({reason}). Call support."),
    "not_by_hand": _("Money from the gateway goes back by a refund only."),
    "reason_needed": _("Say why."),
    "no_such_bill": _("That bill is not on this counter."),
    "give_back": _("Token {n} was paid on her phone. Give back the {amount} in cash."),
    "sent_again": _("Token {n}: the request was sent again."),
    "edit_begun": _("Token {n}: its lines come back to the screen when its link is closed."),
    "edit_here": _("Change the lines, then ask for payment again."),
    "edit_parked": _("The bill to change is parked. Finish this one, then press F4."),
    "handed_over_unpaid": _("Token {n}: goods given unpaid. It stays in the inbox until paid."),
}

_BACK = {
    "not_issued": _("Only a bill that was paid and has its number can be returned."),
    "line_unknown": _("That line is not on the bill."),
    "returned_too_much": _("More would come back than was sold. Look at what was returned before."),
    "nothing_to_refund": _("There is nothing left to give back."),
    "refund_too_small": _("A gateway gives back one rupee or more. Give this in cash."),
    "refund_too_much": _("The payments of this bill can give back {limit} only."),
    "refund_asked": _("This was asked for a moment ago. Look at the money that is owed."),
    "refund_not_failed": _("This refund has not failed. Wait for the gateway’s answer."),
    "refunds_not_offered": _("This gateway gives nothing back from here. Use its own web page."),
    "approval_used": _("That PIN was given for other goods. Ask the manager again."),
    "entry_closed": _("Somebody has decided that already."),
    "not_offered": _("That cannot be done any more. Look at the entry again."),
    "amount_differs": _("That bill waits for {open}. Only just this amount can be moved to it."),
    "gateway_keys_gone": _("The keys of that payment’s gateway are gone. Call the owner."),
}

_KEY_STORE = {
    "pin_pepper_missing": _(
        "PINs cannot be checked: this computer’s key store lost its part of them. Call support."
    ),
    "pin_pepper_damaged": _("PINs cannot be checked: the key store is damaged. Call support."),
    "pin_hash_damaged": _("The stored PIN is damaged. Call support to restore the database."),
    "no_safe_keystore": _("This computer has no safe key store, so no PIN can be kept."),
    "keystore_timeout": _("The key store waits for its own password. Look for its window."),
    "keystore_failed": _("The key store does not work. Sign in with the till’s own account."),
    "keystore_lost": _("The key store did not keep the PIN’s part. Call support."),
    "practice_secrets": _("The practice keys cannot be read. Restart practice with ./run."),
}

MONEY: dict[str, str] = {
    **_PAYMENT_WORDS,
    **_PANEL,
    **_ACTS,
    **_MORE,
    **_PIN,
    **_SPLIT,
    **_REASON,
    **_RETURN,
    **_OFF,
    **_REFUSALS,
    **_BACK,
    **_KEY_STORE,
}
