"""How far a call got: whether its first byte was written, and the hard end of its time.

``requests`` and urllib3 report a failed TLS handshake and a connection that died after the
request with the same exceptions, and their read time-out starts anew with every byte. So the
connection itself notes the first write, and a timer cuts the socket when the total is used up.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


class CallProgress:
    """The state of the one call that this thread makes now."""

    def __init__(self) -> None:
        self.written = False
        self.expired = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def note_write(self, sock: socket.socket | None) -> None:
        """Called by the connection just before a byte leaves."""
        self.written = True
        with self._lock:
            self._socket = sock

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Cut the connection when the block takes longer than ``seconds``."""
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                self._socket = None

    def _cut(self) -> None:
        with self._lock:
            self.expired = True
            if self._socket is None:
                return
            try:
                # The plain shutdown: SSLSocket's own would drop its state under the reader.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return  # it is closed already, which is all we want


_current = threading.local()


@contextmanager
def track() -> Iterator[CallProgress]:
    """Watch the next call of this thread."""
    progress = CallProgress()
    _current.progress = progress
    try:
        yield progress
    finally:
        _current.progress = None


def _note(connection: HTTPConnection) -> None:
    if connection.sock is None:
        connection.connect()  # a failure here is still "not written"
    progress: CallProgress | None = getattr(_current, "progress", None)
    if progress is not None:
        progress.note_write(connection.sock)


class _PlainConnection(HTTPConnection):
    def send(self, data: Any) -> None:  # noqa: ANN401 - what http.client takes
        _note(self)
        super().send(data)


class _TlsConnection(HTTPSConnection):
    def send(self, data: Any) -> None:  # noqa: ANN401 - what http.client takes
        _note(self)
        super().send(data)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


POOLS = {"http": _PlainPool, "https": _TlsPool}
