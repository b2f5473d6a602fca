"""Opening and closing entries of the exceptions inbox: each time one line of the ledger."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from pos_desktop.ports import Flag, UnitOfWork

#: kind -> what is recommended, as the story and the day close print it.
_ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "late": "refund_or_attach",
        "duplicate": "refund",
        "over": "refund_excess",
        "part": "collect_rest_or_refund",
        "handed_over_unpaid": "collect_rest_or_accept",
        "risk_taken": "wait_or_accept",
        "reference_taken": "enrol_again",
        "refund_failed": "refund_again",
        "unknown_outcome": "check_again",
        "gateway_unreachable": "check_again",
        "mismatch": "check_with_gateway",
        "unmatched": "attach_or_accept",
        "asserted_unconfirmed": "check_bank_account",
        "relay_parked": "call_it",
        "numbers_missing": "look_for_bills",
        "number_doubled": "credit_and_new_bill",
    }
)
MACHINE = "machine"
#: How the detail of an entry begins whose bill is paid and could get no number.
NO_NUMBER = "no number "


def open_entry(
    uow: UnitOfWork, order_id: str, kind: str, amount: int, now: int, detail: str
) -> bool:
    """False where it stands there already, open or closed."""
    new = uow.flags.raise_flag(order_id, kind, amount, now, detail, _ACTIONS[kind])
    if new:
        body = {"order_id": order_id, "kind": kind, "amount": amount, "detail": detail}
        uow.ledger.append("flag.raised", MACHINE, now, body)
    return new


def close_entries(
    uow: UnitOfWork, order_id: str, kinds: Collection[str], now: int, how: str
) -> None:
    """Close the bill's open entries of these kinds, which have solved themselves."""
    for flag in uow.flags.of(order_id):
        if flag.state == "open" and flag.kind in kinds:
            close_entry(uow, flag, now, how)


def close_entry(
    uow: UnitOfWork, flag: Flag, now: int, how: str, by: str = MACHINE, approved_by: str = ""
) -> None:
    """Raises DomainError ``conflict`` for one that is not open."""
    uow.flags.close(flag.flag_id, now, by, how)
    body = {"order_id": flag.order_id, "kind": flag.kind, "detail": flag.detail, "how": how}
    if approved_by:
        body["approved_by"] = approved_by
    uow.ledger.append("flag.closed", by, now, body)
