"""The relay's streams: how soon an event is with a thousand counters, and what each costs."""

import hashlib
import hmac
import json
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress

from bench.harness import Bench
from bench.relay_sides import WEBHOOK_SECRET, Bare, Ours
from bench.setting import Setting

STREAMS = 1_000
COUNTERS = 50
_FEW = 50
_PATIENCE_S = 20.0


@contextmanager
def feed_event(setting: Setting) -> Iterator[Bench]:
    """From a gateway's webhook to the last of a thousand counters, against a bare asyncio server
    that writes the same bytes to as many sockets."""
    with (
        Ours(setting.folder / "feed") as relay,
        Bare("events") as bare,
        closing(_ours(relay, STREAMS)) as ours,
        closing(Streams(bare.port, STREAMS)) as plain,
        closing(Hook(relay)) as hook,
        closing(socket.create_connection(("127.0.0.1", bare.port))) as control,
    ):
        ours.wait_for(b": open")
        plain.wait_for(b": open")
        ours.wait_for(hook.ring(next(hook.names)))
        frame, name = ours.last, hook.last

        def floor() -> float:
            mark = f"bare_{time.perf_counter_ns():x}".encode()
            began = time.perf_counter()
            control.sendall(frame.replace(name, mark))
            return plain.wait_for(mark) - began

        def ours_too() -> float:
            began = time.perf_counter()
            return ours.wait_for(hook.ring(next(hook.names))) - began

        yield Bench(floor=floor, ours=ours_too, told=True)


@contextmanager
def feed_memory(setting: Setting) -> Iterator[Bench]:
    """Kilobytes that a process grows by for each of a thousand open streams."""
    homes = iter(range(1_000))

    def ours() -> float:
        with Ours(setting.folder / f"memory{next(homes)}") as relay, closing(Hook(relay)) as hook:
            tills = [till.token for till in relay.tills(COUNTERS)]

            def opened(count: int) -> Streams:
                streams = Streams(relay.port, count, [_asked(token) for token in tills])
                streams.wait_for(b": open")
                streams.wait_for(hook.ring(next(hook.names)))
                return streams

            return _growth(relay.resident, opened)

    def floor() -> float:
        with Bare("events") as bare:

            def opened(count: int) -> Streams:
                streams = Streams(bare.port, count)
                streams.wait_for(b": open")
                return streams

            return _growth(bare.resident, opened)

    yield Bench(floor=floor, ours=ours, told=True)


def _growth(resident: Callable[[], int], opened: Callable[[int], "Streams"]) -> float:
    # The first few load what is loaded once.
    with closing(opened(_FEW)):
        before = resident()
        with closing(opened(STREAMS)):
            return (resident() - before) / STREAMS


def _ours(relay: Ours, count: int) -> "Streams":
    asked = [_asked(till.token) for till in relay.tills(COUNTERS)]
    return Streams(relay.port, count, asked)


def _asked(token: str) -> bytes:
    head = "GET /v1/feed HTTP/1.1\r\nhost: relay\r\naccept: text/event-stream\r\n"
    return f"{head}authorization: Bearer {token}\r\n\r\n".encode()


class Streams:
    """Open streams to one server, read by one thread without parsing."""

    def __init__(self, port: int, count: int, requests: Sequence[bytes] = (b"",)) -> None:
        self.last = b""
        self._selector = selectors.DefaultSelector()
        self._sockets: list[socket.socket] = []
        for number in range(count):
            line = socket.create_connection(("127.0.0.1", port))
            self._sockets.append(line)
            self._selector.register(line, selectors.EVENT_READ)
            if asked := requests[number % len(requests)]:
                line.sendall(asked)

    def wait_for(self, mark: bytes) -> float:
        """Until every stream has brought ``mark``; the moment on the performance counter."""
        without, end = set(self._sockets), time.perf_counter() + _PATIENCE_S
        while without:
            for key, _ in self._selector.select(1.0):
                line = key.fileobj
                assert isinstance(line, socket.socket)
                piece = line.recv(65_536)
                if mark in piece:
                    self.last = piece
                    without.discard(line)
            if time.perf_counter() > end:
                raise RuntimeError(f"{len(without)} streams did not bring {mark!r}")
        return time.perf_counter()

    def close(self) -> None:
        """Hang up."""
        self._selector.close()
        for line in self._sockets:
            line.close()


class Hook:
    """The gateway: each ring is one signed webhook."""

    def __init__(self, relay: Ours) -> None:
        self._path = str(relay.shop["hook_path"])
        self._line = socket.create_connection(("127.0.0.1", relay.port))
        self.names = (f"evt_{number:08d}" for number in range(10_000))
        self.last = b""

    def ring(self, name: str) -> bytes:
        """Send it without waiting for the answer; what the hint will be known by."""
        with suppress(BlockingIOError):
            self._line.recv(65_536, socket.MSG_DONTWAIT)
        body = json.dumps({"event": "payment_link.paid", "payload": {}}).encode()
        signature = hmac.new(WEBHOOK_SECRET, body, hashlib.sha256).hexdigest()
        head = f"POST {self._path} HTTP/1.1\r\nhost: relay\r\nx-razorpay-event-id: {name}\r\n"
        rest = f"x-razorpay-signature: {signature}\r\ncontent-type: application/json\r\n"
        self._line.sendall(f"{head}{rest}content-length: {len(body)}\r\n\r\n".encode() + body)
        self.last = name.encode()
        return self.last

    def close(self) -> None:
        """Hang up."""
        self._line.close()
