"""The sentences of the inbox, of money that is owed and of a bill's history (English, by code).

``_`` only marks the texts for translators, as in ``gui/sentences.py``, which joins all.
"""


def _(text: str) -> str:
    return text


_INBOX = {
    "inbox_title": _("Inbox"),
    "inbox_name": _("Entries of the inbox and money that is owed"),
    "inbox_summary": _("{n} to decide · {owed} owed"),
    "inbox_empty": _("Nothing to decide and nothing owed."),
    "inbox_pin_note": _("Buttons with PIN need the manager."),
    "inbox_story": _("Payment details"),
    "inbox_not_attach": _("Back: decide otherwise"),
    "section_inbox": _("To decide"),
    "section_owed": _("Money owed"),
    "no_bill": _("no bill"),
    "with_pin": _("{what} · PIN"),
    "fact_since": _("Since"),
    "fact_bill": _("Bill"),
    "fact_payment": _("Payment"),
    "fact_rrn": _("UTR"),
    "fact_detail": _("Detail"),
    "fact_reason": _("Reason"),
    "fact_problem": _("The bank said"),
    "attach_which": _("Which bill does this money pay?"),
    "attach_bill": _("Token {n}: {amount} open"),
    "act_refund": _("Refund {amount}"),
    "act_attach": _("Use it for another bill …"),
    "act_collect_rest": _("Collect the rest"),
    "act_check_again": _("Ask the gateway again"),
    "act_refund_again": _("Try the refund again"),
    "act_given_otherwise": _("It was given back otherwise …"),
    "act_given_otherwise_done": _("It is owed no more. The books keep who said so and why."),
    "otherwise_title": _("How did the customer get it back?"),
    "otherwise_now": _("It is given back"),
    "otherwise_cash": _("In cash"),
    "otherwise_transfer": _("By bank transfer"),
    "otherwise_goods": _("In goods"),
    "act_accept": _("Close with a reason …"),
    "act_refund_done": _("The refund is asked. It is money owed until the bank has done it."),
    "act_attach_done": _("The money is on the other bill now."),
    "act_check_again_done": _("The gateway is asked again. What it says will stand here."),
    "act_refund_again_done": _("The refund is asked again. It is money owed until it is done."),
    "act_accept_done": _("The entry is closed. The books keep who did it and why."),
    "act_collect_rest_done": _("Choose how the rest is paid."),
    "accept_title": _("Why can this be closed?"),
    "accept_now": _("Close the entry"),
    "accept_settled": _("Settled with the customer"),
    "accept_mistake": _("It was a mistake of ours"),
    "accept_counted": _("Checked with the bank"),
}

_ENTRIES = {
    "flag_late": _("Paid after closing"),
    "flag_duplicate": _("Paid twice"),
    "flag_over": _("Paid too much"),
    "flag_part": _("Paid in part"),
    "flag_mismatch": _("Something does not fit"),
    "flag_unknown_outcome": _("Outcome not known"),
    "flag_refund_failed": _("Refund failed"),
    "flag_unmatched": _("Money without a bill"),
    "flag_gateway_unreachable": _("Gateway not reachable"),
    "flag_asserted_unconfirmed": _("UPI not confirmed by the bank"),
    "flag_risk_taken": _("Cash taken at a risk"),
    "flag_reference_taken": _("Number used by another till"),
    "flag_handed_over_unpaid": _("Goods given unpaid"),
    "entry_late": _("{amount} arrived after the payment was closed: {whose}. Refund or attach it."),
    "entry_duplicate": _("The customer paid twice: {amount} too much on {whose}. Refund it."),
    "entry_over": _("{amount} too much came in: {whose}. Refund it."),
    "entry_part": _("Only {amount} came in: {whose}. Collect the rest, or refund what came."),
    "entry_mismatch": _(
        "What the gateway says does not fit: {whose}. Check it in the gateway’s dashboard."
    ),
    "entry_no_number": _(
        "{amount} is paid and the bill has no number: this counter may give none (a restored "
        "backup?). Call IT to enrol it again, then check again: {whose}."
    ),
    "entry_unknown_outcome": _(
        "It is not known for more than 10 minutes what became of {amount}: {whose}. Ask again; "
        "do not take the money twice."
    ),
    "entry_refund_failed": _("A refund of {amount} failed: {whose}. The money is still owed."),
    "entry_unmatched": _(
        "{amount} came to the shop’s account and names no bill. Find whose it is, or refund it."
    ),
    "entry_gateway_unreachable": _(
        "The gateway was not reachable for more than 10 minutes: {whose}. It is asked again by "
        "itself."
    ),
    "entry_asserted_unconfirmed": _(
        "The shop confirmed {amount} by UPI, the bank has not yet: {whose}. Look into the bank "
        "statement."
    ),
    "entry_risk_taken": _(
        "Cash was taken before the link was closed: {whose}. It may be paid a second time."
    ),
    "entry_reference_taken": _(
        "The gateway knows the number of this request from another till: {whose}. Is this PC a "
        "copy of another one? Call IT to enrol it again before it sells on."
    ),
    "entry_handed_over_unpaid": _("The goods left before {amount} was paid: {whose}."),
    "entry_other": _("A manager has to look at this: {whose}."),
    "owed_asked": _("Refund asked"),
    "owed_unknown": _("Refund: not confirmed yet - checking"),
    "owed_pending": _("Refund on its way"),
    "owed_failed": _("Refund failed, still owed"),
    "owed_asked_what": _("The gateway is being asked to give back {amount}. Nothing to do."),
    "owed_unknown_what": _(
        "The gateway did not answer about {amount}. It is looked up before anything is asked "
        "again, so nobody is paid twice."
    ),
    "owed_pending_what": _(
        "The gateway took the order to give back {amount}. Banks need up to 7 working days."
    ),
    "owed_failed_what": _("The bank did not give back {amount}. Try again, or call the gateway."),
}

_STORY = {
    "story_name": _("What happened to the money of this bill"),
    "story_no_bill": _("no bill number yet"),
    "story_due": _("To pay"),
    "story_received": _("Received"),
    "story_refunded": _("Given back"),
    "story_open": _("Open"),
    "story_excess": _("Too much"),
    "story_nothing": _("Nothing has happened to the money of this bill yet."),
    "story_requested": _("Payment asked for"),
    "story_opened": _("Can be paid now"),
    "story_attempt_failed": _("An attempt failed"),
    "story_authorised": _("The bank is confirming"),
    "story_captured": _("Paid"),
    "story_refunded_line": _("Given back"),
    "story_closed": _("Closed"),
    "story_expired": _("Time was over"),
    "story_cash": _("Cash taken"),
    "story_card": _("Card taken"),
    "story_own_upi": _("Own UPI, confirmed by the shop"),
    "story_store_credit": _("Credit note used"),
    "story_taken_back": _("Given back to the customer"),
    "story_refund_asked": _("Refund asked"),
    "story_refund_pending": _("Refund on its way"),
    "story_refund_done": _("Refund done"),
    "story_refund_failed": _("Refund failed"),
    "story_flag_raised": _("For the inbox"),
    "story_flag_closed": _("Decided"),
    "story_issued": _("Bill issued"),
    "story_handed_over": _("Goods given"),
    "story_abandoned": _("Bill given up"),
    "detail_change": _("change {change}"),
    "detail_link": _("link"),
    "detail_qr": _("QR"),
    "detail_upi": _("UPI"),
    "detail_attached": _("moved here from another bill"),
    "detail_cash": _("cash"),
    "detail_card": _("card"),
    "detail_store_credit": _("credit note"),
    "detail_asserted": _("confirmed by the shop"),
    "detail_push": _("told by the gateway"),
    "detail_poll": _("seen at the gateway"),
    "detail_edited": _("to change the bill"),
    "detail_left": _("customer left"),
    "detail_mind": _("customer changed her mind"),
    "detail_wrong": _("wrong items"),
    "detail_split": _("for other tenders"),
    "detail_sale_settled": _("the bill is paid"),
    "detail_cancelled": _("at the gateway"),
    "detail_amount_mismatch": _("the gateway has another amount"),
    "detail_wish_cash": _("for cash"),
    "detail_wish_qr": _("for a QR"),
    "detail_wish_link": _("for a link"),
    "detail_wish_own_qr": _("for the shop’s own UPI"),
    "detail_wish_split": _("for other tenders"),
    "detail_wish_edit": _("to change the bill"),
    "detail_wish_abandon": _("bill given up"),
    "who_own_upi": _("Shop’s own UPI"),
    "who_razorpay": _("Razorpay"),
    "who_cashfree": _("Cashfree"),
    "who_machine": _("Raseed"),
}

_SWEEP = {
    "more_reconcile": _("Reconcile with the gateway now"),
    "reconcile_begun": _("Comparing with the gateway’s list - see “More” in a minute"),
    "swept": _("Reconciled {time}"),
    "swept_never": _("Not reconciled with the gateway yet"),
    "swept_reading": _("Looking up the last reconciliation"),
    "swept_matched": _("{n} payments match, {amount}"),
    "swept_asked": _("{n} asked again, {amount}"),
    "swept_missing": _("{n} not at the gateway, {amount}"),
    "swept_extra": _("{n} without a bill, {amount}"),
    "swept_unnamed": _("{n} that name no counter, {amount}"),
    "swept_clean": _("nothing is open"),
}

BOOKS: dict[str, str] = {**_INBOX, **_ENTRIES, **_STORY, **_SWEEP}
