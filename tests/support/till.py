"""A till in one thread: the real services and storage wired to the played peers of ``rig``."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from pos_desktop.domain.cart import Cart
from pos_desktop.domain.delivery import DeliverySeen, Message, MessageState, Purpose
from pos_desktop.domain.options import Options
from pos_desktop.domain.payment import OWN_UPI, Collect
from pos_desktop.domain.quiet import quiet_hours
from pos_desktop.domain.sale import Channel, Consent, Item, Sale
from pos_desktop.ports import (
    Capabilities,
    Clock,
    Flag,
    Gateway,
    Gateways,
    Ids,
    Lanes,
    Messenger,
    Relay,
    Renderer,
    Sealer,
    Store,
)
from pos_desktop.services import effects
from pos_desktop.services.capturing import CapturePayment
from pos_desktop.services.checkout import Checkout
from pos_desktop.services.collecting import CloseCollect, CreateCollect, Intents
from pos_desktop.services.consent import Consents, Refusals, Stops
from pos_desktop.services.contact import Contacts, RevokePage
from pos_desktop.services.desk import Desk
from pos_desktop.services.fence import Numbering
from pos_desktop.services.hints import Hints
from pos_desktop.services.issuing import Issuer
from pos_desktop.services.links import Links
from pos_desktop.services.messages import Outgoing, RefundNotes, SendMessage
from pos_desktop.services.offers import Offers
from pos_desktop.services.opening import Opener
from pos_desktop.services.order import Order
from pos_desktop.services.outbox import Action, Outbox
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.payments import Payments
from pos_desktop.services.publishing import ClosePicture, Press, PublishPage, PublishPicture
from pos_desktop.services.reported import Reports, reported
from pos_desktop.services.sms_polls import SmsPolls
from pos_desktop.services.standing import GATEWAY, MESSAGES, Standing
from pos_desktop.services.switching import Switching
from pos_desktop.services.syncing import Syncing
from pos_desktop.services.traffic import Traffic
from pos_desktop.services.views import WaitingBill
from pos_desktop.services.vigil import Vigil
from pos_desktop.services.watcher import Watcher, Watching
from pos_desktop.storage.store import SqliteStore
from pos_desktop.wire import v1
from tests.support.rig import (
    CountedIds,
    FixedClock,
    Heard,
    PlainComposer,
    PlainRenderer,
    PlainSealer,
    PlayedGateway,
    PlayedMessenger,
    PlayedOwnUpi,
    PlayedRelay,
    QueuedLanes,
    ShakyStore,
    options,
)

PHONE = "+919876543210"
MILK = Item(1, "8901234000011", "Milk", 7200, mrp=7400, gst_rate=50_000, hsn="0401")
OIL = Item(2, "8901234000028", "Oil", 16500, mrp=16800, gst_rate=50_000, hsn="1507")


class Wired:
    """The services of one counter on whatever machine and peers its attributes name."""

    store: Store
    lanes: Lanes
    clock: Clock
    ids: Ids
    options: Options
    heard: Heard
    callback_secrets: Sequence[str] = ()
    gateway: Gateway
    formers: Mapping[str, Gateway] = MappingProxyType({})
    own_upi: Gateway
    messenger: Messenger
    relay: Relay
    renderer: Renderer
    sealer: Sealer

    def connect(self) -> None:
        """Wire everything as ``bootstrap`` does."""
        self.heard = Heard()
        self.refusals = Refusals(lambda: self.callback_secrets)
        issuer = Issuer(self.options, self.ids, self.refusals)
        self.gateways = Gateways(self.gateway, self.formers, self.own_upi)
        opener = Opener(self.options, self.ids, self._offers.now, self.refusals)
        self.switching = Switching(issuer, opener)
        self.payments = Payments(issuer, self.switching)
        links = Links(self.options)
        outgoing = Outgoing(PlainComposer(), links, self.ids)
        self.refund_notes = RefundNotes(opener.posting, outgoing)
        writer = PageWriter(self.options)
        intents = Intents(self.options)
        create = CreateCollect(self.gateways, intents, self.payments, outgoing)
        close = CloseCollect(self.gateways, intents, self.payments)
        actions: dict[str, Action] = {
            effects.COLLECT_CREATE: create,
            effects.COLLECT_CLOSE: close,
            effects.OWN_QR_CREATE: replace(create, target=OWN_UPI),
            effects.OWN_QR_CLOSE: replace(close, target=OWN_UPI),
            effects.PAYMENT_CAPTURE: CapturePayment(self.gateways, self.payments),
            **self._for_customers(writer, outgoing),
        }
        self._watch(actions)
        store, clock = self.store, self.clock
        numbering = Numbering(store.fence, self.options.counter.series)
        with store.read() as uow:
            numbering.restore(uow)
        self.syncing = Syncing(
            store, self.lanes, clock, self.ids, self.relay, self.heard, numbering
        )
        silent = partial(self.standing.is_off, name=MESSAGES)
        self.checkout = Checkout(store, clock, self.heard, self.switching, outgoing, silent)
        self.desk = Desk(store, clock, writer, self.syncing, self.standing)
        self.contacts = Contacts(store, clock, self.switching, self.heard)
        self.consents = Consents(store, clock, self.ids, self.refusals, self.heard)

    def _for_customers(self, writer: PageWriter, outgoing: Outgoing) -> dict[str, Action]:
        press = Press(self.relay, self.renderer, self.sealer)
        quiet = quiet_hours(self.options.messages_quiet)
        return {
            effects.PAGE_PUBLISH: PublishPage(press, writer, outgoing),
            effects.PICTURE_PUBLISH: PublishPicture(press, outgoing),
            effects.PICTURE_CLOSE: ClosePicture(self.relay),
            effects.PAGE_REVOKE: RevokePage(self.relay),
            effects.MESSAGE_SEND: SendMessage(self.messenger, refusals=self.refusals, quiet=quiet),
        }

    @property
    def _offers(self) -> Offers:
        return Offers(self.gateway.name, self._capabilities)

    def _capabilities(self) -> Capabilities:
        """What settings and account allow, as every adapter tells it."""
        can = self.gateway.capabilities()
        return replace(can, qr=can.qr and self.options.gateway.qr_enabled)

    def _watch(self, actions: Mapping[str, Action]) -> None:
        """What asks and sends by itself."""
        store, lanes, clock, heard = self.store, self.lanes, self.clock, self.heard
        self.traffic = Traffic(self.ids.jitter)
        pings = {GATEWAY: self.gateway.ping, MESSAGES: self.messenger.ping}
        name, offers = self.gateway.name, self._offers
        self.standing = Standing(name, store, lanes, clock, heard, offers, pings)
        self.actions = reported(actions, Reports(self.traffic, self.standing))
        self.outbox = Outbox(store, lanes, clock, self.ids, self.actions, heard)
        self.outbox.held = self.standing.held
        self.watcher = Watcher(
            Watching(
                store=store,
                lanes=lanes,
                clock=clock,
                ids=self.ids,
                gateways=self.gateways,
                payments=self.payments,
                listener=heard,
                traffic=self.traffic,
                standing=self.standing,
            )
        )
        self.polls = SmsPolls(store, lanes, clock, self.messenger, self.standing, heard)
        stops = Stops(self.refusals, self.ids)
        self.hints = Hints(store, clock, self.watcher, self.standing, heard, read_delivery, stops)
        self.vigil = Vigil(store, self.traffic, heard, self.gateways)

    def order(self, phone: str | None = PHONE, items: Sequence[Item] = (MILK, OIL)) -> Order:
        cart = Cart()
        for item in items:
            cart.add(item)
        consent = Consent("bill", "Asha", self.clock.now(), "1") if phone else None
        return Order(cart.priced(self.options.shop), phone, consent, "Asha")

    def sale(self, order_id: str) -> Sale:
        with self.store.read() as uow:
            found = uow.sales.get(order_id)
        assert found is not None
        return found

    def collect(self, order_id: str, attempt: int = 1) -> Collect:
        with self.store.read() as uow:
            found = uow.collects.get(f"{order_id}-{attempt}")
        assert found is not None
        return found

    def message(self, order_id: str, purpose: Purpose) -> Message:
        with self.store.read() as uow:
            found = [m for m in uow.messages.of(order_id) if m.purpose is purpose]
        assert len(found) == 1
        return found[0]

    def bill_message(self, order_id: str) -> str:
        """The state of the receipt, by its word."""
        return self.message(order_id, Purpose.RECEIPT).state.value

    def flags(self) -> Sequence[Flag]:
        with self.store.read() as uow:
            return uow.flags.open()

    def bill(self, order_id: str) -> WaitingBill:
        return next(b for b in self.desk.state().waiting if b.order_id == order_id)


class Services(Wired):
    """The services of one counter on any machine, with played peers."""

    gateway: PlayedGateway
    own_upi: PlayedOwnUpi
    messenger: PlayedMessenger
    relay: PlayedRelay
    renderer: PlainRenderer
    sealer: PlainSealer

    def meet(self) -> None:
        """Fresh peers, heard by nobody yet."""
        self.gateway = PlayedGateway()
        self.own_upi = PlayedOwnUpi()
        self.messenger = PlayedMessenger()
        self.relay = PlayedRelay()
        self.renderer = PlainRenderer()
        self.sealer = PlainSealer()


class Till(Services):
    """Everything of one counter; ``settle_down`` runs until nothing is left to do now."""

    store: ShakyStore
    lanes: QueuedLanes
    clock: FixedClock

    def __init__(
        self, folder: Path, channel: Channel = Channel.WHATSAPP_LINK, setup: Options | None = None
    ) -> None:
        self.path = folder / "counter.db"
        self.options = setup or options(channel)
        self.errors: list[Exception] = []
        self.clock = FixedClock()
        self.ids = CountedIds()
        self.meet()
        self.start()

    def start(self) -> None:
        """Open the database as a new process would."""
        self.lanes = QueuedLanes(self.errors)
        self.store = ShakyStore(SqliteStore(self.path).open())
        self.connect()

    def restart(self) -> None:
        """The process died: what was in memory is gone, the file is not."""
        self.store.close()
        self.start()
        self.outbox.recover()
        self.watcher.resume()

    def told(self) -> list[str]:
        """What the lanes' reporter was told since the last time; every test has to ask."""
        words = [str(error) for error in self.errors]
        self.errors.clear()
        return words

    def tick(self) -> None:
        """One turn of the engine's loop, with everything that it starts."""
        now = self.clock.now()
        self.outbox.step(now)
        self.watcher.step(now)
        self.syncing.step(now)
        self.polls.step(now)
        self.vigil.step(now)
        self.lanes.drain()

    def settle_down(self, turns: int = 12) -> None:
        """Turn the loop while the clock stands still."""
        for _ in range(turns):
            self.tick()

    def run(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass, turning the loop all the while."""
        for _ in range(int(seconds / step)):
            self.clock.pass_seconds(step)
            self.tick()


def read_delivery(event: v1.FeedEvent) -> DeliverySeen | None:
    """The state is the status word itself; an unknown word is nobody's."""
    if event.status not in set(MessageState):
        return None
    state = MessageState(event.status)
    return DeliverySeen(event.sid or None, event.label or None, state, event.code, event.event)
