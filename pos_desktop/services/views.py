"""What the screen is told: frozen values with codes, never sentences (gui/texts.py has those)."""

from dataclasses import dataclass
from enum import StrEnum

from pos_desktop.domain.payment import CollectKind
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel, PricedLine


class Tone(StrEnum):
    """How a state looks: colour, icon and word go together (design counter 6)."""

    PAID = "paid"
    PENDING = "pending"
    FAILED = "failed"
    INFO = "info"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class WaitingBill:
    """One card of the waiting panel. ``words``/``message_words`` are codes of gui/texts.py:

    words: asking_gateway, waiting_payment, qr_on_screen, last_attempt_failed, bank_confirming,
    not_confirmed_checking, gateway_unreachable, gateway_busy, gateway_refuses_key, paid_give_goods,
    link_expired, closed_by_gateway, closed_watching, amount_wrong, closing_checking,
    closing_unanswered, closing_for_cash, closing_for_qr, closing_for_link, closing_for_number,
    closing_to_edit, closing_to_abandon, closed_take_cash, part_paid, own_upi_waiting, no_request,
    refused_by_gateway, reference_taken, late_money, goods_given.
    way: link, qr or "": what the newest request is; some sentences say which.
    message_words: "", waits_for_relay, queued, held (until ``message_at``), accepted, sent,
    delivered, read, no_report, failed, unknown, unknown_again, dropped (purpose tells which
    message). ``given``: the goods left, paid or not.
    """

    order_id: str
    token_no: int
    amount: int
    tone: Tone
    words: str
    created_at: int
    phone_last4: str | None = None
    channel: str = ""
    message_purpose: str = ""
    message_words: str = ""
    message_reason: str = ""
    expires_at: int | None = None
    invoice_number: str | None = None
    paid_at: int | None = None
    upi_reference: str = ""
    can_show_qr: bool = False
    attention: bool = False
    received: int = 0
    open_amount: int = 0
    remote: bool = False
    requests_left: int = 0
    flags: tuple[str, ...] = ()
    way: str = ""
    given: bool = False
    message_at: int = 0


@dataclass(frozen=True, slots=True)
class PayableQr:
    """What the QR screen shows: ``payload`` is drawn as a QR (UPI text, or the link's URL)."""

    order_id: str
    token_no: int
    amount: int
    kind: CollectKind
    payload: str | None
    image_url: str | None
    expires_at: int | None
    words: str
    paid: bool = False


class LampState(StrEnum):
    """Icon, word and colour of a status lamp."""

    OK = "ok"
    SLOW = "slow"
    DOWN = "down"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class Lamp:
    """``name`` is internet, gateway, messages, relay or printer; ``detail`` a code or ""."""

    name: str
    state: LampState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PaidNews:
    """A sale that has just been issued: for the strip and the tone.

    ``give_back``: cash that was counted for it and is not needed, because the customer paid on her
    phone while her link was being closed. ``change``: what goes back to her of the cash that was
    taken by itself once the link was closed. ``upi_reference``: the 12 digits that the customer's
    phone shows, or "".
    """

    order_id: str
    token_no: int
    amount: int
    phone_last4: str | None
    invoice_number: str
    give_back: int = 0
    change: int = 0
    upi_reference: str = ""


@dataclass(frozen=True, slots=True)
class ServiceOff:
    """A service that is off for the owner's reasons (design payments 5): ``name`` is gateway or
    messages, ``reason`` a code (auth, suspended, not_activated, template, credit, dlt)."""

    name: str
    reason: str
    since: int


@dataclass(frozen=True, slots=True)
class Offered:
    """What the gateway account of new bills can do, as the screen may offer it. ``refused``: it
    turned out to have no QR codes; a test again lets the next one be asked for."""

    links: bool = True
    qr: bool = True
    refused: bool = False


@dataclass(frozen=True, slots=True)
class DeskState:
    """Everything about bills that are not on the screen; made by one read.
    ``trouble``: why this counter gives no numbers, or how the relay turns it away (codes of
    ``services.fence``), or "".

    ``inbox``: open entries of the exceptions inbox. ``owed``: refunds that are not done.
    ``longest_unasked_at``: when the gateway was last asked about the live collect that waits
    longest, or since when a question about a closed one is due. ``edits``: bills given up for
    editing whose lines may be taken back into the cart. ``outage_until``: end of the manager's
    outage window. ``channel``: that of new bills, where it may be another one than at the start.
    """

    waiting: tuple[WaitingBill, ...]
    unsent: int
    oldest_unsent_at: int | None
    attention: int
    inbox: int = 0
    owed: int = 0
    longest_unasked_at: int | None = None
    services_off: tuple[ServiceOff, ...] = ()
    edits: tuple[str, ...] = ()
    outage_until: int | None = None
    offers: Offered = Offered()
    channel: Channel | None = None
    trouble: str = ""

    @property
    def testable(self) -> bool:
        """Whether there is something for which "test again" may change what is offered."""
        return bool(self.services_off) or self.offers.refused


@dataclass(frozen=True, slots=True)
class EditedBill:
    """The lines and the phone of a bill that was given up for editing."""

    order_id: str
    lines: tuple[PricedLine, ...]
    phone: str | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that happened to a bill's money or its messages: what, when, who said so (design
    payments 7).

    ``what``: requested, opened, attempt_failed, authorised, captured, refunded, closed, expired,
    cash, card, own_upi, store_credit, taken_back, refund_asked, refund_pending, refund_done,
    refund_failed, flag_raised, flag_closed, issued, handed_over, abandoned. ``who``: razorpay,
    cashfree, machine or a person's name. ``reference``: payment id, RRN, slip or number.

    Of the ``purpose``'s ``attempt``: message_waiting, message_queued, message_accepted, ... (any
    state), message_no_report; ``who`` is machine, answer, push, poll or a name, ``detail`` the
    reason.
    """

    at: int
    what: str
    who: str
    amount: int = 0
    reference: str = ""
    detail: str = ""
    purpose: str = ""
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class PaymentStory:
    """The payment detail of one bill; amounts in paise, ``lines`` in the order of time."""

    order_id: str
    token_no: int
    state: str
    due: int
    received: int
    refunded: int
    open_amount: int
    excess: int
    flags: tuple[str, ...]
    lines: tuple[HistoryLine, ...]
    invoice_number: str | None = None


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One entry of the exceptions inbox. ``kind``: late, duplicate, over, part, mismatch,
    unknown_outcome, refund_failed, unmatched, gateway_unreachable, asserted_unconfirmed,
    risk_taken, reference_taken, handed_over_unpaid, numbers_missing, number_doubled, relay_parked.
    ``actions``: the recommended one first (refund, attach, collect_rest, check_again, refund_again,
    given_otherwise, accept); ``manager``: those that need her PIN.
    """

    flag_id: int
    kind: str
    order_id: str
    amount: int
    at: int
    detail: str
    actions: tuple[str, ...]
    manager: frozenset[str]
    token_no: int | None = None
    invoice_number: str | None = None
    payment_id: str = ""
    rrn: str = ""
    attach_to: tuple[tuple[str, int, int], ...] = ()
    """Bills that could take the money: (order id, token number, open amount)."""


@dataclass(frozen=True, slots=True)
class InboxChoice:
    """What a person decided about an entry: one of its ``actions``. ``target`` is the order id to
    attach to, ``reason`` her words for accept and given_otherwise."""

    flag_id: int
    action: str
    by: str
    approval: Approval | None = None
    reason: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class ReturnOrder:
    """Goods that come back: ``lines`` are (line number, thousandths)."""

    order_id: str
    lines: tuple[tuple[int, int], ...]
    reason: str
    by: str
    approval: Approval


@dataclass(frozen=True, slots=True)
class RefundableLine:
    """A sold line and what of it may still be given back (thousandths, paise for all of it).

    ``unit`` is the line's UQC; ``total`` what the whole line was sold for, in paise (a part of it
    is worth ``domain.returns.part_value``).
    """

    line_no: int
    name: str
    sold: int
    left: int
    left_amount: int
    unit: str = "PCS"
    total: int = 0


@dataclass(frozen=True, slots=True)
class RefundOffer:
    """What may be refunded of one issued bill; ``payable`` is the most that its captured payments
    allow, in paise. ``rest``: what the return that empties the bill gives back, its rounding
    included; no return gives more."""

    order_id: str
    invoice_number: str
    lines: tuple[RefundableLine, ...]
    payable: int
    rest: int = 0


@dataclass(frozen=True, slots=True)
class MoneyOwed:
    """A refund that is not done; ``state`` asked, unknown, pending or failed. A bill that was never
    issued is known by its token."""

    key: str
    order_id: str
    amount: int
    state: str
    since: int
    reason: str
    payment_id: str
    invoice_number: str | None = None
    last_error: str = ""
    token_no: int | None = None
