"""How one entry of the inbox, or money that is owed, reads. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from pos_desktop.domain.money import format_rupees
from pos_desktop.gui.presenters.choices import Choice, with_keys
from pos_desktop.gui.presenters.story import flag_words
from pos_desktop.gui.presenters.wording import ago, moment
from pos_desktop.gui.texts import knows, say
from pos_desktop.services.views import InboxEntry, MoneyOwed

_OWED_TONES = {"failed": "failed", "unknown": "pending", "asked": "pending", "pending": "info"}
_MILD = frozenset({"gateway_unreachable", "unknown_outcome", "asserted_unconfirmed", "risk_taken"})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; ``section`` is the heading under which it stands."""

    section: str
    what: str
    whose: str
    amount: str
    age: str
    tone: str


@dataclass(frozen=True, slots=True)
class Detail:
    """The entry that is marked: one sentence, its facts as (label, value), its buttons."""

    title: str
    amount: str
    tone: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    note: str


def row_of(entry: InboxEntry | MoneyOwed, now: int) -> Row:
    """The line of the list."""
    amount = format_rupees(entry.amount, sign=True) if entry.amount else ""
    if isinstance(entry, MoneyOwed):
        return Row(
            section=say("section_owed"),
            what=say(f"owed_{entry.state}"),
            whose=_whose(entry),
            amount=amount,
            age=ago(now, entry.since),
            tone=_OWED_TONES.get(entry.state, "pending"),
        )
    return Row(
        section=say("section_inbox"),
        what=_kind(entry),
        whose=_whose(entry),
        amount=amount,
        age=ago(now, entry.at),
        tone=_tone(entry),
    )


def detail_of(entry: InboxEntry | MoneyOwed, now: int) -> Detail:
    """Everything about the marked line."""
    return _owed(entry, now) if isinstance(entry, MoneyOwed) else _entry(entry, now)


def what_is_asked(entry: InboxEntry, action: str) -> str:
    """What a manager's PIN would say yes to."""
    return say(f"ask_{action}", amount=entry.amount, whose=_whose(entry))


def _entry(entry: InboxEntry, now: int) -> Detail:
    # Money that came is written down; only its bill can get no number on this counter.
    numberless = entry.detail.startswith("no number ")
    code = "entry_no_number" if numberless else f"entry_{entry.kind}"
    told = say(
        code if knows(code) else "entry_other",
        amount=entry.amount,
        whose=_whose(entry),
        detail=entry.detail,
    )
    facts = [
        ("fact_since", f"{moment(entry.at)} · {ago(now, entry.at)}"),
        ("fact_bill", _whose(entry)),
        ("fact_payment", entry.payment_id),
        ("fact_rrn", entry.rrn),
        ("fact_detail", _detail(entry)),
    ]
    actions = [a for a in entry.actions if a != "attach" or entry.attach_to]
    choices = [
        Choice(f"act_{action}", _action(entry, action, pin=action in entry.manager))
        for action in actions
    ]
    choices.append(Choice("inbox_story", say("menu_story")))
    return Detail(
        title=_kind(entry),
        amount=format_rupees(entry.amount, sign=True) if entry.amount else "",
        tone=_tone(entry),
        sentence=told,
        facts=tuple((say(label), value) for label, value in facts if value),
        choices=with_keys(tuple(choices)),
        note=say("inbox_pin_note") if entry.manager else "",
    )


def _owed(owed: MoneyOwed, now: int) -> Detail:
    facts = [
        ("fact_since", f"{moment(owed.since)} · {ago(now, owed.since)}"),
        ("fact_bill", _whose(owed)),
        ("fact_payment", owed.payment_id),
        # Too much money is given back for what its entry said; goods, for a person's words.
        ("fact_reason", flag_words(owed.reason)),
        ("fact_problem", owed.last_error),
    ]
    choices = [Choice("inbox_story", say("menu_story"))]
    if owed.state == "failed":
        choices.insert(0, Choice("act_refund_again", _pin(say("act_refund_again"))))
    return Detail(
        title=say(f"owed_{owed.state}"),
        amount=format_rupees(owed.amount, sign=True),
        tone=_OWED_TONES.get(owed.state, "pending"),
        sentence=say(f"owed_{owed.state}_what", amount=owed.amount),
        facts=tuple((say(label), value) for label, value in facts if value),
        choices=with_keys(tuple(choices)),
        note=say("inbox_pin_note") if owed.state == "failed" else "",
    )


def _action(entry: InboxEntry, action: str, *, pin: bool) -> str:
    words = say(f"act_{action}", amount=entry.amount)
    return _pin(words) if pin else words


def _pin(words: str) -> str:
    return say("with_pin", what=words)


def _detail(entry: InboxEntry) -> str:
    """What the detail says beyond the references that stand beside it."""
    shown = {entry.payment_id, entry.rrn}
    return " ".join(word for word in entry.detail.split(" ") if word not in shown)


def _kind(entry: InboxEntry) -> str:
    code = f"flag_{entry.kind}"
    return say(code) if knows(code) else entry.kind


def _whose(entry: InboxEntry | MoneyOwed) -> str:
    if entry.token_no is not None:
        token = say("token", n=entry.token_no)
        return f"{token} · {entry.invoice_number}" if entry.invoice_number else token
    return entry.invoice_number or say("no_bill")


def _tone(entry: InboxEntry) -> str:
    return "pending" if entry.kind in _MILD else "failed"
