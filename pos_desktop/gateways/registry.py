"""Which adapter speaks to the gateway that the settings name."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pos_desktop.domain.errors import InputError
from pos_desktop.domain.options import GatewayOptions
from pos_desktop.gateways import cashfree, cashfree_wire, razorpay_wire
from pos_desktop.gateways.cashfree import CashfreeGateway
from pos_desktop.gateways.cashfree_calls import headers_of
from pos_desktop.gateways.razorpay import RazorpayGateway
from pos_desktop.net.http import HttpClient, Limits, basic
from pos_desktop.net.meter import Meter
from pos_desktop.ports import Clock, Gateway

Secret = Callable[[], str]
"""Gives a secret as it is now; called often, so it must not block."""


@dataclass(frozen=True, slots=True)
class Line:
    """How an adapter calls: ``timeouts`` (connect, read) in seconds, and who counts its
    requests."""

    timeouts: tuple[float, float] = (5.0, 20.0)
    meter: Meter = field(default_factory=Meter)


_DEFAULTS = GatewayOptions()
# A page of the account's list is a hundred payments, each with whatever others wrote into it.
_LIMITS = Limits(max_bytes=2 * 1024 * 1024)


def gateway_of(
    options: GatewayOptions, key_secret: str | Secret, clock: Clock, line: Line | None = None
) -> Gateway:
    """The adapter of ``options.name`` on connections of its own.

    ``key_secret`` belongs to ``options.key_id`` (Cashfree: client id and secret); that of a
    function is asked for at each call, so that a new one is used without a restart. Raises
    InputError ``unknown_gateway``, ``gateway_key`` (signs that no key has), those of a bad address.
    """
    make = _MAKERS.get(options.name)
    if make is None:
        known = ", ".join(sorted(_MAKERS))
        text = f"The gateway {options.name!r} is not known; it must be one of {known}."
        raise InputError("unknown_gateway", text, name=options.name, known=known)
    secret = key_secret if callable(key_secret) else lambda: key_secret
    if not all(sign.isascii() and sign.isprintable() for sign in options.key_id + secret()):
        raise InputError("gateway_key", "The gateway's key contains signs that no key has.")
    return make(completed(options), secret, clock, line or Line())


def completed(options: GatewayOptions) -> GatewayOptions:
    """The options with the addresses of their own gateway, where Razorpay's still stand because
    nobody chose any. Messages and lamps need these too."""
    if options.name != cashfree_wire.GATEWAY:
        return options
    chosen = options.base_url != _DEFAULTS.base_url
    listed = options.pay_hosts != _DEFAULTS.pay_hosts
    return replace(
        options,
        base_url=options.base_url if chosen else cashfree.BASE_URL,
        pay_hosts=options.pay_hosts if listed else (cashfree.PAY_HOST,),
    )


def _razorpay(options: GatewayOptions, secret: Secret, clock: Clock, line: Line) -> Gateway:
    def headers() -> dict[str, str]:
        return {"Authorization": basic(options.key_id, secret())}

    http = HttpClient(options.base_url, None, line.timeouts, headers=headers, limits=_LIMITS)
    http.meter = line.meter
    return RazorpayGateway(http, options, clock)


def _cashfree(options: GatewayOptions, secret: Secret, clock: Clock, line: Line) -> Gateway:
    def headers() -> dict[str, str]:
        return headers_of(options.key_id, secret())

    http = HttpClient(options.base_url, None, line.timeouts, headers=headers, limits=_LIMITS)
    http.meter = line.meter
    return CashfreeGateway(http, options, clock)


_MAKERS: dict[str, Callable[[GatewayOptions, Secret, Clock, Line], Gateway]] = {
    razorpay_wire.GATEWAY: _razorpay,
    cashfree_wire.GATEWAY: _cashfree,
}
