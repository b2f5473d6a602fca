"""Tables. Keys begin with the tenant, as a larger database would want them partitioned."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
# Milliseconds need 64 bits, which is what SQLite's INTEGER has and PostgreSQL's has not.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, null: bool = False, key: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=null, primary_key=key)


def _int(
    name: str, *, null: bool = False, key: bool = False, default: str | None = None
) -> "Column[int]":
    return Column(
        name,
        _NUMBER,
        nullable=null,
        primary_key=key,
        autoincrement=False,
        server_default=text(default) if default is not None else None,
    )


def _added(name: str) -> "Column[str]":
    """A text that older rows have not: "" there."""
    return Column(name, Text, nullable=False, server_default="")


def _blob(name: str, *, null: bool = False) -> "Column[bytes]":
    return Column(name, LargeBinary, nullable=null)


meta = Table("meta", metadata, _text("name", key=True), _blob("value"), sqlite_strict=True)

tenants = Table(
    "tenants",
    metadata,
    _text("tenant", key=True),
    _text("name"),
    _int("practice"),
    _text("hook_key_hash"),
    _blob("callback_secret"),
    _blob("callback_previous", null=True),
    _int("feed_seq"),
    _int("created_at"),
    _int("callback_until", null=True),  # how long callback_previous counts
    UniqueConstraint("hook_key_hash"),
    CheckConstraint("practice IN (0, 1)"),
    sqlite_strict=True,
)

gateways = Table(
    "gateways",
    metadata,
    _text("tenant", key=True),
    _text("gateway", key=True),
    _text("account", null=True),
    _blob("secret"),
    _blob("previous", null=True),
    _int("previous_until", null=True),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    sqlite_strict=True,
)

pay_hosts = Table(
    "pay_hosts",
    metadata,
    _text("tenant", key=True),
    _text("host", key=True),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    sqlite_strict=True,
)

codes = Table(
    "codes",
    metadata,
    _text("lookup", key=True),
    _text("tenant"),
    _text("proof_hash"),
    _text("label"),
    _int("expires_at"),
    _int("tries_left"),
    _int("uses_left"),
    _int("made_at", default="0"),
    _int("manager", default="0"),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    CheckConstraint("tries_left >= 0 AND uses_left >= 0"),
    sqlite_strict=True,
)

devices = Table(
    "devices",
    metadata,
    _text("tenant", key=True),
    _text("device", key=True),
    _text("label"),
    _text("public_key"),
    _text("token_hash"),
    _int("epoch"),
    _int("enrolled_at"),
    _int("seen_at"),
    _int("revoked_at", null=True),
    _added("sealing_key"),
    _added("voucher"),
    _int("manager", default="0"),
    UniqueConstraint("token_hash"),
    UniqueConstraint("tenant", "public_key"),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    sqlite_strict=True,
)

epochs = Table(
    "epochs",
    metadata,
    _text("tenant", key=True),
    _text("device", key=True),
    _int("epoch", key=True),
    _text("series"),
    _int("base_seq"),
    _int("last_seq"),
    _text("head"),
    _int("fork_seq", null=True),
    _int("fork_at", null=True),
    # A series is given once: GST numbers must not repeat within a shop.
    UniqueConstraint("tenant", "series"),
    ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
    sqlite_strict=True,
)

events = Table(
    "events",
    metadata,
    _text("tenant", key=True),
    _text("device", key=True),
    _int("epoch", key=True),
    _int("seq", key=True),
    _text("kind"),
    _int("at"),
    _text("prev_hash"),
    _text("hash"),
    _blob("sealed"),
    _int("received_at"),
    _text("fault", null=True),
    ForeignKeyConstraint(
        ["tenant", "device", "epoch"], ["epochs.tenant", "epochs.device", "epochs.epoch"]
    ),
    sqlite_strict=True,
)

marks = Table(
    "marks",
    metadata,
    _text("tenant", key=True),
    _text("series", key=True),
    _text("fy", key=True),
    _text("device"),
    _int("highest"),
    _int("at"),
    ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
    sqlite_strict=True,
)

versions = Table(
    "versions",
    metadata,
    _text("tenant", key=True),
    _text("name", key=True),
    _int("version"),
    _blob("sealed"),
    _text("device"),
    _int("at"),
    ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
    sqlite_strict=True,
)

credentials = Table(
    "credentials",
    metadata,
    _text("tenant", key=True),
    _text("name", key=True),
    _int("version"),
    _text("device"),
    _int("at"),
    ForeignKeyConstraint(["tenant", "device"], ["devices.tenant", "devices.device"]),
    sqlite_strict=True,
)

# ``target`` is a device, or the look-up half of a code that nobody has used yet.
parcels = Table(
    "parcels",
    metadata,
    _text("tenant", key=True),
    _text("target", key=True),
    _text("name", key=True),
    _int("version"),
    _blob("sealed"),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    sqlite_strict=True,
)

pages = Table(
    "pages",
    metadata,
    _text("page_id", key=True),
    _text("tenant"),
    _int("revision"),
    _int("created_at"),
    _int("revoked_at", null=True),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    sqlite_strict=True,
)

revisions = Table(
    "revisions",
    metadata,
    _text("page_id", key=True),
    _int("revision", key=True),
    _text("content_hash"),
    _text("pdf_hash", null=True),
    _int("stored_at"),
    _int("lost_at", null=True),  # since when a file of it is known to be gone
    ForeignKeyConstraint(["page_id"], ["pages.page_id"]),
    sqlite_strict=True,
)

pictures = Table(
    "pictures",
    metadata,
    _text("page_id", key=True),
    _text("tenant"),
    _text("content_hash"),
    _int("created_at"),
    _int("closed_at", null=True),
    _int("lost_at", null=True),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    sqlite_strict=True,
)

feed = Table(
    "feed",
    metadata,
    _text("tenant", key=True),
    _int("seq", key=True),
    _text("dedupe"),
    _int("at"),
    _text("body"),
    UniqueConstraint("tenant", "dedupe"),
    ForeignKeyConstraint(["tenant"], ["tenants.tenant"]),
    sqlite_strict=True,
)

Index("feed_at", feed.c.at)
Index("marks_device", marks.c.tenant, marks.c.device)
Index("pictures_closed", pictures.c.closed_at)
