"""The collect machine as one table, and what a bill has received (design payments 1 and 2).

Everything here is a function of stored facts. Nothing outside can take a capture away: a pair that
the table does not know leaves the state and reports a mismatch, it never raises.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pos_desktop.domain.payment import CollectState, PaymentFact, PaymentStatus
from pos_desktop.domain.sale import Tender, TenderKind

CURRENCY = "INR"
_BY_GATEWAY = frozenset({TenderKind.GATEWAY_LINK, TenderKind.GATEWAY_QR})


class Event(StrEnum):
    """What happens to a collect. The last three never change its state.

    ``captured``: the captures of this collect reach its amount (``money_event`` decides).
    """

    ACCEPTED = "accepted"
    REFUSED = "refused"
    OUTCOME_UNKNOWN = "outcome_unknown"
    NOT_FOUND = "not_found"
    CAPTURED = "captured"
    CANCEL_ASKED = "cancel_asked"
    CLOSED_UNPAID = "closed_unpaid"
    TIMED_OUT = "timed_out"
    PART_CAPTURED = "part_captured"
    ATTEMPT_FAILED = "attempt_failed"
    AUTHORISED = "authorised"


_S = CollectState
_E = Event

#: (state, event) -> new state; a pair that is not here is a mismatch. ``closed_unpaid`` stands with
#: its state for any reason but expiry, see ``BY_REASON``.
TRANSITIONS: Mapping[tuple[CollectState, Event], CollectState] = MappingProxyType(
    {
        (_S.REQUESTED, _E.ACCEPTED): _S.OPEN,
        (_S.REQUESTED, _E.REFUSED): _S.REFUSED,
        (_S.REQUESTED, _E.OUTCOME_UNKNOWN): _S.UNKNOWN,
        (_S.REQUESTED, _E.CAPTURED): _S.PAID,
        (_S.REQUESTED, _E.CANCEL_ASKED): _S.CLOSING,
        (_S.REQUESTED, _E.TIMED_OUT): _S.UNKNOWN,
        (_S.UNKNOWN, _E.ACCEPTED): _S.OPEN,
        (_S.UNKNOWN, _E.REFUSED): _S.REFUSED,
        (_S.UNKNOWN, _E.OUTCOME_UNKNOWN): _S.UNKNOWN,
        (_S.UNKNOWN, _E.NOT_FOUND): _S.REQUESTED,
        (_S.UNKNOWN, _E.CAPTURED): _S.PAID,
        (_S.UNKNOWN, _E.CANCEL_ASKED): _S.CLOSING,
        (_S.UNKNOWN, _E.CLOSED_UNPAID): _S.CANCELLED,
        (_S.UNKNOWN, _E.TIMED_OUT): _S.UNKNOWN,
        (_S.OPEN, _E.CAPTURED): _S.PAID,
        (_S.OPEN, _E.CANCEL_ASKED): _S.CLOSING,
        (_S.OPEN, _E.CLOSED_UNPAID): _S.CANCELLED,
        (_S.OPEN, _E.TIMED_OUT): _S.EXPIRED,
        (_S.CLOSING, _E.ACCEPTED): _S.CLOSING,
        (_S.CLOSING, _E.REFUSED): _S.CANCELLED,
        (_S.CLOSING, _E.OUTCOME_UNKNOWN): _S.CLOSING,
        (_S.CLOSING, _E.NOT_FOUND): _S.CANCELLED,
        (_S.CLOSING, _E.CAPTURED): _S.PAID,
        (_S.CLOSING, _E.CANCEL_ASKED): _S.CLOSING,
        (_S.CLOSING, _E.CLOSED_UNPAID): _S.CANCELLED,
        (_S.CLOSING, _E.TIMED_OUT): _S.CLOSING,
        (_S.EXPIRED, _E.CAPTURED): _S.PAID,
        (_S.CANCELLED, _E.CAPTURED): _S.PAID,
        (_S.REFUSED, _E.CAPTURED): _S.PAID,
        (_S.PAID, _E.CAPTURED): _S.PAID,
    }
)

#: Where ``closed_unpaid`` because of expiry leads to ``expired`` instead.
BY_REASON = frozenset({(_S.UNKNOWN, _E.CLOSED_UNPAID), (_S.OPEN, _E.CLOSED_UNPAID)})
EXPIRY_REASONS = frozenset({"expiry", "expired"})
#: It was closed there without our asking: at the dashboard, or by the gateway itself.
BY_GATEWAY = "cancelled"
#: True in every state and changing none ("last attempt failed", "the bank is confirming").
QUIET = frozenset({_E.PART_CAPTURED, _E.ATTEMPT_FAILED, _E.AUTHORISED})


class Entering(StrEnum):
    """What entering a state brings with it, written in the same transaction (design payments 2).

    ``watch``: the gateway is asked as the schedule says; ``stop watching``: no more.
    """

    ASK = "ask the gateway"
    CLOSE = "ask to close"
    WATCH = "watch"
    STOP_WATCHING = "stop watching"
    END_PICTURE = "end the picture"


_AFTER = (Entering.WATCH, Entering.END_PICTURE)

#: state -> effects. What is asked for again after a doubt has its row already, and a closing that
#: found nothing to close leaves none behind.
ENTERING: Mapping[CollectState, tuple[Entering, ...]] = MappingProxyType(
    {
        _S.REQUESTED: (Entering.ASK,),
        _S.UNKNOWN: (),
        _S.OPEN: (Entering.WATCH,),
        _S.CLOSING: (Entering.CLOSE, *_AFTER),
        _S.PAID: (Entering.STOP_WATCHING, Entering.END_PICTURE),
        _S.EXPIRED: _AFTER,
        _S.CANCELLED: _AFTER,
        _S.REFUSED: _AFTER,
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """Where an event leads; ``mismatch``: it should not have come, the inbox gets an entry."""

    state: CollectState
    mismatch: bool = False


def next_state(state: CollectState, event: Event, *, reason: str | None = None) -> Step:
    """One step of the machine; total, never raises. ``reason`` matters for ``closed_unpaid``."""
    if event in QUIET:
        return Step(state)
    if (state, event) in BY_REASON and reason in EXPIRY_REASONS:
        return Step(CollectState.EXPIRED)
    new = TRANSITIONS.get((state, event))
    return Step(state, mismatch=True) if new is None else Step(new)


class SettlementFlag(StrEnum):
    """What a person has to look at.

    ``part``: some money, not enough. ``over``: too much. ``duplicate``: too much, and one of the
    payments could be given back whole. ``late``: money that came after the bill was settled or
    its collect closed. ``mismatch``: another currency, or one payment told with two amounts.
    """

    PART = "part"
    OVER = "over"
    DUPLICATE = "duplicate"
    LATE = "late"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a bill has received, in paise. ``open`` and ``excess`` are never both above zero."""

    received: int
    refunded: int
    open: int
    excess: int
    flags: frozenset[SettlementFlag] = frozenset()

    @property
    def settled(self) -> bool:
        """Whether nothing is left to pay."""
        return self.open == 0


@dataclass(frozen=True, slots=True)
class _Payment:
    """One payment as all its facts together tell it."""

    amount: int
    refunded: int
    at: int
    late: bool
    torn: bool


def settle(
    due: int,
    facts: Sequence[tuple[str, PaymentFact]],
    tenders: Iterable[Tender],
    closed_at: Mapping[str, int] = MappingProxyType({}),
) -> Settlement:
    """What of ``due`` paise is paid: by the gateway's facts ``(collect reference, fact)`` and by
    what a person took.

    A payment counts once by ``(gateway, payment_id)``, if it was captured (or refunded, which
    implies it), in INR. Tenders that stand for a gateway payment are its record in the books and
    are not counted again; a person's word about an RRN counts until a capture with this RRN is
    there. ``due`` is what is due now: 0 for an abandoned bill, less credit notes for a returned
    one. ``closed_at`` (reference -> moment) lets later captures show as late. The order of facts
    and tenders does not matter.
    """
    payments, foreign = _payments(facts, closed_at)
    sources = [(payment.at, payment.amount) for payment in payments]
    cash = [(tender.at, tender.amount) for tender in in_hand(facts, tenders)]
    received = sum(amount for _, amount in sources + cash)
    refunded = sum(payment.refunded for payment in payments)
    balance = due - (received - refunded)
    flags = set()
    if foreign or any(payment.torn for payment in payments):
        flags.add(SettlementFlag.MISMATCH)
    if 0 < balance < due:
        flags.add(SettlementFlag.PART)
    if balance < 0:
        flags.add(_surplus([amount for _, amount in sources + cash], -balance))
    if any(payment.late for payment in payments) or _after_settled(due, sources, cash):
        flags.add(SettlementFlag.LATE)
    return Settlement(received, refunded, max(0, balance), max(0, -balance), frozenset(flags))


def in_hand(facts: Sequence[tuple[str, PaymentFact]], tenders: Iterable[Tender]) -> list[Tender]:
    """The tenders that are money of their own: not a gateway's that ``facts`` tell, not an RRN that
    a gateway's capture has confirmed since. A gateway's payment that no fact of the bill tells was
    attached from another bill: there it counts no more."""
    told = {fact.payment_id for _, fact in facts}
    confirmed = {fact.rrn for _, fact in facts if _is_capture(fact) and fact.rrn}
    return [
        tender
        for tender in tenders
        if not (tender.kind in _BY_GATEWAY and tender.reference in told)
        and not (tender.kind is TenderKind.OWN_UPI and tender.reference in confirmed)
    ]


@dataclass(frozen=True, slots=True)
class Unapplied:
    """Captured money that no bill counts: ``amount`` in paise of this payment.

    ``whole``: nothing of it is on the bill.
    """

    payment: PaymentFact
    amount: int
    whole: bool


def unapplied(
    facts: Sequence[tuple[str, PaymentFact]], tenders: Sequence[Tender]
) -> list[Unapplied]:
    """What of each capture the books of the bill do not count, nor was given back.

    A capture is counted by the gateway tenders that name it, and by a person's word about its RRN.
    """
    found = []
    for _, payment, refunded in _captures(facts):
        counted = sum(tender.amount for tender in tenders if _counts(tender, payment))
        rest = payment.amount - counted - refunded
        if rest > 0:
            found.append(Unapplied(payment, rest, whole=counted == 0))
    return found


def shares(
    due: int, facts: Sequence[tuple[str, PaymentFact]], tenders: Sequence[Tender]
) -> list[tuple[str, PaymentFact, int]]:
    """(reference, capture, paise of it) that the books of a bill take in beside its ``tenders``:
    what they do not count of each payment yet, oldest news first, never beyond ``due``."""
    left = due - sum(tender.amount for tender in tenders)
    found = []
    for reference, payment, refunded in _captures(facts):
        counted = sum(tender.amount for tender in tenders if _counts(tender, payment))
        net = min(payment.amount - refunded - counted, left)
        if payment.currency == CURRENCY and net > 0:
            found.append((reference, payment, net))
            left -= net
    return found


def _captures(
    facts: Sequence[tuple[str, PaymentFact]],
) -> Iterable[tuple[str, PaymentFact, int]]:
    """(reference, first capture, given back so far) of every captured payment."""
    first: dict[tuple[str, str], tuple[str, PaymentFact]] = {}
    refunded: dict[tuple[str, str], int] = {}
    for reference, fact in facts:
        key = (fact.gateway, fact.payment_id)
        if fact.status is PaymentStatus.CAPTURED:
            first.setdefault(key, (reference, fact))
        refunded[key] = max(refunded.get(key, 0), given_back(fact))
    return [(reference, fact, refunded[key]) for key, (reference, fact) in first.items()]


def _counts(tender: Tender, payment: PaymentFact) -> bool:
    if tender.kind is TenderKind.OWN_UPI:
        # Who says that she paid means rupees: other money under that RRN is for a person to see.
        rupees = payment.rrn is not None and payment.currency == CURRENCY
        return rupees and tender.reference == payment.rrn
    return tender.kind in _BY_GATEWAY and tender.reference == payment.payment_id


def _is_capture(fact: PaymentFact) -> bool:
    return fact.status is PaymentStatus.CAPTURED and fact.currency == CURRENCY


def collect_received(reference: str, facts: Iterable[tuple[str, PaymentFact]]) -> int:
    """Paise captured by one collect, each payment once.

    A bare "refunded" does not count here: an authorisation that was never captured ends so too.
    """
    own = [
        (ref, fact)
        for ref, fact in facts
        if ref == reference and fact.status is PaymentStatus.CAPTURED
    ]
    return sum(payment.amount for payment in _payments(own, {})[0])


def money_event(
    reference: str, amount: int, facts: Iterable[tuple[str, PaymentFact]]
) -> Event | None:
    """The event of a collect's captures: ``captured`` when they reach its amount, else
    ``part_captured``, None without any."""
    received = collect_received(reference, facts)
    if received >= amount:
        return Event.CAPTURED
    return Event.PART_CAPTURED if received else None


def _payments(
    facts: Iterable[tuple[str, PaymentFact]], closed_at: Mapping[str, int]
) -> tuple[list[_Payment], bool]:
    """(payments in rupees, whether there was money in another currency)."""
    told: dict[tuple[str, str], list[tuple[str, PaymentFact]]] = {}
    foreign = False
    for reference, fact in facts:
        if fact.status not in (PaymentStatus.CAPTURED, PaymentStatus.REFUNDED):
            continue
        if fact.currency != CURRENCY:
            foreign = True
            continue
        told.setdefault((fact.gateway, fact.payment_id), []).append((reference, fact))
    return [_payment(both, closed_at) for both in told.values()], foreign


def _payment(told: Collection[tuple[str, PaymentFact]], closed_at: Mapping[str, int]) -> _Payment:
    amounts = {fact.amount for _, fact in told}
    at = min(fact.created_at for _, fact in told)
    refunds = [given_back(fact) for _, fact in told]
    late = any(ref in closed_at and fact.created_at > closed_at[ref] for ref, fact in told)
    # Two amounts for one payment: the smaller counts until a person has looked, and no more than it
    # can have gone back.
    counted = min(amounts)
    return _Payment(counted, min(counted, max(refunds)), at, late, len(amounts) > 1)


def given_back(fact: PaymentFact) -> int:
    """Paise of this payment that the gateway says went back."""
    # A gateway may say "refunded" without saying how much: then it is all of it.
    whole = fact.amount if fact.status is PaymentStatus.REFUNDED else 0
    return fact.amount_refunded or whole


def _surplus(amounts: Sequence[int], excess: int) -> SettlementFlag:
    whole = len(amounts) > 1 and any(0 < amount <= excess for amount in amounts)
    return SettlementFlag.DUPLICATE if whole else SettlementFlag.OVER


def _after_settled(
    due: int, sources: Sequence[tuple[int, int]], cash: Sequence[tuple[int, int]]
) -> bool:
    """Whether a gateway payment was made when the bill was settled already."""
    for at, amount in sources:
        others = [*sources, *cash]
        others.remove((at, amount))
        if sum(other for when, other in others if when < at) >= due:
            return True
    return False
