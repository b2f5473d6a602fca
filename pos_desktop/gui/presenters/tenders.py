"""How a split reads: what was taken, what is typed now, and what a tender must look like. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.money import format_rupees, parse_rupees
from pos_desktop.domain.sale import Tender, TenderKind
from pos_desktop.domain.tenders import holds_card_number, offered
from pos_desktop.domain.text import ascii_digits
from pos_desktop.gui.presenters.choices import Choice
from pos_desktop.gui.presenters.wording import clock
from pos_desktop.gui.texts import say

if TYPE_CHECKING:
    from pos_desktop.services.tendering import SplitState

_REFERENCES = {
    TenderKind.CARD: "slip_label",
    TenderKind.OWN_UPI: "rrn_label",
    TenderKind.STORE_CREDIT: "credit_label",
}
_CLOSING = "closing_checking"
NOTES = (10_00, 20_00, 50_00, 100_00, 200_00, 500_00)
"""What customers pay with: the next whole multiple of each is offered as a chip. The note of 2,000
was withdrawn (RBI, 19 May 2023)."""
RRN_DIGITS = 12
_SLIP_LEAST, _LONGEST = 4, 40
_CHIPS = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields; the empty amount means everything that is open."""

    kind: TenderKind = TenderKind.CASH
    amount: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What the fields mean: paise, and what is still wrong ("" where it may be taken)."""

    amount: int
    change: int = 0
    problem: str = ""
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class TakenRow:
    """A tender of the list; ``tender_id`` 0 cannot be taken back here."""

    tender_id: int
    what: str
    amount: str
    note: str


@dataclass(frozen=True, slots=True)
class SplitSheetState:
    """The sheet: three sums, what was taken, the kinds (code, words), the fields, the rest.

    ``own_qr``: words of the button that shows the shop's own QR.
    """

    title: str
    due: str
    received: str
    open: str
    taken: tuple[TakenRow, ...]
    kinds: tuple[tuple[str, str], ...]
    kind: str
    amount_label: str
    proposed: str
    chips: tuple[tuple[str, str], ...]
    reference_label: str
    reference: str
    change_label: str
    change: str
    hint: str
    bad: bool
    button: str
    ready: bool
    fields: bool = True
    own_qr: str = ""
    rest: tuple[Choice, ...] = field(default=())


def chips(due: int) -> tuple[tuple[str, str], ...]:
    """Likely tenders: exact, then what the customer's notes make of it, ascending."""
    likely = sorted({-(-due // note) * note for note in NOTES} - {due})[:_CHIPS]
    amounts = [(say("cash_exact"), format_rupees(due))]
    return tuple(amounts + [(format_rupees(a).removesuffix(".00"),) * 2 for a in likely])


def retyped(typed: Typed, reference: str) -> Typed:
    """The reference as it may be typed: 12 figures of a UTR, or a short line of text."""
    if typed.kind is TenderKind.OWN_UPI:
        digits = "".join(c for c in ascii_digits(reference) if c.isdigit())
        return replace(typed, reference=digits[:RRN_DIGITS])
    return replace(typed, reference=reference[:_LONGEST])


def grouped(typed: Typed) -> str:
    """The reference as it is shown: a UTR in groups of four."""
    text = typed.reference
    if typed.kind is not TenderKind.OWN_UPI:
        return text
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def given(typed: Typed, open_amount: int) -> Given:
    """What the fields mean for a bill with this much open."""
    amount = open_amount
    if typed.amount.strip():
        try:
            amount = parse_rupees(typed.amount)
        except InputError as error:
            return Given(0, problem=say(error.code, **error.params))
    if amount <= 0:
        return Given(0, problem=say("amount_not_positive"))
    change = amount - open_amount
    if typed.kind is TenderKind.CASH:
        return Given(amount, max(0, change))
    if change > 0:
        return Given(amount, problem=say("tender_too_big", open=open_amount))
    problem, waiting = _reference(typed)
    return Given(amount, problem=problem, waiting=waiting)


def _reference(typed: Typed) -> tuple[str, bool]:
    """(what is wrong with the reference, whether more of it is awaited)."""
    text = typed.reference.strip()
    if typed.kind is TenderKind.OWN_UPI:
        missing = RRN_DIGITS - len(text)
        return (say("rrn_more", n=missing), True) if missing else ("", False)
    if typed.kind is TenderKind.CARD:
        if holds_card_number(text):
            return say("card_number_refused"), False
        return (say("slip_needed"), True) if len(text) < _SLIP_LEAST else ("", False)
    return ("", False) if text else (say("credit_code_needed"), True)


def taken_rows(tenders: Sequence[Tender], by_hand: Sequence[Tender]) -> tuple[TakenRow, ...]:
    """The list of what was taken."""
    may_go_back = {tender.tender_id for tender in by_hand}
    return tuple(
        TakenRow(
            tender_id=tender.tender_id if tender.tender_id in may_go_back else 0,
            what=say(f"tender_{tender.kind.value}"),
            amount=format_rupees(tender.amount, sign=True),
            note=" · ".join(
                part
                for part in (_end(tender), clock(tender.at), tender.approved_by or tender.by)
                if part
            ),
        )
        for tender in tenders
    )


@dataclass(frozen=True, slots=True)
class SplitLook:
    """Everything that the sheet is made of. ``state`` None: the bill is still on the screen.

    ``own_upi``, ``qr`` and ``link``: what this shop, and this customer, can be offered. ``known``:
    whether she has a phone, by which her cash of the day is added up.
    """

    state: SplitState | None
    due: int
    typed: Typed
    busy: bool
    own_upi: bool
    qr: bool
    link: bool
    outage_until: int | None = None
    known: bool = False

    @property
    def open(self) -> int:
        """What is still to pay, in paise."""
        return self.state.open if self.state is not None else self.due

    @property
    def closes_first(self) -> bool:
        """Whether something is payable at a gateway that has to close before more is taken."""
        words = self.state.collect_words if self.state is not None else ""
        return bool(words) and self.typed.kind is not TenderKind.OWN_UPI

    @property
    def closing(self) -> bool:
        """Whether it is being closed."""
        return self.state is not None and self.state.collect_words == _CLOSING


def sheet_state(look: SplitLook) -> SplitSheetState:
    """The texts of the sheet."""
    state, typed = look.state, look.typed
    what = given(typed, look.open)
    hint, bad, button, ready = _foot(look, what)
    token = state.token_no if state is not None else 0
    return SplitSheetState(
        title=say("split_title_token", n=token) if token else say("split_title"),
        due=format_rupees(look.due, sign=True),
        received=format_rupees(state.received if state is not None else 0, sign=True),
        open=format_rupees(look.open, sign=True),
        taken=taken_rows(state.tenders, state.by_hand) if state is not None else (),
        kinds=tuple((k.value, say(f"tender_{k.value}")) for k in _kinds(look)),
        kind=typed.kind.value,
        amount_label=say("cash_tendered" if typed.kind is TenderKind.CASH else "split_amount"),
        proposed=format_rupees(look.open),
        chips=chips(look.open) if typed.kind is TenderKind.CASH else (),
        reference_label=say(_REFERENCES[typed.kind]) if typed.kind in _REFERENCES else "",
        reference=grouped(typed),
        change_label=say("cash_change") if typed.kind is TenderKind.CASH else "",
        change=format_rupees(what.change, sign=True),
        hint=hint,
        bad=bad,
        button=button,
        ready=ready,
        fields=not look.closes_first,
        own_qr=say("split_own_qr") if typed.kind is TenderKind.OWN_UPI else "",
        rest=_rest(look),
    )


def _kinds(look: SplitLook) -> tuple[TenderKind, ...]:
    """A bill that is still on the screen has no say: credit notes wait for their book."""
    known = look.state.kinds if look.state is not None else ()
    return known or offered(own_upi=look.own_upi, credit=False)


def _foot(look: SplitLook, what: Given) -> tuple[str, bool, str, bool]:
    """(hint, whether it is a refusal, words of the button, whether it may be pressed)."""
    if look.closes_first and look.state is not None:
        words = say("split_closing" if look.closing else "split_live")
        return words, False, say("split_close"), not look.closing and not look.busy
    kept = min(what.amount, look.open)
    kind = say(f"tender_{look.typed.kind.value}")
    button = say("split_take", what=kind, amount=kept)
    ready = not what.problem and not look.busy
    if what.problem:
        return what.problem, not what.waiting, button, False
    if look.typed.kind is TenderKind.OWN_UPI:
        until = look.outage_until
        hint = say("rrn_pin") if until is None else say("rrn_outage", time=clock(until))
        return hint, False, button, ready
    rest = look.open - kept
    hint = _cash_hint(look, kept) or (say("split_then", amount=rest) if rest else say("split_last"))
    return hint, False, button, ready


def _cash_hint(look: SplitLook, kept: int) -> str:
    """What the cashier must know before so much cash is taken for this bill, or ""."""
    # With the first cash, not with the window: the start needs none of it.
    from pos_desktop.services.cash import CASH_LIMIT, cash_notice

    if look.typed.kind is not TenderKind.CASH:
        return ""
    taken = look.state.tenders if look.state is not None else ()
    before = sum(tender.amount for tender in taken if tender.kind is TenderKind.CASH)
    code = cash_notice(before + kept, known=look.known)
    return say(code, limit=CASH_LIMIT) if code else ""


def _rest(look: SplitLook) -> tuple[Choice, ...]:
    """How what is open can be asked for; nothing while something is payable already."""
    if look.state is not None and look.state.collect_words:
        return ()
    offered = (("rest_qr", look.qr), ("rest_link", look.link))
    return tuple(Choice(code, say(code)) for code, there in offered if there)


def _end(tender: Tender) -> str:
    text = tender.reference
    if tender.kind is TenderKind.OWN_UPI:
        return say("utr_end", end=text[-4:])
    return text
