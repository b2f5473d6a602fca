"""A number is corrected, looked for and erased; the file is written anew behind it."""

from dataclasses import replace

import pytest

from pos_desktop.domain.delivery import Message, MessageState, Purpose
from pos_desktop.domain.errors import DomainError, StoreError
from pos_desktop.domain.numbering import ist_day
from pos_desktop.domain.sale import Consent
from pos_desktop.storage.store import SqliteStore
from tests.unit.storage.samples import NOW, order_id, sale

HERS, OTHER = "+919800000001", "+919800000002"
AGREED = Consent("bill", "Ravi", NOW, "2")


def message(n: int, to: str, state: MessageState = MessageState.READ) -> Message:
    purpose = Purpose.PAYMENT_REQUEST
    made = Message(f"m{n}", order_id(n), purpose, 1, "whatsapp", to, state, NOW)
    return replace(made, parameters=("Fresh Mart", to), url=f"https://x/{to}", sid=f"sid{n}")


def add(store: SqliteStore) -> None:
    with store.write() as unit:
        for n, phone in ((1, HERS), (2, OTHER), (3, HERS)):
            unit.sales.add(replace(sale(n), phone=phone, consent=AGREED, created_at=NOW + n))
        unit.messages.add(message(1, HERS))
        unit.messages.add(message(2, OTHER))
        unit.messages.add(message(3, HERS, MessageState.QUEUED))
        unit.commit()


def test_a_corrected_number_brings_its_own_consent(store: SqliteStore) -> None:
    add(store)
    newer = replace(AGREED, at=NOW + 9, text_version="3")
    with store.write() as unit:
        unit.sales.change_contact(order_id(1), OTHER, "second-token", NOW + 9, "Asha", newer)
        found = unit.sales.get(order_id(1))
        assert found is not None
        assert (found.phone, found.consent) == (OTHER, newer)
        unit.sales.change_contact(order_id(1), None, "third-token", NOW + 9, "Asha")
        found = unit.sales.get(order_id(1))
        assert found is not None
        assert (found.phone, found.consent) == (None, None)
        # Without another number a consent is only erased.
        with pytest.raises(DomainError):
            unit.session.change("UPDATE sales SET consent_at = 7 WHERE contact = 0")


def test_bills_of_a_number_that_wait(store: SqliteStore) -> None:
    add(store)
    with store.write() as unit:
        assert unit.sales.awaiting_of(HERS) == (order_id(1), order_id(3))
        unit.sales.issue(order_id(1), "C2A/2627/000001", NOW, "cash")
        assert unit.sales.awaiting_of(HERS) == (order_id(3),)
        assert unit.sales.awaiting_of("+919800000009") == ()


def test_who_was_written_to_newest_first(store: SqliteStore) -> None:
    add(store)
    with store.read() as unit:
        day = ist_day(NOW)
        assert unit.messages.recipients(day, 9) == (HERS, OTHER)
        assert unit.messages.recipients(day, 1) == (HERS,)
        assert unit.messages.recipients(day + 1, 9) == ()


def test_a_number_is_erased_where_nothing_waits(store: SqliteStore) -> None:
    add(store)
    with store.write() as unit:
        unit.sales.issue(order_id(1), "C2A/2627/000001", NOW, "cash")
        assert unit.messages.forget(HERS, NOW + 5, "Meera") == 2
        assert unit.sales.forget(HERS) == 1
        unit.commit()
    store.scrub()
    with store.read() as unit:
        gone, waiting = unit.sales.get(order_id(1)), unit.sales.get(order_id(3))
        assert gone is not None
        assert waiting is not None
        assert (gone.phone, gone.consent) == (None, None)
        assert waiting.phone == HERS, "it still waits for its money"
        erased, dropped = unit.messages.get("m1"), unit.messages.get("m3")
        assert erased is not None
        assert (erased.to, erased.parameters, erased.url, erased.sid) == ("", (), None, "sid1")
        assert dropped is not None
        assert (dropped.state, dropped.reason) == (MessageState.DROPPED, "number_forgotten")
        assert unit.messages.facts("m3")[-1].source == "Meera"
        kept = unit.messages.get("m2")
        assert kept == message(2, OTHER)


def test_a_file_that_is_being_read_is_not_said_to_be_clean(store: SqliteStore) -> None:
    add(store)
    with store.read() as unit:
        assert unit.messages.get("m1") is not None
        with pytest.raises(StoreError) as caught:
            store.scrub()
    assert caught.value.code == "busy"
    store.scrub()
