"""How far a message got: only ever forward."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.delivery import Message, MessageState, Purpose, advance

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
