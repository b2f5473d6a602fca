"""A number is forgotten: nowhere in the file, and the books as they were."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from pos_desktop.domain.delivery import DeliverySeen, MessageState, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Consent, LinkStyle, Sale, SaleState
from pos_desktop.services.drafts import NOTE
from pos_desktop.services.forgetting import Forgetting, Forgotten
from pos_desktop.services.messages import delivered
from pos_desktop.storage.verify import verify_database
from tests.support.rig import options
from tests.support.till import PHONE, Till

NEW = "+919812345678"
NATIONAL = PHONE[3:].encode()


@pytest.fixture
def forgetting(till: Till) -> Forgetting:
    return forgetting_of(till)


def forgetting_of(till: Till) -> Forgetting:
    return Forgetting(till.store, till.clock, till.heard, till.store.scrub)


def yes(till: Till) -> Approval:
    return Approval("Meera", till.clock.now(), "forget_number")


def sold(till: Till, phone: str = PHONE) -> Sale:
    sale = till.checkout.request(till.order(phone))
    till.settle_down()
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(30)
    assert till.sale(sale.order_id).state is SaleState.ISSUED
    return till.sale(sale.order_id)


def wrong_for_a_while(till: Till) -> Sale:
    """A waiting bill of another number, which had this one in between."""
    sale = till.checkout.request(till.order(NEW))
    till.settle_down()
    for number in (PHONE, NEW):
        agreed = Consent("bill", "Asha", till.clock.now(), "1")
        till.contacts.correct(sale.order_id, number, agreed, "Asha")
        till.settle_down()
    return sale


def files(till: Till) -> bytes:
    """Everything beside and in the database, the WAL included."""
    return b"".join(path.read_bytes() for path in till.path.parent.iterdir())


def test_the_number_is_nowhere_and_the_books_are_as_they_were(
    till: Till, forgetting: Forgetting
) -> None:
    first, second = sold(till), sold(till)
    till.consents.refuse(PHONE, "Asha")
    abandoned = wrong_for_a_while(till)
    pages = {sale.order_id: till.desk.document(sale.order_id) for sale in (first, second)}
    assert NATIONAL in files(till)
    found = forgetting.forget(PHONE, yes(till))
    assert found == Forgotten(bills=2, messages=5)
    assert NATIONAL not in files(till)
    assert NEW[3:].encode() in files(till), "another customer's"
    for sale in (first, second):
        now = till.sale(sale.order_id)
        assert (now.phone, now.consent) == (None, None)
        assert now == replace(sale, phone=None, consent=None)
        assert till.desk.document(sale.order_id) == pages[sale.order_id]
        assert PHONE[3:] not in str(pages[sale.order_id])
    with till.store.read() as uow:
        entry = next(e for e in uow.ledger.after(0, 999) if e.kind == "number.forgotten")
        assert all(old.phone in (None, NEW) for old in uow.sales.contacts(abandoned.order_id))
    assert entry.actor == "Meera"
    assert entry.body == {**asdict(found), "approved_by": "Meera"}
    # What she refused stands, and news of the old messages still find them.
    assert till.consents.refused(PHONE)
    with till.store.write() as uow:
        seen = DeliverySeen("sid1", None, MessageState.READ, None, None, to_last10=PHONE[-10:])
        changed = delivered(uow, seen, till.clock.now())
        uow.commit()
    assert changed is not None
    assert (changed.to, changed.state) == ("", MessageState.READ)
    till.store.close()
    result = verify_database(till.path)
    assert (result.ok, result.problem) == (True, "")


def test_again_is_harmless_and_writes_nothing(till: Till, forgetting: Forgetting) -> None:
    sold(till)
    forgetting.forget(PHONE, yes(till))
    with till.store.read() as uow:
        before = uow.ledger.head()
    assert forgetting.forget(PHONE, yes(till)) == Forgotten(0, 0)
    with till.store.read() as uow:
        assert uow.ledger.head() == before


def test_a_kill_before_the_file_is_written_anew_is_made_good_by_another_try(
    till: Till, forgetting: Forgetting
) -> None:
    sold(till)
    cut = Forgetting(till.store, till.clock, till.heard, lambda: None)
    cut.forget(PHONE, yes(till))
    till.restart()
    forgetting_of(till).forget(PHONE, yes(till))
    assert NATIONAL not in files(till)


def test_what_waits_for_money_has_to_end_first(till: Till, forgetting: Forgetting) -> None:
    sold(till)
    waiting = till.checkout.request(till.order())
    with pytest.raises(DomainError) as caught:
        forgetting.forget(PHONE, yes(till))
    assert caught.value.code == "number_waits"
    assert caught.value.params == {"n": waiting.token_no, "bills": 1}
    till.checkout.abandon(waiting.order_id, "left", "Asha")
    till.run(30)
    assert forgetting.forget(PHONE, yes(till)).bills == 2


def test_a_bill_that_is_being_made_has_to_end_first(till: Till, forgetting: Forgetting) -> None:
    with till.store.write() as uow:
        uow.notes.put(NOTE, f'{{"phone": "{PHONE}"}}')
        uow.commit()
    with pytest.raises(DomainError) as caught:
        forgetting.forget(PHONE, yes(till))
    assert caught.value.code == "number_in_draft"


def test_only_a_manager_forgets(till: Till, forgetting: Forgetting) -> None:
    sold(till)
    with pytest.raises(DomainError) as caught:
        forgetting.forget(PHONE, Approval("Meera", 0, "forget_number"))
    assert caught.value.code == "approval_needed"
    assert till.consents.refused(PHONE) is False
    with till.store.read() as uow:
        assert len(uow.messages.recipients(0, 9)) == 1


def test_a_receipt_that_has_not_gone_does_not_go(tmp_path: Path) -> None:
    setup = replace(options(), link_style=LinkStyle.PAGE)
    till = Till(tmp_path, setup=setup)
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.relay.down = True
    till.gateway.pay(f"{sale.order_id}-1")
    till.run(30)
    receipt = till.message(sale.order_id, Purpose.RECEIPT)
    assert receipt.state is MessageState.WAITING
    forgetting_of(till).forget(PHONE, yes(till))
    till.relay.down = False
    till.run(120)
    receipt = till.message(sale.order_id, Purpose.RECEIPT)
    assert (receipt.state, receipt.reason) == (MessageState.DROPPED, "number_forgotten")
    assert len(till.messenger.sent) == 1
    till.store.close()
