"""What the till says while its numbers are locked, or while the relay turns it away."""


def _(text: str) -> str:
    return text


_STRIP = {
    "trouble_numbers": _("No bill numbers here: what is paid waits. Sell at another counter."),
    "trouble_relay": _("Sell on as ever. Bill pages and messages wait until this is mended."),
    "trouble_emergency_now": _("Sell on as ever: the bills have emergency numbers for now."),
    "trouble_rolled_back": _(
        "Manager: the data here is older than its last bill. IT: close it, then raseed rejoin CODE"
    ),
    "trouble_relay_ahead": _(
        "Manager: the relay has bills that are missing here. IT: close it, then raseed rejoin CODE"
    ),
    "trouble_relay_fork": _(
        "Manager: another PC sells as this counter. IT, on both: close it, then raseed rejoin CODE"
    ),
    "trouble_marker_behind": _(
        "Manager: the file that guards the numbers is old. IT: close it, then raseed rejoin CODE"
    ),
    "trouble_other": _(
        "Manager: the numbers of this counter are locked. IT: close it, then raseed rejoin CODE"
    ),
    "trouble_relay_revoked": _(
        "Manager: the shop has revoked this counter. To have it back, IT: raseed rejoin CODE"
    ),
    "trouble_relay_unknown_session": _(
        "Manager: another PC has joined as this counter. IT: close it, then raseed rejoin CODE"
    ),
    "trouble_relay_epoch": _(
        "Manager: the relay does not know this enrolment. IT: close it, then raseed rejoin CODE"
    ),
    "trouble_relay_not_enrolled": _(
        "Manager: the keys of this counter are missing here. IT: close it, then raseed rejoin CODE"
    ),
    "trouble_emergency": _(
        "Manager: once the relay can be reached again, IT: close it, then raseed rejoin CODE"
    ),
}

_ENTRIES = {
    "flag_numbers_missing": _("Bill numbers missing"),
    "flag_number_doubled": _("Number used twice"),
    "flag_relay_parked": _("Unreadable for the relay"),
    "entry_numbers_missing": _(
        "The numbers {detail} were given out, and this counter does not have their bills. Find "
        "the paper or the page of each, keep it with the books, and close this with a reason."
    ),
    "entry_number_doubled": _(
        "Two bills have the number {detail} and both are given out: {whose}, and another one of "
        "{amount}. Correct one of them by a credit note and a new bill."
    ),
    "entry_relay_parked": _(
        "The relay could not read what stands in the ledger at {detail}. It is safe here and the "
        "rest went on. Tell IT, and close this with a reason."
    ),
}

FENCE: dict[str, str] = {**_STRIP, **_ENTRIES}
