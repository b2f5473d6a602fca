"""The outside of a counter: gateways, messages, relay, and the lamps that watch them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from pos_desktop import assets
from pos_desktop.bootstrap.machine import Machine
from pos_desktop.domain.options import ExotelOptions, GatewayOptions, Options
from pos_desktop.gateways.manual_upi import OwnUpi
from pos_desktop.gateways.registry import Line, completed, gateway_of
from pos_desktop.messaging.exotel import ExotelMessenger
from pos_desktop.messaging.registry import TemplateRegistry
from pos_desktop.net.http import HttpClient, Limits, basic
from pos_desktop.ports import Gateway, Gateways, Messenger, Relay, SecretStore
from pos_desktop.relay_client.client import RelayClient
from pos_desktop.relay_client.credentials import EXOTEL_TOKEN, GATEWAY_SECRET, SharedKeys
from pos_desktop.services.health import GentleProbe, Health
from pos_desktop.services.traffic import Traffic

CALLBACK_NAME = "exotel.callback_secret"
"""Name in the key store; stands for ``{secret}`` in ``exotel.callback_url``."""
FORMER_CALLBACK_NAME = "exotel.callback_secret.former"
"""The one before it: the relay's feed may still name customers by it."""

_TIMEOUTS = (5.0, 20.0)
# Probes give up sooner than calls that matter: a lamp must tell within ten seconds.
_PROBE_TIMEOUTS = (2.0, 4.0)


@dataclass(frozen=True, slots=True)
class Peers:
    """The outside, once for work and once for the lamps (shorter time-outs, own connections)."""

    gateways: Gateways
    messenger: Messenger
    relay: Relay
    renew: Callable[[str], None]
    """Told the present secret of Exotel's reports: it may have been rotated (net lane)."""
    keys: SharedKeys
    """The keys of the shop's accounts, as the manager's counter hands them on (net lane)."""


def settled(options: Options) -> Options:
    """The options with the addresses that belong to the chosen gateway."""
    return replace(options, gateway=completed(options.gateway))


def peers_of(
    options: Options, machine: Machine, timeouts: tuple[float, float] = _TIMEOUTS
) -> Peers:
    """Adapters on connections of their own. Raises InputError for settings that do not fit."""
    exotel = exotel_with_secret(options, machine.secrets)

    def headers() -> dict[str, str]:
        return {"Authorization": basic(exotel.api_key, secret_now(machine.secrets, EXOTEL_TOKEN))}

    messenger = ExotelMessenger(
        HttpClient(exotel.base_url, None, timeouts, headers=headers),
        exotel,
        registry(machine.templates),
        options.channel,
    )
    line = relay_http(options, timeouts)
    return Peers(
        gateways=_gateways(options, machine, timeouts),
        messenger=messenger,
        relay=RelayClient(line, machine.secrets),
        renew=partial(keep_secret, options, machine.secrets, messenger),
        keys=SharedKeys(line, machine.secrets),
    )


class Renewed(Protocol):
    """Who tells Exotel where to report to."""

    def renew(self, options: ExotelOptions) -> None: ...


def keep_secret(options: Options, secrets: SecretStore, messenger: Renewed, secret: str) -> None:
    """The present secret of Exotel's reports, as the relay tells it: kept and used if it is new."""
    if secret and secret != secrets.get(CALLBACK_NAME):
        keep_callback_secret(secrets, secret)
        messenger.renew(exotel_with_secret(options, secrets))


def _gateways(options: Options, machine: Machine, timeouts: tuple[float, float]) -> Gateways:
    """The shop's gateway, those it had before, and its own UPI address: always, because a QR that
    was drawn while it was switched on has to be closed all the same."""
    primary = _gateway(options.gateway, GATEWAY_SECRET, machine, timeouts)
    former = {
        old.name: _gateway(old, f"gateway.{old.name}.key_secret", machine, timeouts)
        for old in options.former_gateways
    }
    return Gateways(primary, former, OwnUpi(options.own_upi, machine.clock))


def _gateway(
    options: GatewayOptions, secret: str, machine: Machine, timeouts: tuple[float, float]
) -> Gateway:
    line = Line(timeouts, machine.meter)
    return gateway_of(options, partial(secret_now, machine.secrets, secret), machine.clock, line)


def secret_now(secrets: SecretStore, name: str) -> str:
    """A secret as it is now; "" where there is none. Raises Unavailable."""
    return secrets.get(name) or ""


class CallbackSecrets:
    """The shop's callback secrets, the present one first, as they were last read: a key store
    may take its time. Raises Unavailable."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets
        self._known = self._read()

    def __call__(self) -> tuple[str, ...]:
        return self._known

    def renewed(self, keep: Callable[[str], None], secret: str) -> None:
        """``keep`` the present one, then read both anew."""
        keep(secret)
        self._known = self._read()

    def _read(self) -> tuple[str, ...]:
        found = (self._secrets.get(CALLBACK_NAME), self._secrets.get(FORMER_CALLBACK_NAME))
        return tuple(secret for secret in found if secret)


def keep_callback_secret(secrets: SecretStore, new: str) -> None:
    """Keep a new callback secret, and the one that it replaces. Raises Unavailable."""
    present = secrets.get(CALLBACK_NAME)
    if present and present != new:
        secrets.put(FORMER_CALLBACK_NAME, present)
    secrets.put(CALLBACK_NAME, new)


def exotel_with_secret(options: Options, secrets: SecretStore) -> ExotelOptions:
    """Exotel's options with the callback's secret put in."""
    reports = options.exotel.callback_url
    if "{secret}" in reports:
        reports = reports.replace("{secret}", secrets.get(CALLBACK_NAME) or "")
    return replace(options.exotel, callback_url=reports)


def relay_client(
    options: Options, secrets: SecretStore, timeouts: tuple[float, float] = (5.0, 20.0)
) -> RelayClient:
    """The relay of this counter, enrolled or about to be."""
    return RelayClient(relay_http(options, timeouts), secrets)


def relay_http(options: Options, timeouts: tuple[float, float] = (5.0, 20.0)) -> HttpClient:
    """Connections to the relay."""
    return HttpClient(options.relay.base_url, timeouts=timeouts, limits=Limits(total=120))


def registry(own: Path | None) -> TemplateRegistry:
    """The tenant's own message templates where there are any, else the shipped ones.

    Raises InputError that names what is wrong in the file.
    """
    file = own if own is not None and own.exists() else assets.path("templates/messages.json")
    return TemplateRegistry.load(file.read_bytes())


def health_of(options: Options, machine: Machine, traffic: Traffic, relay: Relay) -> Health:
    """The lamps, on connections of their own with short time-outs.

    But for ``relay``, which is the one that works: its own stream is what the lamp tells of.
    """
    peers, lines = peers_of(options, machine, _PROBE_TIMEOUTS), _PROBE_TIMEOUTS
    gateway = HttpClient(options.gateway.base_url, timeouts=lines).reach
    exotel = HttpClient(options.exotel.base_url, timeouts=lines).reach
    primary = peers.gateways.primary
    heard = partial(traffic.heard, primary.name)
    probes: dict[str, Callable[[], None]] = {
        "gateway": GentleProbe(machine.clock, gateway, primary.ping, heard),
        "messages": GentleProbe(machine.clock, exotel, peers.messenger.ping),
        "relay": relay.ping,
        "printer": machine.printer,
    }
    return Health(machine.lanes, probes, machine.on_lamps)
