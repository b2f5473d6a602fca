"""A counter without its window: storage, adapters and services, wired once."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pos_desktop import assets
from pos_desktop.bootstrap.machine import Machine
from pos_desktop.bootstrap.peers import health_of, peers_of, settled
from pos_desktop.bootstrap.works import core_of, works_of
from pos_desktop.domain.options import Options
from pos_desktop.host.engine import Engine
from pos_desktop.services.attaching import Attaching
from pos_desktop.services.channel import Channels
from pos_desktop.services.checkout import Checkout
from pos_desktop.services.consent import Consents
from pos_desktop.services.contact import Contacts
from pos_desktop.services.desk import Desk
from pos_desktop.services.drafts import Drafts
from pos_desktop.services.fence import Numbering
from pos_desktop.services.forgetting import Forgetting
from pos_desktop.services.health import Health
from pos_desktop.services.inbox import Inbox
from pos_desktop.services.pages import PageWriter
from pos_desktop.services.people import People
from pos_desktop.services.printing import Printing
from pos_desktop.services.refunds import Refunds
from pos_desktop.services.shop_news import ShopNews
from pos_desktop.services.standing import Standing
from pos_desktop.services.sweep import Sweep
from pos_desktop.services.syncing import Syncing
from pos_desktop.services.tendering import Tendering
from pos_desktop.services.trying import Trying
from pos_desktop.settings.pins import Argon2Pins
from pos_desktop.storage.catalogue import SqliteCatalogue
from pos_desktop.storage.hosted import pages_named
from pos_desktop.storage.importer import ProductImport
from pos_desktop.storage.store import SqliteStore

__all__ = ["Counter", "Machine", "build_counter", "stock_if_empty"]


@dataclass(frozen=True, slots=True)
class Counter:
    """What the window and the commands use."""

    store: SqliteStore
    catalogue: SqliteCatalogue
    checkout: Checkout
    tendering: Tendering
    people: People
    inbox: Inbox
    refunds: Refunds
    standing: Standing
    trying: Trying
    channels: Channels
    sweep: Sweep
    desk: Desk
    drafts: Drafts
    consents: Consents
    contacts: Contacts
    forgetting: Forgetting
    printing: Printing
    engine: Engine
    health: Health

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
        return _wired(store, settled(options), machine)
    except BaseException:
        # Else a second try would find the folder taken by this very process.
        store.close()
        raise


def _wired(store: SqliteStore, options: Options, machine: Machine) -> Counter:
    clock, ids, bell = machine.clock, machine.ids, machine.listener
    channels = Channels(store, clock, bell, options.channel, machine.keep_channel)
    options = replace(options, channel=channels.begin())
    peers = peers_of(options, machine)
    core = core_of(store, options, machine, peers, channels.now)
    numbering = Numbering(store.fence, options.counter.series)
    with store.read() as uow:
        numbering.restore(uow)
    syncing = Syncing(store, machine.lanes, clock, ids, peers.relay, bell, numbering)
    found = partial(pages_named, store.path)
    news = ShopNews(store, machine.lanes, peers.relay, numbering, bell, core.renew, found)
    health = health_of(options, machine, core.traffic, peers.relay)
    refunds = Refunds(store, clock, peers.gateways, bell)
    sweep = Sweep(core.asking, core.payments, options.counter, forgetful=options.practice)
    return Counter(
        store=store,
        catalogue=SqliteCatalogue(store.path),
        checkout=Checkout(store, clock, bell, core.switching, core.outgoing, core.silent),
        tendering=Tendering(store, clock, bell, core.payments),
        people=People(store, clock, ids, Argon2Pins(machine.secrets)),
        inbox=Inbox(store, clock, bell, refunds, Attaching(core.payments)),
        refunds=refunds,
        standing=core.standing,
        trying=core.trying,
        channels=channels,
        sweep=sweep,
        desk=Desk(store, clock, PageWriter(options), syncing, core.standing),
        drafts=Drafts(store),
        consents=Consents(store, clock, ids, core.refusals, bell),
        contacts=Contacts(store, clock, core.switching, bell),
        forgetting=Forgetting(store, clock, bell, store.scrub),
        printing=Printing(store, clock, bell),
        engine=Engine(works_of(core, (syncing.step, news.step), sweep, health)),
        health=health,
    )


def stock_if_empty(counter: Counter) -> None:
    """Fill an empty catalogue with the demo goods (practice)."""
    if counter.catalogue.count() == 0:
        goods = assets.path("demo/demo_catalog.csv")
        ProductImport(counter.store).import_file(goods, skip_bad_rows=False)
