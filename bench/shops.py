"""A practice shop that was opened before: its folder, its settings, its goods."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

from pos_desktop.bootstrap.practice import Endpoints, practice_options
from pos_desktop.bootstrap.window import DATABASE
from pos_desktop.domain.options import CounterOptions
from pos_desktop.settings.paths import folders
from pos_desktop.settings.store import OptionsFile

# The discard port: nobody answers there, and at once.
_NOBODY = "http://127.0.0.1:9"
_ADDRESSES = ("razorpay", "exotel", "control", "relay")
_NAMES = (
    "enrolment_code", "key_id", "key_secret", "exotel_sid", "exotel_key", "exotel_token",
    "dlt_entity_id",
)  # fmt: skip


def make_shop(home: Path, database: Path) -> Path:
    """The folder ``home`` with a copy of ``database`` as its books and with settings as after the
    first start; returns it. Its servers do not answer."""
    home.mkdir(parents=True)
    file = write_endpoints(home)
    places = folders(home / "counter")
    places.make()
    counter = CounterOptions(
        label="Counter 2", number=2, series="P2A", tenant="t1", device="d1", cashier="Asha"
    )
    options = replace(practice_options(places, Endpoints.read(file)), counter=counter)
    OptionsFile(places.options).save(options)
    shutil.copyfile(database, places.data / DATABASE)
    return home


def write_endpoints(home: Path) -> Path:
    """The launcher's file in ``home``, with servers that do not answer; its path."""
    file = home / "practice.json"
    ends = {**dict.fromkeys(_ADDRESSES, _NOBODY), **dict.fromkeys(_NAMES, "practice")}
    file.write_text(json.dumps(ends), encoding="utf-8")
    return file
