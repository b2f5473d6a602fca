"""Runs the practice servers on loopback until a signal or the parent's death."""

import argparse
import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pos_desktop.domain.errors import InputError, Unavailable
from pos_desktop.sandbox.app import practice_app
from pos_desktop.sandbox.front import TRANSPORT
from pos_desktop.sandbox.practice import Practice, open_practice
from pos_desktop.sandbox.shapes import Json, is_loopback

LOOPBACK = "127.0.0.1"
_STOPPING = (signal.SIGINT, signal.SIGTERM)


def serve(
    port: int,
    *,
    announce: Callable[[Json], None],
    host: str = LOOPBACK,
    parent: int | None = None,
) -> None:
    """Serve on ``port`` (0: any free one) until SIGTERM, SIGINT or the end of process ``parent``.

    ``announce`` gets base URLs and keys once requests are answered. Raises InputError for a host
    that is not this machine, Unavailable where the port is taken.
    """
    if not is_loopback(host):
        raise InputError("practice_bind", "practice servers listen on this machine only", host=host)
    listener = _listen(host, port)
    origin = f"http://{_in_url(host)}:{listener.getsockname()[1]}"
    practice = open_practice(origin)
    config = uvicorn.Config(
        practice_app(practice),
        http=_Closable,
        loop="asyncio",
        lifespan="on",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    _Server(config, practice, announce, parent).run(sockets=[listener])


def run_practice(argv: list[str]) -> int:
    """``raseed practice [--port N] [--parent PID]``: one JSON line, then serve. 0, 1, or 2."""
    parser = argparse.ArgumentParser(
        prog="raseed practice", description="Practice gateways and Exotel on this machine."
    )
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--host", default=LOOPBACK, help="a loopback address")
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    asked = parser.parse_args(argv)
    try:
        serve(asked.port, announce=_print_line, host=asked.host, parent=asked.parent)
    except (InputError, Unavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 2 if isinstance(error, InputError) else 1
    return 0


class _Closable(H11Protocol):
    """Lets the application see its connection, so that a fault can close it unanswered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its parent
        super().connection_made(transport)
        self.app_state = {**self.app_state, TRANSPORT: transport}


class _Server(uvicorn.Server):
    """Announces when it listens, and ends quietly on a signal or with its parent."""

    def __init__(
        self,
        config: uvicorn.Config,
        practice: Practice,
        announce: Callable[[Json], None],
        parent: int | None,
    ) -> None:
        super().__init__(config)
        self._practice = practice
        self._announce = announce
        self._parent = parent

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then announce."""
        await super().startup(sockets)
        self._announce(self._practice.announcement())
        if self._parent is not None:
            self._practice.courier.spawn(self._watch(self._parent))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop on a signal without raising it again: an ordered end is exit code 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _STOPPING}
        try:
            yield
        finally:
            for number, action in before.items():
                signal.signal(number, action)

    async def _watch(self, parent: int) -> None:
        is_child = os.getppid() == parent
        while alive(parent) and (not is_child or os.getppid() == parent):
            await asyncio.sleep(0.5)
        self.should_exit = True


def alive(process: int) -> bool:
    """Whether a process with this id exists."""
    if sys.platform == "win32":
        return _alive_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _alive_on_windows(process: int) -> bool:
    # os.kill(pid, 0) would end the process there.
    import ctypes

    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore] # Windows only
    handle = kernel.OpenProcess(0x00100000, False, process)
    if not handle:
        return False
    still_running = kernel.WaitForSingleObject(handle, 0) == 0x102
    kernel.CloseHandle(handle)
    return bool(still_running)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, because asyncio sends at once (TCP_NODELAY) only where it sees that it is TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OverflowError:
        listener.close()
        text = f"--port must be between 0 and 65535, not {port}"
        raise InputError("practice_port", text, port=port) from None
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        text = f"port {port} is taken" if taken else f"port {port}: {error.strerror}"
        raise Unavailable("practice_port", text, port=port) from None
    return listener


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _print_line(line: Json) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
