"""``raseed-relay``: serve, and the operator's commands on the same data folder while it serves."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pos_relay.errors import SetupError
from pos_relay.gateways import CASHFREE, FORMS, RAZORPAY
from pos_relay.node import now_ms
from pos_relay.settings import Settings, from_environment
from pos_relay.store import devices, notices, tenants
from pos_relay.store.devices import Terms
from pos_relay.store.opened import Store, open_store
from pos_relay.store.repair import damaged

_ABOUT = "Serves a chain's counters and customers; the operator's commands work while it serves."
_MINUTE = 60_000
_LONGEST_NAME = 80
_SHORTEST_SECRET = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code (0 done, 2 refused with a sentence on stderr)."""
    options = _parser().parse_args(arguments)
    settings = from_environment(options.data, getattr(options, "public_url", ""))
    if options.database:
        settings = replace(settings, database_url=options.database)
    command: Callable[[argparse.Namespace, Settings], int] = options.command
    try:
        return command(options, settings)
    except SetupError as error:
        print(f"raseed-relay: {error}", file=sys.stderr)
        return 2


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    from pos_relay.serving import Bind, serve

    trusted = tuple(options.trusted_proxy)
    bind = Bind(options.host, options.port, options.parent, options.announce, trusted)
    return serve(replace(settings, metrics_local=options.metrics_local), bind)


def _migrate(_options: argparse.Namespace, settings: Settings) -> int:
    with _store(settings) as store:
        _show({"schema": store.database.version()})
    return 0


def _check(_options: argparse.Namespace, settings: Settings) -> int:
    with _store(settings) as store:
        found = 0
        for one in damaged(store.database, store.folder):
            _show(one)
            found += 1
        _show({"faults": found})
    return 1 if found else 0


def _tenant_add(options: argparse.Namespace, settings: Settings) -> int:
    name = str(options.name).strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise SetupError(f"a shop's name has 1 to {_LONGEST_NAME} printable characters")
    wanted = [RAZORPAY] * options.razorpay_secret_stdin + [CASHFREE] * options.cashfree_secret_stdin
    secrets = [(gateway, _stdin_secret()) for gateway in wanted]
    now = now_ms()
    with _store(settings) as store, store.database.write() as sql:
        fresh = tenants.add(sql, store.box, name, practice=options.practice, now=now)
        tenants.allow_hosts(sql, fresh.tenant, tuple(options.pay_host))
        for gateway, secret in secrets:
            tenants.set_gateway_secret(sql, store.box, fresh.tenant, secret, now, gateway)
    _show(
        {
            "tenant": fresh.tenant,
            "name": name,
            "practice": options.practice,
            "tenant_key": fresh.hook_key,
            "hook_path": f"/hook/{RAZORPAY}/{fresh.hook_key}",
            "hook_paths": {name: f"/hook/{name}/{fresh.hook_key}" for name in FORMS},
            "callback_secret": fresh.callback_secret,
            "callback_paths": tenants.callback_paths(fresh.tenant, fresh.callback_secret),
            "return_path": f"/p/{fresh.tenant}/return",
        }
    )
    return 0


def _tenant_secret(options: argparse.Namespace, settings: Settings) -> int:
    secrets = [(gateway, _stdin_secret()) for gateway in options.gateway or [RAZORPAY]]
    with _store(settings) as store, store.database.write() as sql:
        _known(tenants.get(sql, options.tenant))
        for gateway, secret in secrets:
            tenants.set_gateway_secret(sql, store.box, options.tenant, secret, now_ms(), gateway)
        if options.razorpay_account:
            tenants.set_gateway_account(sql, options.tenant, options.razorpay_account)
    _show({"tenant": options.tenant, "previous_secret_hours": 24})
    return 0


def _tenant_callback(options: argparse.Namespace, settings: Settings) -> int:
    with _store(settings) as store, store.database.write() as sql:
        _known(tenants.get(sql, options.tenant))
        fresh = notices.rotate_callback(sql, store.box, options.tenant, now_ms()) or ""
    _show(
        {
            "tenant": options.tenant,
            "callback_secret": fresh,
            "callback_paths": tenants.callback_paths(options.tenant, fresh),
            "previous_secret_hours": 24,
        }
    )
    return 0


def _tenant_list(_options: argparse.Namespace, settings: Settings) -> int:
    with _store(settings) as store, store.database.read() as sql:
        for shop in tenants.listed(sql):
            _show({"tenant": shop.tenant, "name": shop.name, "practice": shop.practice})
    return 0


def _enrol(options: argparse.Namespace, settings: Settings) -> int:
    now = now_ms()
    expires_at = now + options.minutes * _MINUTE
    with _store(settings) as store, store.database.write() as sql:
        _known(tenants.get(sql, options.tenant))
        terms = Terms(expires_at, now, options.uses, options.manager)
        code = devices.make_code(sql, options.tenant, options.label, terms)
    _show({"code": code, "tenant": options.tenant, "expires_at": expires_at})
    return 0


def _counters(_options: argparse.Namespace, settings: Settings) -> int:
    with _store(settings) as store, store.database.read() as sql:
        for counter in devices.listed(sql):
            _show(counter)
    return 0


def _revoke(options: argparse.Namespace, settings: Settings) -> int:
    with _store(settings) as store, store.database.write() as sql:
        revoked = devices.revoke(sql, options.device, now_ms())
    _show({"device": options.device, "revoked": revoked})
    return 0 if revoked else 1


def _manager(options: argparse.Namespace, settings: Settings) -> int:
    with _store(settings) as store, store.database.write() as sql:
        done = devices.make_manager(sql, options.device)
    _show({"device": options.device, "manager": done})
    return 0 if done else 1


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()


def _known(shop: tenants.Tenant | None) -> None:
    if shop is None:
        raise SetupError("there is no such shop; see: raseed-relay tenant list")


def _stdin_secret() -> bytes:
    """A webhook secret from stdin, never from argv, which other users of the machine can read."""
    secret = sys.stdin.readline().rstrip("\r\n")
    if len(secret) < _SHORTEST_SECRET:
        raise SetupError(
            f"the webhook secret on stdin has fewer than {_SHORTEST_SECRET} characters"
        )
    return secret.encode()


def _show(answer: dict[str, object]) -> None:
    print(json.dumps(answer, ensure_ascii=False), flush=True)


def _minutes(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 10_080:
        raise argparse.ArgumentTypeError("1 minute to 7 days")
    return value


def _uses(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError("1 to 1000 counters")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="raseed-relay", description=_ABOUT)
    commands = parser.add_subparsers(required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace, Settings], int], text: str
    ) -> argparse.ArgumentParser:
        return _command(commands.add_parser(name, help=text), run)

    serve = command("serve", _serve, "serve counters and customers")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8080, help="0 takes a free port")
    serve.add_argument("--public-url", default="", help="what customers' links begin with")
    text = "believe X-Forwarded-For of this address or network; nobody's unless told"
    serve.add_argument("--trusted-proxy", action="append", default=[], metavar="ADDRESS", help=text)
    text = "/metrics for programs of this machine; else it takes the operator's token"
    serve.add_argument("--metrics-local", action="store_true", help=text)
    serve.add_argument("--parent", type=int, help="end when this process is gone")
    serve.add_argument("--announce", action="store_true", help="print one JSON line when ready")
    command("migrate", _migrate, "bring the database up to this version")
    command("check", _check, "read every stored page and tell which cannot be opened any more")
    command("counters", _counters, "list the counters")
    command("revoke", _revoke, "end a counter's session").add_argument("device")
    enrol = command("enrol", _enrol, "make a one-time enrolment code")
    enrol.add_argument("tenant")
    enrol.add_argument("--label", default="")
    enrol.add_argument("--minutes", type=_minutes, default=15)
    enrol.add_argument("--uses", type=_uses, default=1)
    text = "its counters may ask for the whole store, as the shop's first one may"
    enrol.add_argument("--manager", action="store_true", help=text)
    text = "let a counter ask for the whole store: keys, codes, everybody's ledgers"
    command("manager", _manager, text).add_argument("device")
    _tenant_commands(commands.add_parser("tenant", help="shops").add_subparsers(required=True))
    return parser


def _tenant_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    add = _command(commands.add_parser("add", help="add a shop"), _tenant_add)
    add.add_argument("name")
    add.add_argument("--practice", action="store_true", help="series begin with P; loopback pages")
    add.add_argument("--razorpay-secret-stdin", action="store_true")
    add.add_argument("--cashfree-secret-stdin", action="store_true", help="after Razorpay's line")
    add.add_argument("--pay-host", action="append", default=[], help="host of a Pay button")
    _command(commands.add_parser("list", help="list the shops"), _tenant_list)
    text = "a new secret in the addresses for Exotel; the old one counts for 24 hours more"
    _command(commands.add_parser("callback", help=text), _tenant_callback).add_argument("tenant")
    text = (
        "set or rotate a gateway's webhook secret (read from stdin); Cashfree signs with its "
        "client secret, which can move money: it is kept encrypted, and polling works without it"
    )
    secret = _command(commands.add_parser("secret", help=text), _tenant_secret)
    secret.add_argument("tenant")
    names = "razorpay unless told; one line of stdin for each that is named"
    secret.add_argument("--gateway", choices=sorted(FORMS), action="append", help=names)
    secret.add_argument("--razorpay-account", default="", help="demand this account_id")


def _command(
    parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace, Settings], int]
) -> argparse.ArgumentParser:
    parser.set_defaults(command=run)
    parser.add_argument("--data", type=Path, default=Path("relay-data"), help="data folder")
    parser.add_argument("--database", default="", help="sqlite:///FILE; else relay.db in --data")
    return parser
