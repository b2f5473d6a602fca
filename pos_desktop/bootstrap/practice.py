"""The practice shop: its options come from the demo folder and from what the launcher started."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from pos_desktop import assets
from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import (
    Channel,
    CounterOptions,
    ExotelOptions,
    GatewayOptions,
    Options,
    OwnUpiOptions,
    RelayOptions,
    Shop,
)
from pos_desktop.settings.paths import Folders
from pos_desktop.settings.store import OptionsFile

_LABEL = "Counter 2"
_CASHFREE = "cashfree"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a story or a switch asks for in place of what was kept."""

    channel: Channel | None = None
    theme: str | None = None
    own_upi: OwnUpiOptions | None = None
    gateway: str | None = None


AS_KEPT = Wanted()


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the launcher wrote into ``practice.json``."""

    razorpay: str
    exotel: str
    control: str
    relay: str
    enrolment_code: str
    key_id: str
    key_secret: str
    exotel_sid: str
    exotel_key: str
    exotel_token: str
    dlt_entity_id: str
    cashfree: str = ""
    cashfree_id: str = ""
    cashfree_secret: str = ""

    @classmethod
    def read(cls, file: Path) -> "Endpoints":
        """Raises InputError where the file is missing or is not what the launcher writes."""
        try:
            return msgspec.convert(json.loads(file.read_text(encoding="utf-8")), cls)
        except (OSError, ValueError, msgspec.ValidationError) as error:
            text = f"{file.name} is not a practice file: {error}"
            raise InputError("practice_file", text, file=file.name) from error


def practice_options(folders: Folders, ends: Endpoints, wanted: Wanted = AS_KEPT) -> Options:
    """This start's options of the practice shop, without asking anybody: the window needs them
    before anything slow is loaded. ``enrolled`` completes them.

    Raises InputError in the folder of a real shop, whose settings and books practice would spoil.
    """
    loaded = OptionsFile(folders.options).load()
    if loaded.source == "default" and loaded.problem is not None:
        raise loaded.problem  # whose settings these were cannot be told
    kept = loaded.options
    if loaded.source != "default" and not kept.practice:
        text = "This folder belongs to a real shop; practice needs one of its own (--data)."
        raise InputError("real_folder", text, folder=str(folders.data))
    counter = kept.counter
    if not counter.series:
        counter = CounterOptions(label=_LABEL, number=2, cashier="Asha", manager=True)
    return replace(
        kept,
        shop=_demo_shop(),
        counter=counter,
        channel=wanted.channel or kept.channel,
        theme=wanted.theme or kept.theme,
        own_upi=wanted.own_upi or kept.own_upi,
        # It is tried, shown and played at any hour.
        messages_quiet="",
        relay=RelayOptions(base_url=ends.relay),
        gateway=_gateway(wanted.gateway or kept.gateway.name, ends),
        practice=True,
    )


def enrolled(folders: Folders, ends: Endpoints, options: Options) -> Options:
    """The options with this counter's identity; the first start asks the relay for it.

    Raises Unavailable where the relay does not answer at the first start.
    """
    from pos_desktop.settings.secrets import PracticeSecrets

    secrets = PracticeSecrets(folders.practice_secrets)
    by_cashfree = options.gateway.name == _CASHFREE
    secrets.put("gateway.key_secret", ends.cashfree_secret if by_cashfree else ends.key_secret)
    secrets.put("exotel.api_token", ends.exotel_token)
    reports = options.exotel.callback_url
    if not options.counter.series:
        from pos_desktop.bootstrap.enrol import join

        options = join(options, ends.enrolment_code, options.counter.label, secrets)
        reports = options.exotel.callback_url
    options = replace(options, exotel=_exotel(ends, reports))
    OptionsFile(folders.options).save(options)
    return options


def _gateway(name: str, ends: Endpoints) -> GatewayOptions:
    """The practice gateway that the settings name; Razorpay for any other word."""
    if name == _CASHFREE:
        return GatewayOptions(name=name, base_url=ends.cashfree, key_id=ends.cashfree_id)
    return GatewayOptions(base_url=ends.razorpay, key_id=ends.key_id)


def _exotel(ends: Endpoints, reports: str) -> ExotelOptions:
    return ExotelOptions(
        base_url=ends.exotel,
        account_sid=ends.exotel_sid,
        api_key=ends.exotel_key,
        sms_from="RASEED",
        dlt_entity_id=ends.dlt_entity_id,
        whatsapp_from="+918047100000",
        callback_url=reports,
    )


def _demo_shop() -> Shop:
    raw: Mapping[str, object] = json.loads(assets.path("demo/shop.json").read_bytes())
    shop = msgspec.convert(raw, Shop)
    return replace(shop, logo=str(assets.path(shop.logo)))
