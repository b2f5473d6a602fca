"""What runs behind a counter by itself: the outbox, what watches, and their order in the loop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pos_desktop import assets
from pos_desktop.bootstrap.machine import Machine
from pos_desktop.bootstrap.paper import paper_actions
from pos_desktop.bootstrap.peers import CallbackSecrets, Peers, registry
from pos_desktop.bootstrap.trying import reader_of, trying_of
from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.documents.logo import shop_logo
from pos_desktop.domain.options import Channel, Options
from pos_desktop.domain.payment import OWN_UPI
from pos_desktop.domain.quiet import quiet_hours
from pos_desktop.host.engine import Step, Works
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.ports import Store, UnitOfWork
from pos_desktop.relay_client.sealer import TokenSealer
from pos_desktop.services import effects
from pos_desktop.services.capturing import CapturePayment
from pos_desktop.services.collecting import CloseCollect, CreateCollect, Intents
from pos_desktop.services.consent import Refusals, Stops
from pos_desktop.services.contact import RevokePage
from pos_desktop.services.health import Health
from pos_desktop.services.hints import Hints
from pos_desktop.services.issuing import Issuer
from pos_desktop.services.links import Links
from pos_desktop.services.messages import Outgoing, RefundNotes, SendMessage
from pos_desktop.services.offers import Offers
from pos_desktop.services.opening import Opener
from pos_desktop.services.outbox import Action, Outbox
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.payments import Payments
from pos_desktop.services.publishing import ClosePicture, Press, PublishPage, PublishPicture
from pos_desktop.services.refund_book import RefundBook
from pos_desktop.services.refund_watch import Asking, RefundWatch
from pos_desktop.services.refunding import AskRefund
from pos_desktop.services.reported import Reports, reported
from pos_desktop.services.sms_polls import SmsPolls
from pos_desktop.services.solving import Solving
from pos_desktop.services.standing import GATEWAY, MESSAGES, Standing
from pos_desktop.services.sweep import Sweep
from pos_desktop.services.switching import Switching
from pos_desktop.services.traffic import Traffic
from pos_desktop.services.trying import Trying
from pos_desktop.services.vigil import Vigil
from pos_desktop.services.watcher import Watcher, Watching
from pos_desktop.wire.store import StoreState


@dataclass(frozen=True, slots=True)
class Core:
    """What moves money, shared by the window's side and the loop's."""

    store: Store
    options: Options
    machine: Machine
    peers: Peers
    switching: Switching
    payments: Payments
    outgoing: Outgoing
    traffic: Traffic
    standing: Standing
    trying: Trying
    callbacks: CallbackSecrets

    @property
    def refund_book(self) -> RefundBook:
        """Where refunds are kept; the customer is told of what is done."""
        notes = RefundNotes(self.switching.opener.posting, self.outgoing)
        return RefundBook(self.machine.ids, notes)

    def renew(self, told: StoreState) -> dict[str, int]:
        """The present secret of Exotel's reports, as the relay tells it, and the keys of the shop's
        accounts; the versions of these. Net lane."""
        self.callbacks.renewed(self.peers.renew, told.callback_secret)
        return self.peers.keys.fetch(told)

    @property
    def refusals(self) -> Refusals:
        """Who wants no messages."""
        return self.switching.opener.refusals

    @property
    def asking(self) -> Asking:
        """What looks after money by itself works with."""
        machine = self.machine
        gateways, listener = self.peers.gateways, machine.listener
        return Asking(self.store, machine.lanes, machine.clock, gateways, self.traffic, listener)

    def silent(self, uow: UnitOfWork) -> bool:
        """Whether messages are off for the owner's reasons."""
        return self.standing.is_off(uow, name=MESSAGES)


def core_of(
    store: Store,
    options: Options,
    machine: Machine,
    peers: Peers,
    channel: Callable[[], Channel],
) -> Core:
    """Wire what moves money."""
    callbacks = CallbackSecrets(machine.secrets)
    refusals = Refusals(callbacks)
    issuer = Issuer(options, machine.ids, refusals)
    composer = TemplateComposer(registry(machine.templates), options)
    gateway = peers.gateways.primary
    offers = Offers(gateway.name, gateway.capabilities)
    switching = Switching(issuer, Opener(options, machine.ids, offers.now, refusals))
    standing = Standing(
        primary=gateway.name,
        store=store,
        lanes=machine.lanes,
        clock=machine.clock,
        listener=machine.listener,
        offers=offers,
        pings={GATEWAY: gateway.ping, MESSAGES: peers.messenger.ping},
    )
    return Core(
        store=store,
        options=options,
        machine=machine,
        peers=peers,
        switching=switching,
        payments=Payments(issuer, switching),
        outgoing=Outgoing(composer, Links(options), machine.ids),
        traffic=Traffic(machine.ids.jitter, machine.meter.made),
        standing=standing,
        trying=trying_of(options, machine, peers, channel),
        callbacks=callbacks,
    )


def works_of(core: Core, relayed: Sequence[Step], sweep: Sweep, health: Health) -> Works:
    """What the engine drives, in this order; ``relayed`` is what talks to the relay by itself."""
    machine, store = core.machine, core.store
    clock, lanes, bell = machine.clock, machine.lanes, machine.listener
    outbox = Outbox(store, lanes, clock, machine.ids, _actions(core), bell)
    outbox.held = core.standing.held
    watcher = _watcher(core)
    polls = SmsPolls(store, lanes, clock, core.peers.messenger, core.standing, bell)
    steps = (
        outbox.step,
        watcher.step,
        polls.step,
        RefundWatch(core.asking, core.refund_book).step,
        sweep.step,
        Vigil(store, core.traffic, bell, core.peers.gateways).step,
        Solving(store, bell).step,
        *relayed,
        health.step,
    )
    return Works(
        store=store,
        lanes=lanes,
        clock=clock,
        outbox=outbox,
        watcher=watcher,
        steps=steps,
        relay=core.peers.relay,
        hints=Hints(
            store,
            clock,
            watcher,
            core.standing,
            bell,
            reader_of(core.trying),
            Stops(core.refusals, machine.ids),
        ),
        on_failure=machine.on_failure,
        jitter=machine.ids.jitter,
    )


def _watcher(core: Core) -> Watcher:
    machine = core.machine
    return Watcher(
        Watching(
            store=core.store,
            lanes=machine.lanes,
            clock=machine.clock,
            ids=machine.ids,
            gateways=core.peers.gateways,
            payments=core.payments,
            listener=machine.listener,
            traffic=core.traffic,
            standing=core.standing,
        )
    )


def _actions(core: Core) -> dict[str, Action]:
    gateways, relay, payments = core.peers.gateways, core.peers.relay, core.payments
    press = Press(relay, RaseedRenderer(assets.path("fonts")), TokenSealer())
    writer = PageWriter(core.options, shop_logo(core.options.shop.logo))
    intents, outgoing = Intents(core.options), core.outgoing
    create = CreateCollect(gateways, intents, payments, outgoing)
    close = CloseCollect(gateways, intents, payments)
    actions: dict[str, Action] = {
        effects.COLLECT_CREATE: create,
        effects.COLLECT_CLOSE: close,
        effects.OWN_QR_CREATE: replace(create, target=OWN_UPI),
        effects.OWN_QR_CLOSE: replace(close, target=OWN_UPI),
        effects.PAYMENT_CAPTURE: CapturePayment(gateways, payments),
        effects.REFUND_ASK: AskRefund(gateways, core.refund_book),
        effects.PAGE_PUBLISH: PublishPage(press, writer, outgoing),
        effects.PICTURE_PUBLISH: PublishPicture(press, outgoing),
        effects.PICTURE_CLOSE: ClosePicture(relay),
        effects.PAGE_REVOKE: RevokePage(relay),
        effects.MESSAGE_SEND: SendMessage(
            core.peers.messenger,
            refusals=core.refusals,
            quiet=quiet_hours(core.options.messages_quiet),
        ),
    }
    actions |= paper_actions(core.options, core.machine.receipts)
    return reported(actions, Reports(core.traffic, core.standing))
