"""Messages to the customer: when each may go, what it says, and how far it got.

A message is written when its reason arises and waits for what it needs (an open collect, the page
or the picture at the relay). It is composed and queued in the transaction that meets the last need.
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.delivery import DeliverySeen, Message, MessageState, Purpose, advance
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.payment import OWN_UPI, Collect, CollectKind, CollectState
from pos_desktop.domain.sale import Channel, Sale, SaleState
from pos_desktop.ports import (
    Accepted,
    Composer,
    Effect,
    Ids,
    MessageFacts,
    Messenger,
    NotSent,
    Picture,
    Rejected,
    SendResult,
    UnitOfWork,
)
from pos_desktop.services import effects
from pos_desktop.services.issuing import leave_awaiting
from pos_desktop.services.links import Links
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Recorded

# A request that could not leave for so long is no longer what the customer waits for.
REQUEST_LIFE = 10 * 60 * 1000
# Seconds between the questions about an SMS; then every five minutes, for an hour in all.
POLLS = (5, 15, 45, 120)
_LATER_POLL = 300
_MOST_POLLS = len(POLLS) + 11
# A moment that never comes: nobody asks about this message any more.
NEVER = 253_402_300_799_000  # the end of the year 9999
# The states of a message whose row is being done: dropped, too, if the bill was settled meanwhile.
_SENDING = frozenset({MessageState.QUEUED, MessageState.DROPPED})


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Decides what is ready; every method is part of the caller's transaction."""

    composer: Composer
    links: Links
    ids: Ids

    def collect_opened(self, uow: UnitOfWork, sale: Sale, collect: Collect, now: int) -> None:
        """There is something to pay now: publish what the request message needs, or queue it."""
        pictures = sale.channel is Channel.WHATSAPP_QR and collect.gateway != OWN_UPI
        if collect.kind is CollectKind.QR and not pictures:
            # The customer pays from the screen: a link sent before is dead, and only a shop that
            # sends QR pictures may send this one.
            leave_awaiting(uow, sale.order_id, now, reason="qr_on_screen")
            return
        if sale.phone is None or not self._requests(uow, sale):
            return
        if collect.kind is CollectKind.QR:
            uow.pages.save_picture(Picture(collect.reference, self.ids.token(), None, False))
            uow.outbox.put(effects.PICTURE_PUBLISH, collect.reference, sale.order_id, now)
        elif self.links.by_page(sale):
            subject = effects.page_subject(sale.order_id, effects.BILL_REVISION, sale.contact)
            uow.outbox.put(effects.PAGE_PUBLISH, subject, sale.order_id, now)
        self.advance(uow, sale, now)

    def advance(self, uow: UnitOfWork, sale: Sale, now: int) -> None:
        """Compose and queue every waiting message of the sale whose needs are met."""
        for message in uow.messages.of(sale.order_id):
            if message.state is not MessageState.WAITING:
                continue
            composed = self._compose(uow, sale, message)
            if composed is not None:
                uow.messages.save(composed, now)
                if composed.state is MessageState.QUEUED:
                    subject = composed.message_id
                    uow.outbox.put(effects.MESSAGE_SEND, subject, sale.order_id, now)

    def _requests(self, uow: UnitOfWork, sale: Sale) -> bool:
        waiting = MessageState.WAITING
        return any(
            m.purpose is Purpose.PAYMENT_REQUEST and m.state is waiting
            for m in uow.messages.of(sale.order_id)
        )

    def _compose(self, uow: UnitOfWork, sale: Sale, message: Message) -> Message | None:
        """The filled message, or None while something is missing."""
        try:
            if message.purpose is Purpose.RECEIPT:
                return self._receipt(uow, sale, message)
            return self._request(uow, sale, message)
        except InputError as error:
            # A template that does not fit is the shop's set-up, never the customer's trouble: the
            # bill shows the reason and the QR on screen still works.
            return replace(message, state=MessageState.FAILED, reason=str(error))

    def _request(self, uow: UnitOfWork, sale: Sale, message: Message) -> Message | None:
        collect = payable(uow, sale.order_id)
        if collect is None or sale.state is not SaleState.AWAITING:
            return None
        # A part may have been taken otherwise: what is asked for is what the link takes.
        facts = replace(self._facts(sale), total=collect.amount)
        if collect.kind is CollectKind.QR:
            picture = uow.pages.picture(collect.reference)
            if picture is None or not picture.acknowledged:
                return None
            facts = replace(facts, media_url=self.links.picture(picture.token))
            filled = self.composer.payment_request(Channel.WHATSAPP_QR, message, facts)
            return replace(filled, state=MessageState.QUEUED)
        if self.links.by_page(sale):
            page = uow.pages.latest(sale.order_id, sale.contact)
            if page is None or not page.acknowledged:
                return None
            facts = replace(facts, link=self.links.page(sale))
        else:
            facts = replace(facts, link=collect.url or "")
        by_sms = sale.channel is Channel.SMS_LINK
        channel = Channel.SMS_LINK if by_sms else Channel.WHATSAPP_LINK
        filled = self.composer.payment_request(channel, message, facts)
        return replace(filled, state=MessageState.QUEUED)

    def _receipt(self, uow: UnitOfWork, sale: Sale, message: Message) -> Message | None:
        page = uow.pages.latest(sale.order_id, sale.contact)
        ready = page is not None and page.acknowledged
        if page is None or not ready or page.revision < effects.INVOICE_REVISION:
            return None
        facts = replace(
            self._facts(sale),
            link=self.links.page(sale),
            invoice_number=sale.invoice_number or "",
            upi_reference=upi_reference(uow, sale.order_id),
        )
        filled = self.composer.receipt(sale.channel, message, facts)
        return replace(filled, state=MessageState.QUEUED)

    def _facts(self, sale: Sale) -> MessageFacts:
        shop = self.links.options.shop.name
        return MessageFacts(shop, sale.token_no, sale.due, sale.bill.lines)


def payable(uow: UnitOfWork, order_id: str) -> Collect | None:
    """The newest collect of the sale that takes money now."""
    opened = [c for c in uow.collects.of(order_id) if c.state is CollectState.OPEN]
    return opened[-1] if opened else None


def upi_reference(uow: UnitOfWork, order_id: str) -> str:
    """The 12-digit UPI reference of the payment that settled the sale, or ""."""
    references = {t.reference for t in uow.tenders.of(order_id)}
    for _, fact in uow.facts.of(order_id):
        if fact.payment_id in references and fact.rrn:
            return fact.rrn
    return ""


@dataclass(frozen=True, slots=True)
class _Send:
    messenger: Messenger
    message: Message

    def perform(self) -> SendResult:
        return self.messenger.send(self.message)


@dataclass(frozen=True, slots=True)
class SendMessage:
    """``message.send``: exactly one try whose outcome is in doubt; never a blind resend."""

    messenger: Messenger
    target: str = "exotel"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        message = uow.messages.get(effect.subject)
        if message is None or message.state is not MessageState.QUEUED:
            return Dropped("message_moved_on")
        if message.purpose is Purpose.PAYMENT_REQUEST:
            # A settled bill has dropped its request and has nothing payable any more.
            collect = payable(uow, message.order_id)
            if collect is None or (collect.expires_at or now) < now:
                return Dropped("not_payable_any_more")
            if message.media_url and not self._shows(uow, message.media_url, collect):
                return Dropped("not_payable_any_more")
            if now - message.created_at > REQUEST_LIFE:
                return Dropped("too_late_to_send")
        return _Send(self.messenger, message)

    def _shows(self, uow: UnitOfWork, media_url: str, collect: Collect) -> bool:
        """Whether the message's picture is that of what can be paid now."""
        picture = uow.pages.picture(collect.reference)
        return picture is not None and picture.token in media_url

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        message = uow.messages.get(effect.subject)
        if message is None:
            return Dropped("no_such_message")
        if isinstance(outcome, NotSent):
            return Later(outcome.text, max(1.0, outcome.retry_after))
        uow.messages.save(_after(message, outcome, now), now, "answer")
        return Done()

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        message = uow.messages.get(effect.subject)
        if message is not None and message.state is MessageState.QUEUED:
            dropped = replace(message, state=MessageState.DROPPED, reason=reason)
            uow.messages.save(dropped, now)

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        """The program died in mid-call: it may have gone, so it is not sent again."""
        message = uow.messages.get(effect.subject)
        if message is not None and message.state in _SENDING:
            unknown = replace(message, state=MessageState.UNKNOWN, reason="stopped_while_sending")
            uow.messages.save(unknown, now)
        return Done()


def _after(message: Message, outcome: object, now: int) -> Message:
    """The message as the provider's answer leaves it; a callback may have been quicker.

    One that was dropped while it was on its way did go all the same, and says so.
    """
    sending = message.state in _SENDING
    before = MessageState.QUEUED if sending else message.state
    match outcome:
        case Accepted(sid):
            state = advance(before, MessageState.ACCEPTED)
            return replace(message, state=state, sid=sid, not_before=now + POLLS[0] * 1000)
        case Rejected(status, code, text, _):
            state = advance(before, MessageState.FAILED)
            return replace(message, state=state, code=code or status, reason=text)
        case _:
            text = getattr(outcome, "text", None) or repr(outcome)
            unknown = replace(message, state=MessageState.UNKNOWN, reason=text)
            return unknown if sending else message


def delivered(
    uow: UnitOfWork, seen: DeliverySeen, now: int, source: str = "push"
) -> Message | None:
    """Apply a callback or a poll (``source``); None when it is nobody's. Forward only,
    money untouched."""
    message = uow.messages.match(seen.sid, seen.label)
    if message is None:
        return None
    state = advance(message.state, seen.state)
    changed = replace(message, state=state, sid=message.sid or seen.sid)
    if state is seen.state and state is not message.state:
        changed = replace(changed, code=seen.code, reason=seen.reason)
    uow.messages.save(changed, now, source)
    return changed


def next_poll(message: Message, now: int) -> Message:
    """The SMS with its next question set; after an hour of them nobody asks any more."""
    polls = message.polls + 1
    wait = POLLS[polls] if polls < len(POLLS) else _LATER_POLL
    over = polls >= _MOST_POLLS or message.sid is None
    return replace(message, polls=polls, not_before=NEVER if over else now + wait * 1000)
