"""Whatever stops a message is told in words: no class and no drop reason of the code lacks one."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pos_desktop import messaging, services
from pos_desktop.domain.delivery import MessageState
from pos_desktop.gui.presenters.cards import message_words, reason_words
from pos_desktop.gui.texts import knows
from pos_desktop.messaging.exotel_wire import refusal_code
from pos_desktop.messaging.states import sms_state, whatsapp_state
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


def dropped() -> set[str]:
    """Reasons that the services give a message: what leaves the outbox, what a bill drops."""
    told = set()
    for call in calls(SERVICES / "messages.py"):
        if name_of(call) == "Dropped":
            told.add(literal(call.args[0]))
        for word in call.keywords:
            if word.arg == "reason" and isinstance(word.value, ast.Constant):
                told.add(literal(word.value))
    for file in SERVICES.glob("*.py"):
        for call in calls(file):
            if name_of(call) == "leave_awaiting":
                told |= {literal(w.value) for w in call.keywords if w.arg == "reason"}
    return told


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
