"""A counter without its window: storage, adapters and services, wired once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pos_desktop import assets
from pos_desktop.documents.invoice_pdf import RaseedRenderer
from pos_desktop.domain.options import ExotelOptions, Options
from pos_desktop.domain.payment import OWN_UPI
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.host.engine import Engine, Works
from pos_desktop.messaging.exotel import ExotelMessenger
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.messaging.states import delivery_from_feed
from pos_desktop.messaging.templates import TemplateComposer
from pos_desktop.net.http import HttpClient, Limits
from pos_desktop.ports import (
    Clock,
    Gateways,
    Ids,
    Lanes,
    Messenger,
    Relay,
    SecretStore,
)
from pos_desktop.relay_client.client import RelayClient
from pos_desktop.relay_client.sealer import TokenSealer
from pos_desktop.services import effects
from pos_desktop.services.capturing import CapturePayment
from pos_desktop.services.checkout import Checkout
from pos_desktop.services.collecting import CloseCollect, CreateCollect, Intents
from pos_desktop.services.desk import Desk
from pos_desktop.services.drafts import Drafts
from pos_desktop.services.health import GentleProbe, Health
from pos_desktop.services.hints import Hints
from pos_desktop.services.issuing import Issuer
from pos_desktop.services.links import Links
from pos_desktop.services.messages import Outgoing, SendMessage
from pos_desktop.services.opening import Opener
from pos_desktop.services.outbox import Action, Listener, Outbox
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.payments import Payments
from pos_desktop.services.publishing import ClosePicture, Press, PublishPage, PublishPicture
from pos_desktop.services.reported import Reports, reported
from pos_desktop.services.sms_polls import SmsPolls
from pos_desktop.services.standing import GATEWAY, MESSAGES, Standing
from pos_desktop.services.switching import Switching
from pos_desktop.services.syncing import Syncing
from pos_desktop.services.traffic import Traffic
from pos_desktop.services.views import Lamp
from pos_desktop.services.watcher import Watcher, Watching
from pos_desktop.storage.catalogue import SqliteCatalogue
from pos_desktop.storage.importer import ProductImport
from pos_desktop.storage.store import SqliteStore

CALLBACK_NAME = "exotel.callback_secret"
"""Name in the key store; stands for ``{secret}`` in ``exotel.callback_url``."""

# Probes give up sooner than calls that matter: a lamp must tell within ten seconds.
_PROBE_TIMEOUTS = (2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Machine:
    """What a counter runs on: clocks, identities, lanes, keys, and who is told about changes."""

    clock: Clock
    ids: Ids
    lanes: Lanes
    secrets: SecretStore
    listener: Listener
    on_lamps: Callable[[tuple[Lamp, ...]], None]
    on_failure: Callable[[Exception], None]
    printer: Callable[[], None]
    templates: Path | None = None


@dataclass(frozen=True, slots=True)
class Peers:
    """The outside, once for work and once for the lamps (shorter time-outs, own connections)."""

    gateways: Gateways
    messenger: Messenger
    relay: Relay


@dataclass(frozen=True, slots=True)
class Counter:
    """What the window and the commands use."""

    store: SqliteStore
    catalogue: SqliteCatalogue
    checkout: Checkout
    desk: Desk
    drafts: Drafts
    engine: Engine
    health: Health
    standing: Standing

    def close(self) -> None:
        """Close the database; the loop must have been stopped and the db lane drained."""
        # The readers first: whoever is last folds and removes the -wal.
        self.catalogue.close()
        self.store.close()


def build_counter(path: Path, options: Options, machine: Machine) -> Counter:
    """Open the database at ``path`` and wire everything; nothing runs until ``engine.start``.

    Raises StoreError where the database is not fit for use, InputError for settings that are not,
    Unavailable without a key store.
    """
    store = SqliteStore(path).open()
    try:
        return _wired(store, options, machine)
    except BaseException:
        # Else a second try would find the folder taken by this very process.
        store.close()
        raise


def _wired(store: SqliteStore, options: Options, machine: Machine) -> Counter:
    clock, ids, lanes, bell = machine.clock, machine.ids, machine.lanes, machine.listener
    peers = _peers(options, machine, (5.0, 20.0))
    syncing = Syncing(store, lanes, clock, ids, peers.relay, bell)
    health = _health(options, machine)
    core = _core(store, options, machine, peers)
    works = _works(store, options, machine, peers, core, (syncing.step, health.step))
    silent = partial(core.reports.standing.is_off, name=MESSAGES)
    return Counter(
        store=store,
        catalogue=SqliteCatalogue(store.path),
        checkout=Checkout(store, clock, bell, core.switching, core.outgoing, silent),
        desk=Desk(store, clock, PageWriter(options), syncing, core.reports.standing),
        drafts=Drafts(store),
        engine=Engine(works),
        health=health,
        standing=core.reports.standing,
    )


@dataclass(frozen=True, slots=True)
class _Core:
    """What moves money, shared by the window's side and the loop's."""

    switching: Switching
    payments: Payments
    outgoing: Outgoing
    reports: Reports


def _core(store: SqliteStore, options: Options, machine: Machine, peers: Peers) -> _Core:
    issuer = Issuer(options, machine.ids)
    switching = Switching(issuer, Opener(options, machine.ids))
    composer = TemplateComposer(registry(machine.templates), options)
    outgoing = Outgoing(composer, Links(options), machine.ids)
    gateway = peers.gateways.primary
    standing = Standing(
        primary=gateway.name,
        store=store,
        lanes=machine.lanes,
        clock=machine.clock,
        listener=machine.listener,
        pings={GATEWAY: gateway.ping, MESSAGES: peers.messenger.ping},
    )
    reports = Reports(Traffic(machine.ids.jitter), standing)
    return _Core(switching, Payments(issuer, switching), outgoing, reports)


def _works(
    store: SqliteStore,
    options: Options,
    machine: Machine,
    peers: Peers,
    core: _Core,
    steps: Sequence[Callable[[int], int | None]],
) -> Works:
    """What the engine drives: outbox, watcher, SMS polls, and the given ``steps`` after them."""
    clock, ids, lanes, bell = machine.clock, machine.ids, machine.lanes, machine.listener
    standing = core.reports.standing
    outbox = Outbox(store, lanes, clock, ids, _actions(options, peers, core), bell)
    outbox.held = standing.held
    watching = Watching(
        store=store,
        lanes=lanes,
        clock=clock,
        ids=ids,
        gateways=peers.gateways,
        payments=core.payments,
        listener=bell,
        traffic=core.reports.traffic,
        standing=standing,
    )
    watcher = Watcher(watching)
    polls = SmsPolls(store, lanes, clock, peers.messenger, standing, bell)
    return Works(
        store=store,
        lanes=lanes,
        clock=clock,
        outbox=outbox,
        watcher=watcher,
        steps=(outbox.step, watcher.step, polls.step, *steps),
        relay=peers.relay,
        hints=Hints(store, clock, watcher, standing, bell, delivery_from_feed),
        on_failure=machine.on_failure,
    )


def _peers(options: Options, machine: Machine, timeouts: tuple[float, float]) -> Peers:
    exotel = exotel_with_secret(options, machine.secrets)
    key_secret = machine.secrets.get("gateway.key_secret") or ""
    token = machine.secrets.get("exotel.api_token") or ""
    return Peers(
        gateways=_gateways(options, machine, key_secret, timeouts),
        messenger=ExotelMessenger(
            HttpClient(exotel.base_url, (exotel.api_key, token), timeouts),
            exotel,
            registry(machine.templates),
            options.channel,
        ),
        relay=relay_client(options, machine.secrets, timeouts),
    )


def _gateways(
    options: Options, machine: Machine, key_secret: str, timeouts: tuple[float, float]
) -> Gateways:
    # A page of the account's list is a hundred payments, each with whatever others wrote into it.
    limits = Limits(max_bytes=2 * 1024 * 1024)
    key = (options.gateway.key_id, key_secret)
    primary = RazorpayGateway(
        HttpClient(options.gateway.base_url, key, timeouts, limits=limits),
        options.gateway,
        machine.clock,
    )
    return Gateways(primary)


def exotel_with_secret(options: Options, secrets: SecretStore) -> ExotelOptions:
    """Exotel's options with the callback's secret put in."""
    reports = options.exotel.callback_url
    if "{secret}" in reports:
        reports = reports.replace("{secret}", secrets.get(CALLBACK_NAME) or "")
    return replace(options.exotel, callback_url=reports)


def relay_client(
    options: Options, secrets: SecretStore, timeouts: tuple[float, float] = (5.0, 20.0)
) -> RelayClient:
    """The relay of this counter, enrolled or about to be."""
    return RelayClient(
        HttpClient(options.relay.base_url, timeouts=timeouts, limits=Limits(total=120)), secrets
    )


def registry(own: Path | None) -> TemplateRegistry:
    """The tenant's own message templates where there are any, else the shipped ones.

    Raises InputError that names what is wrong in the file.
    """
    file = own if own is not None and own.exists() else assets.path("templates/messages.json")
    return TemplateRegistry.load(file.read_bytes())


def _actions(options: Options, peers: Peers, core: _Core) -> dict[str, Action]:
    press = Press(peers.relay, RaseedRenderer(assets.path("fonts")), TokenSealer())
    intents, outgoing, payments = Intents(options), core.outgoing, core.payments
    create = CreateCollect(peers.gateways, intents, payments, outgoing)
    close = CloseCollect(peers.gateways, intents, payments)
    actions: dict[str, Action] = {
        effects.COLLECT_CREATE: create,
        effects.COLLECT_CLOSE: close,
        effects.OWN_QR_CREATE: replace(create, target=OWN_UPI),
        effects.OWN_QR_CLOSE: replace(close, target=OWN_UPI),
        effects.PAYMENT_CAPTURE: CapturePayment(peers.gateways, payments),
        effects.PAGE_PUBLISH: PublishPage(press, PageWriter(options), outgoing),
        effects.PICTURE_PUBLISH: PublishPicture(press, outgoing),
        effects.PICTURE_CLOSE: ClosePicture(peers.relay),
        effects.MESSAGE_SEND: SendMessage(peers.messenger),
    }
    return reported(actions, core.reports)


def _health(options: Options, machine: Machine) -> Health:
    """The lamps, on connections of their own with short time-outs."""
    peers, lines = _peers(options, machine, _PROBE_TIMEOUTS), _PROBE_TIMEOUTS
    gateway = HttpClient(options.gateway.base_url, timeouts=lines).reach
    exotel = HttpClient(options.exotel.base_url, timeouts=lines).reach
    probes: dict[str, Callable[[], None]] = {
        "gateway": GentleProbe(machine.clock, gateway, peers.gateways.primary.ping),
        "messages": GentleProbe(machine.clock, exotel, peers.messenger.ping),
        "relay": peers.relay.ping,
        "printer": machine.printer,
    }
    return Health(machine.lanes, probes, machine.on_lamps)


def stock_if_empty(counter: Counter) -> None:
    """Fill an empty catalogue with the demo goods (practice)."""
    if counter.catalogue.count() == 0:
        goods = assets.path("demo/demo_catalog.csv")
        ProductImport(counter.store).import_file(goods, skip_bad_rows=False)
