"""Exotel's words and codes: the tables, the ranges, and words that nobody has seen yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.domain.delivery import MessageState
from pos_desktop.messaging.states import delivery_from_feed, sms_state, whatsapp_state
from pos_desktop.wire import v1

S = MessageState


@pytest.mark.parametrize(
    ("word", "code", "state", "reason"),
    [
        ("queued", 21010, S.ACCEPTED, None),
        ("sending", 21015, S.ACCEPTED, None),
        ("submitted", 21020, S.SENT, None),
        ("sent", 20005, S.DELIVERED, None),
        ("sent", 20006, S.DELIVERED, None),
        ("sent", None, S.DELIVERED, None),
        ("delivered", None, S.DELIVERED, None),
        ("DELIVERED_TO_HANDSET", None, S.DELIVERED, None),
        ("failed", 23010, S.FAILED, "recipient"),
        ("failed_dnd", 23005, S.FAILED, "recipient"),
        ("failed-dnd", None, S.FAILED, "recipient"),
        ("failed", 23072, S.FAILED, "setup"),
        ("failed", 23185, S.FAILED, "template"),
        ("failed", 23083, S.FAILED, "dlt"),
        ("failed", 23015, S.FAILED, "content"),
        ("failed", 23999, S.FAILED, "recipient"),
        ("failed", 24010, S.FAILED, "operator"),
        ("failed", 24999, S.FAILED, "operator"),
        ("failed", None, S.FAILED, "unknown"),
        ("undelivered", None, S.FAILED, "unknown"),
        ("expired", None, S.FAILED, "unknown"),
        ("sent", 30001, S.DELIVERED, None),  # a WhatsApp code means nothing for an SMS
        ("failed_of_a_new_kind", None, S.FAILED, "unknown"),
        ("moonlit", None, S.ACCEPTED, None),
        (None, 99999, S.ACCEPTED, None),
        (None, None, S.ACCEPTED, None),
    ],
)
def test_sms(word: str | None, code: int | None, state: S, reason: str | None) -> None:
    assert sms_state(word, code) == (state, reason)


@pytest.mark.parametrize(
    ("word", "code", "state", "reason"),
    [
        ("EX_MESSAGE_SENT", 30001, S.SENT, None),
        ("EX_MESSAGE_DELIVERED", 30002, S.DELIVERED, None),
        ("EX_MESSAGE_SEEN", 30003, S.READ, None),
        (None, 30001, S.SENT, None),
        ("EX_MESSAGE_DELIVERED", None, S.DELIVERED, None),
        ("read", None, S.READ, None),
        ("failed", None, S.FAILED, "unknown"),
        ("EX_INVALID_RECIPIENT", 30012, S.FAILED, "recipient"),
        (None, 30013, S.FAILED, "recipient"),
        ("EX_TEMPLATE_PARAM_ERROR", 30023, S.FAILED, "template"),
        ("EX_MEDIA_UPLOAD_ERROR", 30017, S.FAILED, "media"),
        ("EX_REENGAGEMENT_ERROR", 30018, S.FAILED, "window"),
        ("EX_RATE_LIMIT_HIT", 30007, S.FAILED, "limits"),
        ("EX_SETUP_ERROR", 30006, S.FAILED, "setup"),
        ("EX_MESSAGE_EXPIRED", 30028, S.FAILED, "expired"),
        ("EX_MESSAGE_TOO_LONG", 30029, S.FAILED, "content"),
        ("EX_UNKNOWN_ERROR", 30011, S.FAILED, "unknown"),
        ("EX_RESTRICTED_BY_META", None, S.FAILED, "meta"),
        ("EX_SOMETHING_NEW", 31999, S.FAILED, "unknown"),
        (None, 31999, S.ACCEPTED, None),
        ("payment success", 30050, S.ACCEPTED, None),
        (None, 30049, S.ACCEPTED, None),
        (None, None, S.ACCEPTED, None),
    ],
)
def test_whatsapp(word: str | None, code: int | None, state: S, reason: str | None) -> None:
    assert whatsapp_state(word, code) == (state, reason)


@given(st.none() | st.text(), st.none() | st.integers())
def test_nothing_unknown_ever_raises(word: str | None, code: int | None) -> None:
    for read in (sms_state, whatsapp_state):
        state, reason = read(word, code)
        assert state in {S.ACCEPTED, S.SENT, S.DELIVERED, S.READ, S.FAILED}
        assert (reason is not None) == (state is S.FAILED)


def feed(**fields: object) -> v1.FeedEvent:
    base = {"seq": 1, "kind": "delivery", "at": 0}
    return v1.FeedEvent(**{**base, **fields})  # type: ignore[arg-type]  # given by each test


def test_feed_event_of_whatsapp() -> None:
    for channel in ("wa", "whatsapp"):
        seen = delivery_from_feed(
            feed(channel=channel, sid="7hK", label="m1.1", status="EX_MESSAGE_SEEN", code=30003)
        )
        assert seen is not None
        assert (seen.sid, seen.label, seen.state, seen.code) == ("7hK", "m1.1", S.READ, 30003)


def test_feed_event_of_sms_by_label_alone() -> None:
    seen = delivery_from_feed(feed(channel="sms", label="m1.1", status="failed", code=23185))
    assert seen is not None
    assert (seen.sid, seen.label, seen.state, seen.reason) == (None, "m1.1", S.FAILED, "template")


def test_feed_event_that_names_no_message() -> None:
    assert delivery_from_feed(feed(channel="sms", status="sent")) is None


def test_feed_event_with_the_detailed_word_only() -> None:
    seen = delivery_from_feed(feed(channel="sms", sid="9f0c", detail="FAILED_DND"))
    assert seen is not None
    assert (seen.state, seen.reason) == (S.FAILED, "recipient")
