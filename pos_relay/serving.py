"""Running the web server: the bound socket, the announcement, and the end with the parent."""

import contextlib
import ipaddress
import json
import logging
import os
import socket
import sys
import threading
import time
from asyncio import Protocol
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Literal

import uvicorn

from pos_relay.alone import serving_alone
from pos_relay.app import create_app
from pos_relay.errors import SetupError
from pos_relay.node import Node, open_node
from pos_relay.settings import Settings

_SYNCHRONIZE = 0x0010_0000
_TIMEOUT = 0x102
_PATIENCE_S = 8.0


@dataclass(frozen=True, slots=True)
class Bind:
    """Where to listen, and whom to follow. ``port`` 0 takes a free one.

    ``trusted``: addresses or networks of the proxies whose ``X-Forwarded-For`` is believed.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    parent: int | None = None
    announce: bool = False
    trusted: tuple[str, ...] = ()


class _Server(uvicorn.Server):
    """uvicorn that tells when it is ready, and lets open streams end before it waits for them."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stopping: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


def serve(settings: Settings, bind: Bind) -> int:
    """Serve until told to stop; the exit code. Raises SetupError before the first request."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    trusted = proxies(bind.trusted)
    with ExitStack() as closing_last:
        listening = _listen(bind)
        closing_last.callback(listening.close)
        host, port = listening.getsockname()[:2]
        base_url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        # A launcher that died leaves a relay which takes some seconds to end after it.
        patience = 0.0 if bind.parent is None else _PATIENCE_S
        closing_last.enter_context(serving_alone(settings.data, patience))
        _warn(settings, bind, base_url)
        node = open_node(settings)
        closing_last.callback(node.store.close)

        def ready() -> None:
            sys.stderr.write(f"raseed-relay: listening on {base_url}\n")
            if bind.announce:
                addresses = {"base_url": base_url, "public_url": settings.public_url or base_url}
                sys.stdout.write(json.dumps(addresses) + "\n")
                sys.stdout.flush()

        server = make_server(node, ready, trusted)
        if bind.parent is not None:
            _follow(bind.parent, server)
        # Ctrl-C is how a person ends it; uvicorn has ended in order when it raises this again.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])  # on the quicker loop, where there is one
        return 0 if server.started else 1


def proxies(given: tuple[str, ...]) -> tuple[str, ...]:
    """Checked addresses and networks of proxies; SetupError for names and for everybody."""
    for text in given:
        try:
            network = ipaddress.ip_network(text)
        except ValueError as error:
            raise SetupError(f"--trusted-proxy {text}: an address or network is meant") from error
        if network.prefixlen == 0:
            raise SetupError(f"--trusted-proxy {text} would believe everybody")
    return given


def _warn(settings: Settings, bind: Bind, base_url: str) -> None:
    """Say what would go wrong only later, and quietly."""
    if not settings.public_url and not _loopback(bind.host):
        # Customers cannot open a link that begins with an address of this machine's own network.
        text = f"without --public-url the links of customers begin with {base_url}"
        sys.stderr.write(f"raseed-relay: {text}; give the https address that they can reach\n")
    if settings.public_url.startswith("https://") and not bind.trusted:
        # We speak no TLS, so somebody in front does, and all customers have that one's address.
        text = "without --trusted-proxy all customers behind the proxy count as one"
        sys.stderr.write(f"raseed-relay: {text}; give the proxy's address\n")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def make_server(
    node: Node, ready: Callable[[], None], trusted: tuple[str, ...] = ()
) -> uvicorn.Server:
    """The web server of a node, ready to be run on sockets of the caller.

    Forwarding headers count only from ``trusted`` (see ``proxies``).
    """
    config = uvicorn.Config(
        create_app(node),
        access_log=False,  # an access log would hold the tokens of the links
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=3,
        ws="none",
        http=_parser(),
        proxy_headers=bool(trusted),
        forwarded_allow_ips=list(trusted),
    )
    return _Server(config, ready, node.bus.stop)


def _parser() -> type[Protocol] | Literal["auto"]:
    """The quick parser with a cap; Windows has only the slow one, which has its own."""
    if sys.platform == "win32":
        return "auto"
    from pos_relay.heads import CappedProtocol

    return CappedProtocol


def _listen(bind: Bind) -> socket.socket:
    family = socket.AF_INET6 if ":" in bind.host else socket.AF_INET
    # Named, because the server sends at once (TCP_NODELAY) only where it sees that it is TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # on Windows this option would let two servers share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((bind.host, bind.port))
    except OSError as error:
        listening.close()
        raise SetupError(f"cannot listen on {bind.host}:{bind.port}: {error.strerror}") from error
    return listening


def _follow(parent: int, server: uvicorn.Server) -> None:
    """End when the process that started us is gone: a child must not outlive its launcher."""

    def watch() -> None:
        _wait_for_end(parent)
        server.should_exit = True

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _wait_for_end(parent: int) -> None:
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        process = kernel.OpenProcess(_SYNCHRONIZE, False, parent)
        while process and kernel.WaitForSingleObject(process, 1000) == _TIMEOUT:
            pass
        return
    child = os.getppid() == parent
    while (os.getppid() == parent) if child else _alive(parent):
        time.sleep(0.5)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
