"""The one place where a message to a customer comes into being."""

from dataclasses import dataclass

from pos_desktop.domain.delivery import Message, MessageState, Purpose, may_carry, provider_of
from pos_desktop.domain.errors import DomainError
from pos_desktop.domain.sale import Sale
from pos_desktop.ports import Ids, UnitOfWork
from pos_desktop.services import channel
from pos_desktop.services.consent import OPTED_OUT, UNTOLD, Refusals

# The request or the receipt of a bill goes out at most so often, whoever presses (reliability (d)).
MOST_OF_A_KIND = 3
# So long a callback may still tell of a message that may have gone (reference exotel 9, client 6);
# then a person may send it again.
DOUBT_MS = 90_000
# Such a message is still on its way by itself: a second one would only repeat it.
_ON_ITS_WAY = frozenset({MessageState.WAITING, MessageState.QUEUED})
OTHER_CHANNEL = "other_channel"
TOO_LATE = "too_late_to_send"
UNSENDABLE = frozenset({OPTED_OUT, channel.CHANGED, TOO_LATE})
"""Why a request was dropped whose customer still waits for something to pay by."""
CORRECTED = "number_corrected"


@dataclass(frozen=True, slots=True)
class Posting:
    """Every method is part of the caller's transaction."""

    ids: Ids
    refusals: Refusals = UNTOLD

    def post(
        self, uow: UnitOfWork, sale: Sale, purpose: Purpose, now: int, attempt: int = 1
    ) -> None:
        """Add an empty message of this purpose, waiting for its collect or page; it is written
        once however often it is asked for.

        It goes by the channel that was the shop's when the bill was frozen. Where nothing may be
        sent it is written as dropped, so that the bill tells why. Nothing for a bill without a
        phone.
        """
        if sale.phone is None:
            return
        message = Message(
            message_id=self.ids.order_id(now),
            order_id=sale.order_id,
            purpose=purpose,
            attempt=attempt,
            channel=provider_of(sale.channel),
            to=sale.phone,
            state=MessageState.WAITING,
            created_at=now,
        )
        if channel.former(uow, sale):
            message = message.dropped(channel.CHANGED)
        else:
            message = self.refusals.entering(uow, self.ids, message)
        uow.messages.add(message)


def barred(uow: UnitOfWork, sale: Sale, message: Message, refusals: Refusals) -> str | None:
    """Why this message must not leave, whatever it is for; None where nothing is against it."""
    if channel.former(uow, sale):
        return channel.CHANGED
    if not may_carry(sale.channel, message.purpose, message.channel, message.content):
        return OTHER_CHANNEL
    if sale.phone != message.to:
        return CORRECTED
    return OPTED_OUT if refusals.refused(uow, message.to) else None


def may_send(uow: UnitOfWork, sale: Sale, refusals: Refusals) -> None:
    """Raises DomainError where this bill's customer is sent nothing: ``phone_needed``,
    ``channel_changed``, ``opted_out``."""
    if sale.phone is None:
        raise DomainError("phone_needed")
    if channel.former(uow, sale):
        raise DomainError(channel.CHANGED)
    if refusals.refused(uow, sale.phone):
        raise DomainError(OPTED_OUT)


def on_its_way(uow: UnitOfWork, order_id: str, purpose: Purpose, now: int) -> bool:
    """Whether one of these may still arrive by itself. Of one that may have gone the provider has
    a while to tell (``not_before``); a clock that was put back makes it no longer."""
    return any(
        message.state in _ON_ITS_WAY
        or (message.state is MessageState.UNKNOWN and in_doubt(message.not_before, now))
        for message in uow.messages.of(order_id)
        if message.purpose is purpose
    )


def in_doubt(until: int, now: int) -> bool:
    """Whether a message whose fate nobody knows is not to be repeated yet."""
    return 0 < until - now <= DOUBT_MS


def again(uow: UnitOfWork, posting: Posting, sale: Sale, now: int) -> int:
    """One more receipt for the bill's number; the how manyth it is.

    Raises DomainError as ``may_send``, ``still_on_its_way`` or ``too_many_receipts``.
    """
    may_send(uow, sale, posting.refusals)
    if on_its_way(uow, sale.order_id, Purpose.RECEIPT, now):
        raise DomainError("still_on_its_way")
    made = [m for m in uow.messages.of(sale.order_id) if m.purpose is Purpose.RECEIPT]
    if len(made) >= MOST_OF_A_KIND:
        raise DomainError("too_many_receipts", limit=MOST_OF_A_KIND)
    posting.post(uow, sale, Purpose.RECEIPT, now, len(made) + 1)
    return len(made) + 1
