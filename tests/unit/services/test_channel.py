"""One channel at a time: what a change drops, what it leaves, and what a kill leaves of it."""

from dataclasses import dataclass, field

import pytest

from pos_desktop.domain.delivery import MessageState, Purpose
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.people import Approval
from pos_desktop.domain.sale import Channel, Sale, SaleState
from pos_desktop.ports import LedgerEntry, NotSent
from pos_desktop.services.channel import Channels, in_force
from tests.support.till import Till

REQUEST, RECEIPT = Purpose.PAYMENT_REQUEST, Purpose.RECEIPT
LINK, QR, SMS = Channel.WHATSAPP_LINK, Channel.WHATSAPP_QR, Channel.SMS_LINK
NEXT = {LINK: SMS, QR: LINK, SMS: QR}


@dataclass
class File:
    """The settings file; ``broken`` cannot be written."""

    channel: Channel
    broken: bool = False
    written: list[Channel] = field(default_factory=list)

    def keep(self, channel: Channel) -> bool:
        if not self.broken:
            self.channel = channel
            self.written.append(channel)
        return not self.broken


def started(till: Till, file: File) -> Channels:
    """The channels as a start of the program makes them."""
    made = Channels(till.store, till.clock, till.heard, file.channel, file.keep)
    made.begin()
    return made


def yes(till: Till) -> Approval:
    return Approval("Meera", till.clock.now(), "change_channel")


def told(till: Till) -> list[LedgerEntry]:
    with till.store.read() as uow:
        return [entry for entry in uow.ledger.after(0, 1000) if entry.kind == "channel.changed"]


def note(till: Till) -> str | None:
    with till.store.read() as uow:
        return uow.notes.get("channel")


def held(till: Till) -> Sale:
    """A bill whose request is queued and has not gone."""
    till.messenger.answers.append(NotSent(60, "busy"))
    sale = till.checkout.request(till.order())
    till.settle_down()
    till.messenger.sent.clear()
    return sale


@pytest.mark.parametrize("fixture", ["till", "qr_till", "sms_till"])
def test_nothing_of_the_former_channel_leaves(fixture: str, request: pytest.FixtureRequest) -> None:
    till: Till = request.getfixturevalue(fixture)
    before = till.options.channel
    after = NEXT[before]
    file = File(before)
    channels = started(till, file)
    old = held(till)
    assert channels.change(after, yes(till)) == 1
    message = till.message(old.order_id, REQUEST)
    assert (message.state, message.reason) == (MessageState.DROPPED, "channel_changed")
    assert (channels.now(), file.channel, note(till)) == (after, after, f"{after.value} kept")
    till.run(90)
    assert till.messenger.sent == []
    # It stays payable, and its receipt goes nowhere.
    assert till.bill(old.order_id).can_show_qr
    assert till.bill(old.order_id).attention
    till.gateway.pay(f"{old.order_id}-1")
    till.run(10)
    assert till.sale(old.order_id).state is SaleState.ISSUED
    receipt = till.message(old.order_id, RECEIPT)
    assert (receipt.state, receipt.reason) == (MessageState.DROPPED, "channel_changed")
    assert till.messenger.sent == []
    (entry,) = told(till)
    body = {"from": before.value, "to": after.value, "dropped": 1}
    assert (entry.actor, entry.body) == ("Meera", body)


def test_new_bills_go_by_the_new_channel(till: Till) -> None:
    channels = started(till, File(LINK))
    channels.change(SMS, yes(till))
    sale = till.checkout.request(till.order())
    till.run(10)
    assert sale.channel is SMS
    (message,) = till.messenger.sent
    assert (message.channel, message.template) == ("sms", "pay_sms_link")
    assert till.desk.state().channel is SMS


def test_nothing_more_is_sent_for_an_old_bill_whoever_asks(till: Till) -> None:
    channels = started(till, File(LINK))
    waiting, paid = till.checkout.request(till.order()), till.checkout.request(till.order())
    till.settle_down()
    till.gateway.pay(f"{paid.order_id}-1")
    till.run(10)
    sent = len(till.messenger.sent)
    channels.change(SMS, yes(till))
    with pytest.raises(DomainError, match="channel_changed"):
        till.checkout.send_again(waiting.order_id, "Asha")
    with pytest.raises(DomainError, match="channel_changed"):
        till.checkout.receipt_again(paid.order_id, "Asha")
    till.run(30)
    assert len(till.messenger.sent) == sent
    channels.change(LINK, yes(till))
    till.checkout.send_again(waiting.order_id, "Asha")
    till.checkout.receipt_again(paid.order_id, "Asha")
    till.run(10)
    assert len(till.messenger.sent) == sent + 2


def test_a_message_that_is_being_handed_over_tells_its_fate(till: Till) -> None:
    channels = started(till, File(LINK))
    sale = till.checkout.request(till.order())
    while not till.messenger.sent:
        till.outbox.step(till.clock.now())
        till.lanes.step()
    channels.change(SMS, yes(till))
    till.settle_down()
    assert till.message(sale.order_id, REQUEST).state is MessageState.ACCEPTED
    with till.store.read() as uow:
        facts = uow.messages.facts(till.messenger.sent[0].message_id)
    assert [(fact.state.value, fact.source) for fact in facts][-2:] == [
        ("dropped", "Meera"), ("accepted", "answer"),
    ]  # fmt: skip


def test_a_row_that_was_claimed_before_the_change_finds_it_out(till: Till) -> None:
    """Between the claim and the call: the row is being done, the message is dropped meanwhile."""
    channels = started(till, File(LINK))
    till.checkout.request(till.order())
    while not any("message.send" in row for row in doing(till)):
        till.outbox.step(till.clock.now())
        if not any("message.send" in row for row in doing(till)):
            till.lanes.step()
    channels.change(SMS, yes(till))
    till.settle_down()
    assert till.messenger.sent == []


def doing(till: Till) -> list[str]:
    with till.store.read() as uow:
        return [effect.kind for effect in uow.outbox.interrupted()]


def test_it_takes_a_manager_who_says_so_now(till: Till) -> None:
    channels = started(till, File(LINK))
    stale = yes(till)
    till.clock.pass_seconds(601)
    with pytest.raises(DomainError, match="approval_needed"):
        channels.change(SMS, stale)
    assert (channels.now(), told(till)) == (LINK, [])


def test_the_same_channel_again_changes_nothing(till: Till) -> None:
    channels = started(till, File(LINK))
    held(till)
    assert channels.change(LINK, yes(till)) == 0
    assert (told(till), note(till)) == ([], "whatsapp_link kept")


def test_a_kill_before_the_file_is_written_is_mended_at_the_start(till: Till) -> None:
    file = File(LINK, broken=True)
    started(till, file).change(SMS, yes(till))
    assert (file.channel, note(till)) == (LINK, "sms_link new")
    till.restart()
    again = started(till, file)
    assert (again.now(), note(till)) == (SMS, "sms_link new")
    file.broken = False
    till.restart()
    assert Channels(till.store, till.clock, till.heard, file.channel, file.keep).begin() is SMS
    assert (file.channel, note(till), len(told(till))) == (SMS, "sms_link kept", 1)
    till.restart()
    started(till, file)
    assert (file.written, len(told(till))) == ([SMS], 1)


def test_a_file_that_was_edited_is_a_change_too(till: Till) -> None:
    started(till, File(LINK))
    sale = held(till)
    till.restart()
    assert Channels(till.store, till.clock, till.heard, QR, File(QR).keep).begin() is QR
    assert till.message(sale.order_id, REQUEST).reason == "channel_changed"
    (entry,) = told(till)
    assert (entry.actor, entry.body["to"]) == ("settings", "whatsapp_qr")


def test_without_a_start_the_settings_count(till: Till) -> None:
    channels = Channels(till.store, till.clock, till.heard, SMS, File(SMS).keep)
    assert channels.now() is SMS
    with till.store.read() as uow:
        assert in_force(uow) is None
    assert till.checkout.request(till.order()).channel is LINK


def test_a_bug_between_the_two_writes_leaves_all_or_nothing(till: Till) -> None:
    channels = started(till, File(LINK))
    sale = held(till)
    till.store.broken = 1
    with pytest.raises(Exception, match="full"):
        channels.change(SMS, yes(till))
    assert (channels.now(), told(till)) == (LINK, [])
    assert till.message(sale.order_id, REQUEST).state is MessageState.QUEUED
