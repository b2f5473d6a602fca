"""The opened store: database, folder of sealed files and the key of the secrets, together."""

from dataclasses import dataclass

from pos_relay.sealing import SecretBox, load_key
from pos_relay.settings import Settings
from pos_relay.store import tenants
from pos_relay.store.engine import Database
from pos_relay.store.files import SealedFolder


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that lasts. ``close`` when done."""

    database: Database
    folder: SealedFolder
    box: SecretBox

    def close(self) -> None:
        """Close all connections."""
        self.database.close()


def open_store(settings: Settings) -> Store:
    """Open (or make) the data folder, bring its schema up, and check the key.

    Raises SetupError rather than running with a key that cannot open the stored secrets.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.database)
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
    return Store(database, SealedFolder(settings.folder), box)
