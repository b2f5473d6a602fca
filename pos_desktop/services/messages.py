"""Messages to the customer: when each may go, what it says, and how far it got.

A message is written when its reason arises and waits for what it needs (an open collect, the page
or the picture at the relay). It is composed and queued in the transaction that meets the last need.
"""

from dataclasses import dataclass, replace

from pos_desktop.domain.delivery import (
    DeliverySeen,
    Message,
    MessageState,
    Purpose,
    advance,
    may_carry,
)
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.payment import OWN_UPI, Collect, CollectKind, CollectState
from pos_desktop.domain.quiet import QuietHours, quiet_hours
from pos_desktop.domain.refund import Refund
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
from pos_desktop.services.consent import UNTOLD, Refusals
from pos_desktop.services.issuing import leave_awaiting
from pos_desktop.services.links import Links, by_page
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Recorded
from pos_desktop.services.posting import DOUBT_MS, OTHER_CHANNEL, TOO_LATE, Posting, barred

QUIET = "quiet"
"""Why a message that nothing is wrong with has not left; known to storage/repositories/outbox."""
# A request that could not leave for so long is no longer what the customer waits for.
REQUEST_LIFE = 10 * 60 * 1000
_QUARANTINED = "messages.quarantined"
_NOT_PAYABLE = "not_payable_any_more"
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
        elif by_page(sale):
            subject = effects.page_subject(sale.order_id, effects.BILL_REVISION, sale.contact)
            uow.outbox.put(effects.PAGE_PUBLISH, subject, sale.order_id, now)
        self.advance(uow, sale, now)

    def advance(self, uow: UnitOfWork, sale: Sale, now: int) -> None:
        """Compose and queue every waiting message of the sale whose needs are met."""
        for message in uow.messages.of(sale.order_id):
            if message.state is not MessageState.WAITING:
                continue
            ready = self._ready(uow, sale, message, now)
            if ready is not None:
                uow.messages.save(ready, now)
                if ready.state is MessageState.QUEUED:
                    subject, at = ready.message_id, ready.not_before
                    uow.outbox.put(effects.MESSAGE_SEND, subject, sale.order_id, now, at)

    def _requests(self, uow: UnitOfWork, sale: Sale) -> bool:
        waiting = MessageState.WAITING
        return any(
            m.purpose is Purpose.PAYMENT_REQUEST and m.state is waiting
            for m in uow.messages.of(sale.order_id)
        )

    def _ready(self, uow: UnitOfWork, sale: Sale, message: Message, now: int) -> Message | None:
        """The message as it is queued, or why it is not; None while something is missing."""
        composed = self._compose(uow, sale, message)
        if composed is None or composed.state is not MessageState.QUEUED:
            return composed
        if too_late(message, now):
            return message.dropped(TOO_LATE)
        if not may_carry(sale.channel, message.purpose, composed.channel, composed.content):
            # By the shop's registry; nothing of what it filled may reach the books.
            return replace(message, state=MessageState.FAILED, reason=OTHER_CHANNEL)
        quiet = quiet_hours(self.links.options.messages_quiet)
        return replace(composed, not_before=waits_until(message, quiet, now) or 0)

    def _compose(self, uow: UnitOfWork, sale: Sale, message: Message) -> Message | None:
        """The filled message, or None while something is missing."""
        try:
            match message.purpose:
                case Purpose.RECEIPT:
                    return self._receipt(uow, sale, message)
                case Purpose.REFUND_NOTE:
                    return self._refund_note(uow, sale, message)
                case _:
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
        if by_page(sale):
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
        facts = self._paper(uow, sale)
        if facts is None:
            return None
        filled = self.composer.receipt(sale.channel, message, facts)
        return replace(filled, state=MessageState.QUEUED)

    def _refund_note(self, uow: UnitOfWork, sale: Sale, message: Message) -> Message | None:
        facts = self._paper(uow, sale)
        if facts is None:
            return None
        # One note for each refund of the bill, by its place among them.
        refund = uow.refunds.of(sale.order_id)[message.attempt - 1]
        facts = replace(facts, total=refund.amount)
        filled = self.composer.refund_note(sale.channel, message, facts)
        return replace(filled, state=MessageState.QUEUED)

    def _paper(self, uow: UnitOfWork, sale: Sale) -> MessageFacts | None:
        """What a message about the invoice says; None until the invoice can be opened."""
        page = uow.pages.latest(sale.order_id, sale.contact)
        ready = page is not None and page.acknowledged
        if page is None or not ready or page.revision < effects.INVOICE_REVISION:
            return None
        return replace(
            self._facts(sale),
            link=self.links.page(sale),
            invoice_number=sale.invoice_number or "",
            upi_reference=upi_reference(uow, sale.order_id),
        )

    def _facts(self, sale: Sale) -> MessageFacts:
        shop = self.links.options.shop.name
        style = by_page(sale)
        return MessageFacts(shop, sale.token_no, sale.due, sale.bill.lines, by_page=style)


@dataclass(frozen=True, slots=True)
class RefundNotes:
    """Tells the customer of money that went back, once for each refund of an issued bill; called
    in the transaction in which a gateway says that it is done (``RefundBook.tell``)."""

    posting: Posting
    outgoing: Outgoing

    def __call__(self, uow: UnitOfWork, refund: Refund, now: int) -> None:
        sale = uow.sales.get(refund.order_id)
        if sale is None or sale.state is not SaleState.ISSUED:
            return
        keys = [known.key for known in uow.refunds.of(refund.order_id)]
        place = keys.index(refund.key) + 1
        self.posting.post(uow, sale, Purpose.REFUND_NOTE, now, place)
        self.outgoing.advance(uow, sale, now)


def too_late(message: Message, now: int) -> bool:
    """Whether a request is older than anybody waits for at a counter."""
    return message.purpose is Purpose.PAYMENT_REQUEST and now - message.created_at > REQUEST_LIFE


def waits_until(message: Message, quiet: QuietHours | None, now: int) -> int | None:
    """When this may leave, UTC ms; None for now. A request is never held: the customer stands
    there."""
    if quiet is None or message.purpose is Purpose.PAYMENT_REQUEST:
        return None
    return quiet.until(now)


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
    refusals: Refusals = UNTOLD
    quiet: QuietHours | None = None

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Later | Dropped:
        message = uow.messages.get(effect.subject)
        if message is None or message.state is not MessageState.QUEUED:
            return Dropped("message_moved_on")
        sale = uow.sales.get(message.order_id)
        if sale is None:
            return Dropped("no_such_sale")
        why = barred(uow, sale, message, self.refusals)
        if why is None and message.purpose is Purpose.PAYMENT_REQUEST:
            why = _dead_request(uow, sale, message, now)
        if why is not None:
            return Dropped(why)
        until = waits_until(message, self.quiet, now)
        return _Send(self.messenger, message) if until is None else Later(QUIET, at=until)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        message = uow.messages.get(effect.subject)
        if message is None:
            return Dropped("no_such_message")
        if isinstance(outcome, Later):
            uow.messages.save(replace(message, not_before=outcome.at or 0), now)
            return outcome
        if isinstance(outcome, NotSent):
            return Later(outcome.text, max(1.0, outcome.retry_after))
        uow.messages.save(_after(message, outcome, now), now, "answer")
        return Done()

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        message = uow.messages.get(effect.subject)
        if message is not None and message.state is MessageState.QUEUED:
            uow.messages.save(message.dropped(reason), now)

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        """The program died in mid-call: it may have gone, so it is not sent again."""
        message = uow.messages.get(effect.subject)
        if message is not None and message.state in _SENDING:
            uow.messages.save(_doubtful(message, "stopped_while_sending", now), now)
        return Done()


def _dead_request(uow: UnitOfWork, sale: Sale, message: Message, now: int) -> str | None:
    """Why a request to pay must not leave any more; None while it is what can be paid now."""
    # A settled bill has dropped its request and has nothing payable any more.
    collect = payable(uow, message.order_id)
    if collect is None or (collect.expires_at or now) < now:
        return _NOT_PAYABLE
    if message.media_url is not None:
        picture = uow.pages.picture(collect.reference)
        shows = picture is not None and picture.token in message.media_url
    else:
        # Our page shows whatever can be paid; the gateway's shows one collect for ever.
        shows = by_page(sale) or message.url == collect.url
    if not shows:
        return _NOT_PAYABLE
    return TOO_LATE if too_late(message, now) else None


def _doubtful(message: Message, why: str, now: int) -> Message:
    """It may have gone; until ``not_before`` only the provider may tell."""
    state = MessageState.UNKNOWN
    return replace(message, state=state, reason=why, not_before=now + DOUBT_MS)


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
            return _doubtful(message, text, now) if sending else message


def delivered(
    uow: UnitOfWork, seen: DeliverySeen, now: int, source: str = "push"
) -> Message | None:
    """Apply a callback or a poll (``source``); None when it is nobody's, or about another number
    than the message went to. Forward only, money untouched."""
    message = uow.messages.match(seen.sid, seen.label)
    if message is None:
        return None
    if not _went_to(message, seen):
        quarantine(uow)
        return None
    state = advance(message.state, seen.state)
    changed = replace(message, state=state, sid=message.sid or seen.sid)
    if state is seen.state and state is not message.state:
        changed = replace(changed, code=seen.code, reason=seen.reason)
    uow.messages.save(changed, now, source)
    return changed


def _went_to(message: Message, seen: DeliverySeen) -> bool:
    """Whether a report names the number of the message; one that names none, or is about a number
    that was forgotten, is believed. Numbers come back in several forms, so ten digits count."""
    told = seen.to_last10
    return not (told and message.to) or message.to.endswith(told)


def quarantine(uow: UnitOfWork) -> None:
    """Count a report about another number than its message went to: it changes nothing."""
    uow.notes.put(_QUARANTINED, str(quarantined(uow) + 1))


def quarantined(uow: UnitOfWork) -> int:
    """How many reports were put aside so far."""
    return int(uow.notes.get(_QUARANTINED) or 0)


def next_poll(message: Message, now: int) -> Message:
    """The SMS with its next question set; after an hour of them nobody asks any more."""
    polls = message.polls + 1
    wait = POLLS[polls] if polls < len(POLLS) else _LATER_POLL
    over = polls >= _MOST_POLLS or message.sid is None
    return replace(message, polls=polls, not_before=NEVER if over else now + wait * 1000)
