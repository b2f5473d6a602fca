"""The schema's history: what brings a database of an older relay up to this one.

A new database is made from ``tables`` at once; a test holds that both ways end at the same schema.
A step is written down as it was released and never changed afterwards.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

from pos_relay.errors import SetupError
from pos_relay.store.tables import metadata

STEPS: Mapping[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE revisions ADD COLUMN lost_at INTEGER",
        "ALTER TABLE pictures ADD COLUMN lost_at INTEGER",
    ),
    3: ("ALTER TABLE tenants ADD COLUMN callback_until INTEGER",),
    4: (
        "CREATE TABLE marks (tenant TEXT NOT NULL, series TEXT NOT NULL, fy TEXT NOT NULL, "
        "device TEXT NOT NULL, highest INTEGER NOT NULL, at INTEGER NOT NULL, "
        "PRIMARY KEY (tenant, series, fy), "
        "FOREIGN KEY (tenant, device) REFERENCES devices (tenant, device)) STRICT",
        "CREATE INDEX marks_device ON marks (tenant, device)",
    ),
    5: (
        "ALTER TABLE devices ADD COLUMN sealing_key TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE devices ADD COLUMN voucher TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE devices ADD COLUMN manager INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE codes ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE codes ADD COLUMN manager INTEGER NOT NULL DEFAULT 0",
        "UPDATE devices SET manager = 1 WHERE device = (SELECT d.device FROM devices d "
        "WHERE d.tenant = devices.tenant AND d.revoked_at IS NULL "
        "ORDER BY d.enrolled_at, d.device LIMIT 1)",
        "CREATE TABLE versions (tenant TEXT NOT NULL, name TEXT NOT NULL, "
        "version INTEGER NOT NULL, sealed BLOB NOT NULL, device TEXT NOT NULL, "
        "at INTEGER NOT NULL, PRIMARY KEY (tenant, name), "
        "FOREIGN KEY (tenant, device) REFERENCES devices (tenant, device)) STRICT",
        "CREATE TABLE credentials (tenant TEXT NOT NULL, name TEXT NOT NULL, "
        "version INTEGER NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL, "
        "PRIMARY KEY (tenant, name), "
        "FOREIGN KEY (tenant, device) REFERENCES devices (tenant, device)) STRICT",
        "CREATE TABLE parcels (tenant TEXT NOT NULL, target TEXT NOT NULL, name TEXT NOT NULL, "
        "version INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (tenant, target, name), "
        "FOREIGN KEY (tenant) REFERENCES tenants (tenant)) STRICT",
    ),
}
"""By the version to which they lead."""
NEWEST = max(STEPS, default=1)


def bring_up(connection: Connection, version: int) -> None:
    """Change a database of ``version`` (0: an empty one) to the newest. SetupError if it is newer.

    Runs inside the caller's transaction.
    """
    if version > NEWEST:
        raise SetupError(f"the database has schema {version}, this relay knows {NEWEST}")
    if version == 0:
        metadata.create_all(connection)
        return
    for step in range(version + 1, NEWEST + 1):
        for statement in STEPS[step]:
            connection.exec_driver_sql(statement)
