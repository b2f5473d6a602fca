"""A till whose relay is a real one on loopback, on a folder as the program keeps it: so that the
folder can be backed up, put back, copied and rejoined with the program's own command."""

import itertools
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

from pos_desktop.bootstrap import rejoin
from pos_desktop.bootstrap.enrol import join
from pos_desktop.bootstrap.peers import relay_client
from pos_desktop.domain.options import RelayOptions
from pos_desktop.relay_client.sealer import TokenSealer
from pos_desktop.services.fence import Numbering
from pos_desktop.services.shop_news import ShopNews
from pos_desktop.settings.paths import Folders, folders
from pos_desktop.settings.secrets import PracticeSecrets
from pos_desktop.settings.store import OptionsFile
from pos_desktop.storage.hosted import pages_named
from pos_desktop.storage.verify import verify_database
from pos_desktop.wire.store import StoreState
from tests.relay.support import Relay, Shop
from tests.support.money_till import MoneyTill
from tests.support.rig import options

DATABASE = "counter.db"
_LIVES = itertools.count(1)


def set_up(folder: Path, relay: Relay, shop: Shop, base_url: str = "") -> Path:
    """A counter's folder, enrolled."""
    places = folders(folder)
    places.make()
    secrets = PracticeSecrets(places.practice_secrets)
    base = replace(options(), relay=RelayOptions(base_url or relay.base_url), practice=True)
    base = replace(base, counter=replace(base.counter, series="", tenant=""))
    OptionsFile(places.options).save(join(base, relay.code(shop), "Counter 2", secrets))
    return folder


def copied(folder: Path, target: Path) -> Path:
    """The folder as a backup or a disk image has it."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    return target


class FencedTill(MoneyTill):
    """Opens the folder as the program would; ``close`` before anything is done to it."""

    def __init__(self, folder: Path) -> None:
        self.places: Folders = folders(folder)
        self.secrets = PracticeSecrets(self.places.practice_secrets)
        self.told_secrets: list[str] = []
        super().__init__(folder, setup=OptionsFile(self.places.options).read())

    def meet(self) -> None:
        super().meet()
        # Each life is later than the one before, and no two machines draw the same identities.
        life = next(_LIVES)
        self.ids.count = life * 10_000
        self.clock.pass_seconds(life * 3600)
        self.sealer = TokenSealer()  # type: ignore[assignment]  # the relay opens what it serves
        client = relay_client(self.options, self.secrets)
        self.relay = client  # type: ignore[assignment]  # the real one in the played one's place

    def connect(self) -> None:
        super().connect()
        numbering = Numbering(self.store.fence, self.options.counter.series)
        found = partial(pages_named, self.path)

        def keep(told: StoreState) -> dict[str, int]:
            self.told_secrets.append(told.callback_secret)
            return {}

        self.news = ShopNews(self.store, self.lanes, self.relay, numbering, self.heard, keep, found)

    def sell(self, bills: int = 1) -> str:
        """Cash sales; the number of the last."""
        number = ""
        for _ in range(bills):
            self.clock.pass_seconds(1)
            sale = self.checkout.cash(self.order(phone=None), 23700)
            number = sale.invoice_number or ""
        return number

    def asked(self) -> None:
        """Let it ask for the news of its shop."""
        self.clock.pass_seconds(3600)
        self.news.step(self.clock.now())
        self.lanes.drain()

    @property
    def trouble(self) -> str:
        return self.desk.state().trouble

    def close(self) -> None:
        self.store.close()


def rejoined(folder: Path, code: str | None, newest: str | None = None) -> int:
    """``raseed rejoin``, and the books are in order afterwards."""
    done = rejoin.rejoin(code, folder, newest)
    found = verify_database(folder / DATABASE)
    assert found.ok, found.problem
    return done
