"""Money that goes back: one refund and its machine (design payments 6); pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class RefundState(StrEnum):
    """``failed`` is still owed; only ``done`` is not."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class RefundEvent(StrEnum):
    """What happens to a refund. ``again``: a person tries a failed one once more (a new key)."""

    ACCEPTED = "accepted"
    PROCESSED = "processed"
    FAILED = "failed"
    REFUSED = "refused"
    OUTCOME_UNKNOWN = "outcome_unknown"
    NOT_FOUND = "not_found"
    AGAIN = "again"


_S = RefundState
_E = RefundEvent

#: (state, event) -> new state; a pair that is not here changes nothing and is a mismatch.
REFUND_TRANSITIONS: Mapping[tuple[RefundState, RefundEvent], RefundState] = MappingProxyType(
    {
        (_S.ASKED, _E.ACCEPTED): _S.PENDING,
        (_S.ASKED, _E.PROCESSED): _S.DONE,
        (_S.ASKED, _E.FAILED): _S.FAILED,
        (_S.ASKED, _E.REFUSED): _S.FAILED,
        (_S.ASKED, _E.OUTCOME_UNKNOWN): _S.UNKNOWN,
        (_S.UNKNOWN, _E.ACCEPTED): _S.PENDING,
        (_S.UNKNOWN, _E.PROCESSED): _S.DONE,
        (_S.UNKNOWN, _E.FAILED): _S.FAILED,
        (_S.UNKNOWN, _E.REFUSED): _S.FAILED,
        (_S.UNKNOWN, _E.OUTCOME_UNKNOWN): _S.UNKNOWN,
        (_S.UNKNOWN, _E.NOT_FOUND): _S.ASKED,
        (_S.PENDING, _E.ACCEPTED): _S.PENDING,
        (_S.PENDING, _E.PROCESSED): _S.DONE,
        (_S.PENDING, _E.FAILED): _S.FAILED,
        (_S.FAILED, _E.FAILED): _S.FAILED,
        # A gateway that gave up may still have paid: its own word counts.
        (_S.FAILED, _E.PROCESSED): _S.DONE,
        (_S.FAILED, _E.AGAIN): _S.ASKED,
        (_S.DONE, _E.PROCESSED): _S.DONE,
    }
)


@dataclass(frozen=True, slots=True)
class RefundStep:
    """Where an event leads; ``mismatch``: it should not have come, the inbox gets an entry."""

    state: RefundState
    mismatch: bool = False


def next_refund_state(state: RefundState, event: RefundEvent) -> RefundStep:
    """One step of the machine; total, never raises, and ``done`` is left by nothing."""
    new = REFUND_TRANSITIONS.get((state, event))
    return RefundStep(state, mismatch=True) if new is None else RefundStep(new)


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What of a sold line is given back: ``qty`` in thousandths, ``amount`` in paise."""

    line_no: int
    qty: int
    amount: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Money owed to a customer against one captured payment.

    ``key`` is ours and derived from the payment (pressing twice asks once); ``attempt`` counts the
    keys that were used at the gateway, see ``wire_key``. ``lines`` is empty for a refund of excess.
    """

    key: str
    order_id: str
    gateway: str
    payment_id: str
    amount: int
    reason: str
    state: RefundState
    created_at: int
    asked_by: str
    approved_by: str
    provider_order_id: str | None = None
    attempt: int = 1
    lines: tuple[RefundLine, ...] = ()
    refund_id: str | None = None
    bank_ref: str | None = None
    next_ask_at: int | None = None
    asked_at: int | None = None
    asks: int = 0
    last_error: str | None = None
    done_at: int | None = None

    @property
    def wire_keys(self) -> tuple[str, ...]:
        """Every key that was used for it at the gateway, the present one last."""
        return tuple(wire_key(self.key, number) for number in range(1, self.attempt + 1))


def wire_key(key: str, attempt: int) -> str:
    """The idempotency key of one attempt; at least 10 of ``[A-Za-z0-9_-]`` (gateways 1.7)."""
    return key if attempt == 1 else f"{key}-{attempt}"


def excess_key(payment_id: str) -> str:
    """The key of giving back what came too much by this payment (design payments 3)."""
    return f"dup-{payment_id}"


def return_key(payment_id: str, number: int) -> str:
    """The key of the ``number``-th refund of goods that this payment bought (from 1)."""
    return f"ret-{payment_id}-{number}"
