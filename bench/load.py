"""A client of raw sockets: it costs so little that the server is what is measured."""

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import cycle

_BIGGEST = 1 << 18


class Load:
    """Kept connections to one server of this machine, each with one request under way."""

    def __init__(self, port: int, requests: Sequence[bytes], connections: int = 16) -> None:
        self._port = port
        self._requests: Iterator[bytes] = cycle(requests)
        self._selector = selectors.DefaultSelector()
        self.lines = [self._connected() for _ in range(connections)]

    def run(self, count: int) -> None:
        """``count`` requests, as fast as they are answered. Raises RuntimeError for any but 200."""
        self._renew()
        left = count
        for line in self.lines[:left]:
            line.ask(next(self._requests))
            left -= 1
        waiting = count
        while waiting:
            for line in self._ready():
                waiting -= 1
                if left:
                    line.ask(next(self._requests))
                    left -= 1

    def paced(self, per_second: int, seconds: float) -> float:
        """The 99th percentile, in seconds, of answers to requests that come at a fixed pace.

        Each counts from the moment when it was due, so a stall is seen by all that wait for it.
        """
        self._renew()
        free, took = list(self.lines), list[float]()
        due = dict.fromkeys(self.lines, 0.0)
        start, asked, count = time.perf_counter(), 0, int(per_second * seconds)
        while len(took) < count:
            while asked < count and free and time.perf_counter() >= start + asked / per_second:
                line = free.pop(0)
                due[line] = start + asked / per_second
                line.ask(next(self._requests))
                asked += 1
            for line in self._ready(0.0005):
                took.append(time.perf_counter() - due[line])
                free.append(line)
        return statistics.quantiles(took, n=100)[98]

    def turn_to(self, request: bytes) -> None:
        """Ask this from now on."""
        self._requests = cycle([request])

    def close(self) -> None:
        """End the connections."""
        self._selector.close()
        for line in self.lines:
            line.socket.close()

    def _connected(self) -> "Line":
        line = Line(self._port)
        self._selector.register(line.socket, selectors.EVENT_READ, line)
        return line

    def _renew(self) -> None:
        """Servers hang up on who says nothing for some seconds."""
        for number, line in enumerate(self.lines):
            if line.over():
                self._selector.unregister(line.socket)
                line.socket.close()
                self.lines[number] = self._connected()

    def _ready(self, patience: float = 10.0) -> Iterator["Line"]:
        for key, _ in self._selector.select(patience):
            line: Line = key.data
            if line.read():
                yield line


class Line:
    """One connection; ``took`` is the length of its last body."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = b""
        self.took = 0

    def ask(self, request: bytes) -> None:
        self.socket.sendall(request)

    def over(self) -> bool:
        """Whether the server has hung up since the last answer."""
        try:
            return self.socket.recv(1, socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False

    def read(self) -> bool:
        """Whether the answer is complete."""
        piece = self.socket.recv(_BIGGEST)
        if not piece:
            raise RuntimeError("the server hung up")
        self._got += piece
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._got[:300].decode("latin-1"))
        self._got, self.took = b"", len(body)
        return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError("an answer without a length")


def get(path: str) -> bytes:
    """A request for a page, as a browser's first line and least headers."""
    return f"GET {path} HTTP/1.1\r\nhost: bills.example\r\naccept: text/html\r\n\r\n".encode()


def sent(method: str, path: str, token: str, body: bytes) -> bytes:
    """A request of a counter."""
    head = f"{method} {path} HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {token}\r\n"
    kind = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + kind).encode() + body
