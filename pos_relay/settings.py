"""What the relay is told at start; nothing else of the environment is read later."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pos_relay.errors import SetupError

KEY_VARIABLE = "RASEED_RELAY_KEY"
OPERATOR_VARIABLE = "RASEED_RELAY_OPERATOR_TOKEN"
DATABASE_VARIABLE = "RASEED_RELAY_DATABASE"
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds; the defaults are those of design relay 1 and 2."""

    sync_body: int = 1_400_000  # 1 MB of sealed bytes as base64url, and the envelope
    sync_events: int = 200
    event_sealed: int = 65_536
    page_content: int = 262_144
    page_pdf: int = 2_097_152
    picture: int = 524_288
    hook_body: int = 262_144
    callback_body: int = 65_536
    small_body: int = 16_384
    store_version: int = 2_097_152  # a sealed catalogue
    parcel: int = 8_192  # a wrapped credential
    credential_body: int = 1_400_000
    long_poll: float = 25.0
    heartbeat: float = 2.5  # a counter takes two that are missing for a cut
    feed_page: int = 200
    misses_per_minute: int = 30
    hits_per_minute: int = 300
    enrols_per_minute: int = 60  # by one address
    enrol_misses_per_minute: int = 10
    wrong_secrets_per_minute: int = 60  # by one address: sessions, signatures, callback secrets
    device_calls_per_minute: int = 3000
    hooks_per_minute: int = 3000  # of one gateway for one shop
    callbacks_per_minute: int = 3000  # under one secret


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Settings:
    """One relay. ``public_url`` is what customers see (https behind a proxy); ``database_url``
    where the rows are, "" for ``relay.db`` in the data folder. ``metrics_local``: /metrics needs no
    token from this machine."""

    data: Path
    public_url: str = ""
    key: str | None = None
    operator_token: str | None = None
    limits: Limits = LIMITS
    database_url: str = ""
    metrics_local: bool = False

    @property
    def database(self) -> Path:
        """The SQLite file. SetupError where ``database_url`` names anything else."""
        return _sqlite_file(self.database_url) if self.database_url else self.data / "relay.db"

    @property
    def folder(self) -> Path:
        """The folder of sealed files."""
        return self.data / "sealed"

    @property
    def key_file(self) -> Path:
        """The key of the stored secrets, where the environment gives none."""
        return self.data / "relay.key"


def from_environment(
    data: Path, public_url: str = "", environ: Mapping[str, str] | None = None
) -> Settings:
    """Settings of this process; ``environ`` is the real one unless a test gives another."""
    env = os.environ if environ is None else environ
    return Settings(
        data=data,
        public_url=public_url.rstrip("/"),
        key=env.get(KEY_VARIABLE) or None,
        operator_token=env.get(OPERATOR_VARIABLE) or None,
        database_url=env.get(DATABASE_VARIABLE, ""),
    )


def _sqlite_file(url: str) -> Path:
    """``sqlite:///relay.db`` is relative to the working folder, ``sqlite:////srv/relay.db`` is not.

    Says no more of a refused address than its first word: it may hold a password.
    """
    name = url.removeprefix(_SQLITE)
    if not url.startswith(_SQLITE):
        kind = url.partition(":")[0]
        raise SetupError(
            f"a database of kind {kind!r} cannot be used: this relay keeps its rows in SQLite only "
            "(sqlite:///folder/relay.db)"
        )
    if not name or name.startswith(":memory:") or set("?#\0") & set(name):
        raise SetupError("the database needs the path of a file: sqlite:///folder/relay.db")
    return Path(name)
