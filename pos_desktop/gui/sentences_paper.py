"""What the screen says about the receipt printer and its queue."""

from typing import Final


def _(sentence: str) -> str:
    return sentence


PAPER: Final = {
    "print_queued": _("The bill goes to the printer."),
    "print_duplicate": _("The bill goes to the printer once more, marked DUPLICATE."),
    "print_running": _("This bill is being printed right now."),
    "print_doubt": _("Nobody can tell whether bill {bill} was printed. Look, then press Ctrl+P."),
    "print_too_old": _(
        "Bill {bill} was not printed: the printer was away too long. Ctrl+P prints it now."
    ),
    "print_ask_doubt": _("Was bill {bill} printed?"),
    "print_ask_too_old": _("Bill {bill} was not printed. Print it now?"),
    "print_ask_failed": _("Bill {bill} could not be printed. Try again?"),
    "print_ask_note": _("If it is printed again, the paper says DUPLICATE."),
    "print_is_there": _("Yes, it is there"),
    "print_is_not_there": _("No, print it again"),
    "print_now": _("Print it now"),
    "print_not_needed": _("Not needed any more"),
}
