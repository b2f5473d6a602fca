"""Whatever stops a message is told in words: no class and no drop reason of the code lacks one."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from pos_desktop import messaging, services
from pos_desktop.domain.delivery import MessageState
from pos_desktop.domain.numbering import ist_midnight
from pos_desktop.gui.presenters.cards import loud_words, message_words, reason_words
from pos_desktop.gui.texts import knows
from pos_desktop.messaging.exotel_wire import refusal_code
from pos_desktop.messaging.states import sms_state, whatsapp_state
from pos_desktop.services import channel, messages, posting
from tests.support.window_fakes import waiting_bills

SERVICES = Path(services.__file__).parent
MESSAGING = Path(messaging.__file__).parent
BILL = {bill.token_no: bill for bill in waiting_bills()}[20]


def classes() -> set[str]:
    """Of every code there may be, known or not, and of words without one."""
    told = {sms_state(None, code)[1] for code in range(20000, 25000)}
    told |= {whatsapp_state("EX_NEW", code)[1] for code in range(30000, 30100)}
    told |= {sms_state(word, None)[1] for word in ("failed", "failed_dnd", "expired")}
    told |= {whatsapp_state(word, None)[1] for word in ("failed", "EX_RESTRICTED_BY_META")}
    return {reason for reason in told if reason is not None}


def calls(file: Path) -> Iterator[ast.Call]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def literal(node: ast.expr) -> str:
    assert isinstance(node, ast.Constant) and isinstance(node.value, str), ast.unparse(node)
    return node.value


def value(node: ast.expr, module: ModuleType) -> str | None:
    """A word as it is written, or by the name of a constant; None for what comes from elsewhere."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    known = ast.unparse(node).split(".")
    found: object = module
    for name in known:
        found = getattr(found, name, None)
    return found if isinstance(found, str) else None


# Which argument of these calls, and which returned words, say why something is not sent.
_SAYS = {"Dropped": 0, "dropped": 0, "_doubtful": 1}
_RETURNS = {"barred", "_dead_request"}


def dropped() -> set[str]:
    """Reasons that the services give a message: what leaves the outbox, what a bill drops."""
    told = set()
    for module in (messages, posting, channel):
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node) in _SAYS:
                told.add(value(node.args[_SAYS[name_of(node)]], module))
            elif isinstance(node, ast.FunctionDef) and node.name in _RETURNS:
                returns = (n.value for n in ast.walk(node) if isinstance(n, ast.Return))
                for found in (n for n in returns if n is not None):
                    both = (found.body, found.orelse) if isinstance(found, ast.IfExp) else (found,)
                    told |= {value(each, module) for each in both}
    for file in SERVICES.glob("*.py"):
        for call in calls(file):
            if name_of(call) == "leave_awaiting":
                told |= {literal(w.value) for w in call.keywords if w.arg == "reason"}
    return {word for word in told if word is not None}


def refused() -> set[str]:
    """Codes of what cannot be composed, of what never leaves, and of what Exotel answers."""
    told = {refusal_code(status) for status in range(400, 500)}
    for name in ("templates.py", "registry.py", "exotel.py"):
        tree = ast.parse((MESSAGING / name).read_text(encoding="utf-8"))
        for call in calls(MESSAGING / name):
            # With a text of its own it is about the file, for whoever edits that.
            if name_of(call) == "InputError" and len(call.args) == 1:
                told.add(literal(call.args[0]))
            if name_of(call) == "_unsent" and isinstance(call.args[1], ast.Constant):
                told.add(literal(call.args[1]))
        for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
            if function.name == "_barred":
                told |= set(map(str, words_in(function)))
    return told


def words_in(function: ast.FunctionDef) -> Iterator[object]:
    for node in ast.walk(function):
        values = (node.body, node.orelse) if isinstance(node, ast.IfExp) else ()
        given = (*values, *((node.value,) if isinstance(node, ast.Return) else ()))
        yield from (v.value for v in given if isinstance(v, ast.Constant) and v.value is not None)


def test_the_refusals_are_found() -> None:
    assert refused() >= {
        *("template_gone", "template_changed", "other_channel", "sms_with_media"),
        *("exotel_key", "exotel_refused", "message_too_long", "template_missing"),
        *("link_not_whitelisted", "brand_too_long"),
    }


def test_the_classes_are_those_of_the_reference() -> None:
    assert classes() >= {
        *("recipient", "operator", "setup", "template", "dlt", "content", "unknown"),
        *("media", "window", "limits", "expired", "meta"),
    }


def test_the_drop_reasons_are_found() -> None:
    assert dropped() >= {
        *("too_late_to_send", "bill_settled", "not_payable_any_more"),
        *("qr_on_screen", "bill_abandoned", "stopped_while_sending"),
        *("channel_changed", "other_channel", "number_corrected", "opted_out"),
    }


@pytest.mark.parametrize("reason", sorted(classes() | dropped() | refused()))
def test_every_reason_has_its_words(reason: str) -> None:
    assert knows(f"reason_{reason}")
    assert reason_words(reason) != reason
    assert len(reason_words(reason)) <= 40


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (MessageState.FAILED, "recipient", "WhatsApp not delivered: this number cannot get it"),
        (MessageState.DROPPED, "too_late_to_send", "WhatsApp not sent: 10 minutes are over"),
        (MessageState.DROPPED, "", "WhatsApp not needed any more"),
        (MessageState.UNKNOWN, "stopped_while_sending", "WhatsApp: not known if it went"),
        (MessageState.FAILED, "of another version", "WhatsApp not delivered: of another version"),
    ],
)
def test_the_row_says_why(state: MessageState, reason: str, said: str) -> None:
    bill = replace(BILL, message_words=state.value, message_reason=reason)
    assert message_words(bill) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("held", "WhatsApp goes at 08:00"),
        ("no_report", "WhatsApp: no report for a day"),
        ("unknown_again", "WhatsApp may have gone. Resend?"),
    ],
)
def test_the_row_says_what_it_waits_for(words: str, said: str) -> None:
    morning = ist_midnight(BILL.created_at) + 8 * 3_600_000
    bill = replace(BILL, message_words=words, message_at=morning)
    assert message_words(bill) == said


def test_a_request_that_was_not_sent_is_told_loudly_with_its_reason() -> None:
    bill = replace(
        BILL,
        message_words="dropped",
        message_purpose="payment_request",
        message_reason="too_late_to_send",
        can_show_qr=True,
        attention=True,
    )
    assert loud_words(bill) == "WhatsApp not sent: 10 minutes are over"
    assert loud_words(replace(bill, attention=False)) == ""
    assert loud_words(replace(bill, message_reason="qr_on_screen")) == ""
