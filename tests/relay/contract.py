"""Every database, place for sealed bytes and bus that the relay can run on.

A new adapter adds its maker to one of these lists, and every ``test_contract`` runs against it.
"""

from collections.abc import Callable
from pathlib import Path

from pos_relay.bus.local import LocalBus
from pos_relay.ports import Blobs, Bus, Rows
from pos_relay.settings import Settings
from pos_relay.store.files import SealedFolder
from pos_relay.store.opened import open_rows


def _sqlite(place: Path) -> Rows:
    return open_rows(Settings(data=place, database_url=f"sqlite:///{place / 'rows.db'}"))


def _folder(place: Path) -> Blobs:
    return SealedFolder(place / "sealed")


ROWS: dict[str, Callable[[Path], Rows]] = {"sqlite": _sqlite}
BLOBS: dict[str, Callable[[Path], Blobs]] = {"folder": _folder}
BUSES: dict[str, Callable[[], Bus]] = {"local": LocalBus}
