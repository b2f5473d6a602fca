"""How far a message got: only ever forward."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.delivery import (
    Content,
    Message,
    MessageState,
    Purpose,
    advance,
    may_carry,
    provider_of,
)
from pos_desktop.domain.options import Channel

S = MessageState
PROGRESS = [S.ACCEPTED, S.SENT, S.DELIVERED, S.READ]
WORDS = [*PROGRESS, S.FAILED]


@pytest.mark.parametrize(("current", "seen"), list(product(PROGRESS, PROGRESS)))
def test_progress_never_goes_back(current: MessageState, seen: MessageState) -> None:
    expected = max(PROGRESS.index(current), PROGRESS.index(seen))
    assert advance(current, seen) is PROGRESS[expected]


def test_failure_ends_only_what_did_not_arrive() -> None:
    assert [advance(state, S.FAILED) for state in PROGRESS] == [
        S.FAILED, S.FAILED, S.DELIVERED, S.READ,
    ]  # fmt: skip
    assert all(advance(S.FAILED, word) is S.FAILED for word in WORDS)


@pytest.mark.parametrize("word", WORDS)
def test_a_providers_word_heals_what_was_not_known(word: MessageState) -> None:
    for state in (S.UNKNOWN, S.QUEUED, S.WAITING):
        assert advance(state, word) is word
    assert advance(S.DROPPED, word) is S.DROPPED


@pytest.mark.parametrize(
    ("current", "seen"), list(product(S, [S.WAITING, S.QUEUED, S.UNKNOWN, S.DROPPED]))
)
def test_what_no_provider_says_changes_nothing(current: MessageState, seen: MessageState) -> None:
    assert advance(current, seen) is current


@given(st.permutations(PROGRESS))
def test_callbacks_in_any_order_end_alike(words: list[MessageState]) -> None:
    state = S.QUEUED
    for word in words:
        state = advance(state, word)
    assert state is S.READ


def test_the_label_carries_nothing_personal() -> None:
    message = Message("01J", "order", Purpose.RECEIPT, 1, "sms", "+919876543210", S.QUEUED, 0)
    assert message.label == "m1.01J"


A, Q, R, P, C = Channel.WHATSAPP_LINK, Channel.WHATSAPP_QR, Channel.SMS_LINK, Purpose, Content
WRITTEN_DOWN = {
    (Q, P.PAYMENT_REQUEST, "whatsapp", C.WORDS),
    (Q, P.PAYMENT_REQUEST, "whatsapp", C.QR),
    (Q, P.RECEIPT, "whatsapp", C.WORDS),
    (Q, P.RECEIPT, "whatsapp", C.DOCUMENT),
    (Q, P.REFUND_NOTE, "whatsapp", C.WORDS),
    (Q, P.REFUND_NOTE, "whatsapp", C.DOCUMENT),
    (A, P.PAYMENT_REQUEST, "whatsapp", C.WORDS),
    (A, P.RECEIPT, "whatsapp", C.WORDS),
    (A, P.RECEIPT, "whatsapp", C.DOCUMENT),
    (A, P.REFUND_NOTE, "whatsapp", C.WORDS),
    (A, P.REFUND_NOTE, "whatsapp", C.DOCUMENT),
    (R, P.PAYMENT_REQUEST, "sms", C.WORDS),
    (R, P.RECEIPT, "sms", C.WORDS),
    (R, P.REFUND_NOTE, "sms", C.WORDS),
}


@pytest.mark.parametrize("case", list(product(Channel, Purpose, ("whatsapp", "sms"), Content)))
def test_a_channel_carries_what_is_written_down_and_nothing_else(
    case: tuple[Channel, Purpose, str, Content],
) -> None:
    assert may_carry(*case) is (case in WRITTEN_DOWN)


def test_no_channel_goes_by_two_providers() -> None:
    assert [provider_of(channel) for channel in (Q, A, R)] == ["whatsapp", "whatsapp", "sms"]


def test_a_picture_is_a_qr_before_and_a_document_after_the_payment() -> None:
    plain = Message("m", "o", P.PAYMENT_REQUEST, 1, "whatsapp", "+91", S.QUEUED, 0)
    pictured = replace(plain, media_url="https://b.example/q/x.png")
    receipt = replace(pictured, purpose=P.RECEIPT)
    assert [m.content for m in (plain, pictured, receipt)] == [C.WORDS, C.QR, C.DOCUMENT]
