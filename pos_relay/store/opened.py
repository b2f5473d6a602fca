"""The opened store: database, folder of sealed files and the key of the secrets, together."""

from dataclasses import dataclass

from pos_desktop.wire import seal
from pos_relay.errors import Lost
from pos_relay.ports import Blobs, Rows, Views
from pos_relay.sealing import SecretBox, load_key
from pos_relay.settings import Settings
from pos_relay.store import tenants
from pos_relay.store.files import SealedFolder
from pos_relay.store.views import LocalViews


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that lasts. ``close`` when done."""

    database: Rows
    folder: Blobs
    box: SecretBox
    views: Views

    def unsealed(self, token: str, kind: str, revision: int, content_hash: str) -> bytes:
        """What the link's token opens. Lost where the bytes are gone or not what was stored."""
        page_id = seal.page_id(token)
        sealed = self.folder.get(page_id, content_hash)
        try:
            return seal.open_sealed(token, kind, revision, sealed)
        except seal.SealError as error:
            raise Lost("damaged", page_id) from error

    def close(self) -> None:
        """Close all connections."""
        self.views.close()
        self.database.close()


def open_store(settings: Settings) -> Store:
    """Open (or make) the data folder, bring its schema up, and check the key.

    Raises SetupError rather than running with a key that cannot open the stored secrets.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_rows(settings)
    try:
        database.migrate()
        with database.read() as connection:
            fresh = not tenants.has_key_check(connection)
        box = SecretBox(load_key(settings.key, settings.key_file, may_create=fresh))
        with database.write() as connection:
            tenants.ensure_key(connection, box)
    except BaseException:
        database.close()
        raise
    return Store(database, SealedFolder(settings.folder), box, LocalViews(settings.database))


def open_rows(settings: Settings) -> Rows:
    """The database that the settings name. SetupError where there is no adapter for it."""
    file = settings.database
    # Loaded here: a relay on another database needs no SQLite.
    from pos_relay.store.engine import Database

    return Database(file)
