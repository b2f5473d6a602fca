"""In practice the cashier is the customer too: she pays, or her payment fails."""

from collections.abc import Callable

from pos_desktop.gui.presenters.notices import Notices
from pos_desktop.gui.presenters.ports import Services

PAYS, FAILS = "practice_pay", "practice_fail"
CHOICES = (PAYS, FAILS)
"""Codes of what she can do, alone and together."""

# Nothing of these bills can be paid: not asked for yet, or not any more.
_UNPAYABLE = frozenset(
    {
        *("asking_gateway", "refused_by_gateway", "link_expired", "late_money", "no_request"),
        *("closed_take_cash", "own_upi_waiting", "closed_by_gateway", "closed_watching"),
        *("amount_wrong", "gateway_busy", "gateway_refuses_key"),
    }
)


def payable(services: Services, words: str) -> bool:
    """Whether a bill with these ``words`` offers the two choices; never in a real shop."""
    return services.customer is not None and words not in _UNPAYABLE


def act(services: Services, notices: Notices, order_id: str, choice: str) -> None:
    """Let her do it in the net lane. The news comes by the gateway, as that of any payment."""
    customer = services.customer
    if customer is None:
        return
    work: Callable[[str], None] = customer.pay if choice == PAYS else customer.fail

    def done(_: None) -> None:
        if choice == FAILS:
            notices.tell_of(order_id, "practice_failed")

    services.runner.run("net", lambda: work(order_id), done, notices.failed)
