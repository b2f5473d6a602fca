"""The outbox actions at the gateway: make payable, and close."""

from dataclasses import dataclass, replace

from pos_desktop.domain.collect import Event
from pos_desktop.domain.errors import RaseedError
from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import (
    OWN_UPI,
    Collect,
    CollectKind,
    CollectState,
    GatewayStatus,
)
from pos_desktop.domain.sale import Channel, Sale, SaleState
from pos_desktop.ports import (
    CollectIntent,
    CollectSeen,
    Effect,
    Gateway,
    GatewayError,
    GatewayErrorKind,
    Gateways,
    OutboxState,
    UnitOfWork,
)
from pos_desktop.services import effects
from pos_desktop.services.entries import open_entry
from pos_desktop.services.links import Links
from pos_desktop.services.messages import Outgoing
from pos_desktop.services.outbox import Call, Done, Dropped, Later, Recorded, backoff
from pos_desktop.services.payments import Payments
from pos_desktop.services.schedule import watch_after

_REFUSALS = frozenset(
    {GatewayErrorKind.VALIDATION, GatewayErrorKind.FEATURE_OFF, GatewayErrorKind.DUPLICATE}
)
# "No such reference" counts when it was said twice, further apart than any call may last.
_NOT_FOUND = "not_found"
_IN_VAIN = "looked_in_vain"
_NEXT_LOOK_S = 60
# What is refused for what it is will be so in half a minute, too.
_REFUSED_LOOK_S = 300
# No link lives longer than a day (remote bills), no QR longer than two hours.
_LONGEST_LIFE_MS = 25 * 3600 * 1000
# It was asked to close and takes money all the same, as a link that is paid in part.
_NOT_CLOSED = frozenset({GatewayStatus.OPEN, GatewayStatus.PART})
_IN_DOUBT = frozenset({CollectState.REQUESTED, CollectState.UNKNOWN})


# A QR has no reference that is unique at the gateway, and a list may lag: a second one is made only
# when two looks so far apart found nothing (reliability (c) 8).
_SECOND_LOOK_S = 10


@dataclass(frozen=True, slots=True)
class _NotThere:
    """We looked for what may have been made, and the gateway does not know it."""


@dataclass(frozen=True, slots=True)
class _Create:
    """``doubt``: it may have been made already, so this try only looks."""

    gateway: Gateway
    intent: CollectIntent
    look_first: bool
    doubt: bool

    def perform(self) -> CollectSeen | _NotThere:
        if self.look_first:
            found = self.gateway.find(self.intent)
            if found is not None:
                return found
        if self.doubt:
            return _NotThere()
        return self.gateway.create(self.intent)


@dataclass(frozen=True, slots=True)
class _Close:
    gateway: Gateway
    collect: Collect
    intent: CollectIntent

    def perform(self) -> CollectSeen | None:
        """What the gateway says after the close; None if it never held our object."""
        collect = self.collect
        if collect.gateway_id is None:
            found = self.gateway.find(self.intent)
            if found is None:
                return None
            collect = replace(collect, gateway_id=found.gateway_id, kind=found.kind)
        return self.gateway.close(collect)


@dataclass(frozen=True, slots=True)
class Intents:
    """Turns a collect into what the gateway is asked for."""

    options: Options

    def of(self, sale: Sale, collect: Collect) -> CollectIntent:
        """The same words for every try, so that a look-up finds what an earlier try made."""
        relay = Links(self.options).root
        back = f"{relay}/p/{self.options.counter.tenant}/return" if relay else None
        return CollectIntent(
            reference=collect.reference,
            order_id=sale.order_id,
            kind=collect.kind,
            amount=collect.amount,
            life=60 * self._minutes(sale, collect),
            created_at=collect.created_at,
            description=f"{self.options.shop.name} token {sale.token_no}",
            counter=self.options.counter.label,
            customer_phone=sale.phone,
            return_url=back,
            device=self.options.counter.device,
        )

    def _minutes(self, sale: Sale, collect: Collect) -> int:
        gateway = self.options.gateway
        if collect.kind is CollectKind.LINK:
            return gateway.remote_link_minutes if sale.remote else gateway.link_minutes
        by_message = sale.phone is not None and sale.channel is Channel.WHATSAPP_QR
        return gateway.message_qr_minutes if by_message else gateway.screen_qr_minutes


@dataclass(frozen=True, slots=True)
class CreateCollect:
    """``collect.create``: intent row first (committed with the sale), then the call."""

    gateways: Gateways
    intents: Intents
    payments: Payments
    outgoing: Outgoing
    target: str = "gateway"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        collect, sale = _subject(uow, effect)
        if collect is None or sale is None or sale.state is not SaleState.AWAITING:
            return Dropped("bill_settled")
        if collect.state not in (CollectState.REQUESTED, CollectState.UNKNOWN):
            return Dropped("collect_moved_on")
        # A repeat asks first: an earlier try may have acted although its answer was lost.
        doubt = collect.state is CollectState.UNKNOWN
        gateway = self.gateways.named(collect.gateway)
        again = effect.attempts > 1 and effect.last_error != _IN_VAIN
        return _Create(gateway, self.intents.of(sale, collect), doubt or again, doubt)

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        collect, _ = _subject(uow, effect)
        if collect is None:
            return Dropped("no_such_collect")
        if isinstance(outcome, CollectSeen):
            news = self.payments.apply(uow, collect.reference, outcome, now, "poll")
            self._opened(uow, effect, now)
            self._hurry_close(uow, collect, now)
            return Done(news)
        if isinstance(outcome, _NotThere):
            return self._not_there(uow, effect, collect, now)
        if not isinstance(outcome, GatewayError):
            return Later(f"unexpected answer {outcome!r}")
        return self._failed(uow, effect, collect, outcome, now)

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """Nothing to note: the collect says itself where it stands."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        collect, _ = _subject(uow, effect)
        if collect is not None and collect.state in _IN_DOUBT:
            self.payments.event(uow, collect, Event.OUTCOME_UNKNOWN, now)
        return Later("stopped while asking", 0)

    def _opened(self, uow: UnitOfWork, effect: Effect, now: int) -> None:
        collect, sale = _subject(uow, effect)
        if collect is None or sale is None or collect.state is not CollectState.OPEN:
            return
        self.outgoing.collect_opened(uow, sale, collect, now)

    def _not_there(self, uow: UnitOfWork, effect: Effect, collect: Collect, now: int) -> Recorded:
        sure = collect.kind is CollectKind.LINK or effect.last_error == _NOT_FOUND
        if not sure:
            return Later(_NOT_FOUND, _SECOND_LOOK_S)
        self.payments.event(uow, collect, Event.NOT_FOUND, now)
        return Later(_IN_VAIN, 0)

    def _hurry_close(self, uow: UnitOfWork, asked: Collect, now: int) -> None:
        """Closing it was asked for while it was being made, and found nothing: now it is there."""
        row = uow.outbox.find(effects.close_at(asked.gateway), asked.reference)
        if row is not None and row.state is OutboxState.QUEUED:
            uow.outbox.retry(row.effect_id, now, row.last_error or "")

    def _failed(
        self, uow: UnitOfWork, effect: Effect, collect: Collect, error: GatewayError, now: int
    ) -> Recorded:
        noted = replace(collect, last_error=error.kind.value)
        timed_out = error.kind is GatewayErrorKind.TIMEOUT
        if error.outcome_unknown or (timed_out and collect.state is CollectState.UNKNOWN):
            doubt = Event.TIMED_OUT if timed_out else Event.OUTCOME_UNKNOWN
            self.payments.event(uow, noted, doubt, now)
            # Asking again at once would not tell more, and the account is shared.
            return Later(error.text or error.kind.value, max(2.0, backoff(effect.attempts)))
        if error.kind in _REFUSALS:
            self.payments.event(uow, noted, Event.REFUSED, now, error.text or error.kind.value)
            if error.kind is GatewayErrorKind.DUPLICATE:
                # Two counters with one identity, a copied disk: whoever runs the shop must know.
                detail = f"taken {collect.reference}"
                open_entry(uow, collect.order_id, "reference_taken", collect.amount, now, detail)
            news = self.payments.after(uow, collect.order_id, now)
            if error.kind is GatewayErrorKind.FEATURE_OFF and collect.kind is CollectKind.QR:
                self._link_instead(uow, collect, now)
            return Done(news)
        uow.collects.save(noted)
        return Later(error.text or error.kind.value, error.retry_after)

    def _link_instead(self, uow: UnitOfWork, refused: Collect, now: int) -> None:
        """The account has no QR codes: who stands at the counter scans a link's. Not where the
        bill has moved on, or the QR (as it was before) was to be closed for something else."""
        sale = uow.sales.get(refused.order_id)
        if sale is None or sale.state is not SaleState.AWAITING or refused.gateway == OWN_UPI:
            return
        if refused.state in _IN_DOUBT:
            self.payments.switching.opener.open(uow, sale, CollectKind.LINK, now)


@dataclass(frozen=True, slots=True)
class CloseCollect:
    """``collect.close``: ask to take no more money; payment wins over close."""

    gateways: Gateways
    intents: Intents
    payments: Payments
    target: str = "gateway"

    def prepare(self, uow: UnitOfWork, effect: Effect, now: int) -> Call | Dropped:
        collect, sale = _subject(uow, effect)
        if collect is None or sale is None or collect.state is not CollectState.CLOSING:
            return Dropped("collect_moved_on")
        gateway = self.gateways.named(collect.gateway)
        return _Close(gateway, collect, self.intents.of(sale, collect))

    def record(self, uow: UnitOfWork, effect: Effect, outcome: object, now: int) -> Recorded:
        collect, _ = _subject(uow, effect)
        if collect is None:
            return Dropped("no_such_collect")
        if outcome is None and effect.last_error != _NOT_FOUND:
            # A create that is still on its way would be overlooked: look again when it is over.
            return Later(_NOT_FOUND, _NEXT_LOOK_S)
        if outcome is None or _gone(outcome) or _never_shown(collect, outcome, now):
            # The gateway never had it or has it no more: nothing can be paid there.
            self.payments.event(uow, collect, Event.NOT_FOUND, now)
            return Done(self.payments.after(uow, collect.order_id, now))
        if isinstance(outcome, CollectSeen):
            news = self.payments.apply(uow, collect.reference, outcome, now, "poll")
            if news is None and outcome.status in _NOT_CLOSED and _closing(uow, effect):
                return Later("not closed", _NEXT_LOOK_S)
            return Done(news)
        uow.collects.save(replace(watch_after(collect, now), last_error=_word(outcome)))
        return Later(_word(outcome), _REFUSED_LOOK_S if _refused(outcome) else None)

    def dropped(self, uow: UnitOfWork, effect: Effect, reason: str, now: int) -> None:
        """Nothing to note: the collect says itself where it stands."""

    def recover(self, uow: UnitOfWork, effect: Effect, now: int) -> Recorded:
        return Later("stopped while closing", 0)


def _closing(uow: UnitOfWork, effect: Effect) -> bool:
    collect, _ = _subject(uow, effect)
    return collect is not None and collect.state is CollectState.CLOSING


def _gone(outcome: object) -> bool:
    return isinstance(outcome, GatewayError) and outcome.kind is GatewayErrorKind.NOT_FOUND


def _refused(outcome: object) -> bool:
    kinds = (GatewayErrorKind.VALIDATION, GatewayErrorKind.DUPLICATE)
    return isinstance(outcome, GatewayError) and outcome.kind in kinds


def _never_shown(collect: Collect, outcome: object, now: int) -> bool:
    """A look that refuses what it finds (its address leads elsewhere): nobody was ever shown it,
    and by now it has ended by itself."""
    over = now - collect.created_at > _LONGEST_LIFE_MS
    return _refused(outcome) and over and collect.gateway_id is None


def _word(outcome: object) -> str:
    return outcome.code if isinstance(outcome, RaseedError) else repr(outcome)


def _subject(uow: UnitOfWork, effect: Effect) -> tuple[Collect | None, Sale | None]:
    collect = uow.collects.get(effect.subject)
    return collect, uow.sales.get(collect.order_id) if collect else None
