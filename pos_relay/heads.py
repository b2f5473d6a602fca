"""A cap on the head of a request; the quick parser has none of its own."""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from pos_relay.parting import Together

LONGEST_HEAD = 65_536  # bytes of request line and headers together; the slow parser's cap, too


class _TooLong(Exception):
    """Stops the parser, which then calls ``send_400_response``."""


class CappedProtocol(HttpToolsProtocol):
    """Answers 431 and hangs up where a head does not end, before the relay hears of it."""

    _head = 0
    _unread = 0
    _in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the parent
        """See ``parting``."""
        self._together = Together(transport)
        super().connection_made(cast("asyncio.Transport", self._together))

    def on_response_complete(self) -> None:
        """What is kept of this answer goes."""
        self._together.flush()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Count what the parser keeps to itself: one header without an end is never told of."""
        super().data_received(data)
        if self._in_head and not self.transport.is_closing():
            self._unread += len(data)
            if self._unread > LONGEST_HEAD:
                self._head = self._unread
                self.send_400_response("too long")

    def on_message_begin(self) -> None:
        """The next request of this connection."""
        self._head = self._unread = 0
        self._in_head = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A piece of the request line."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header."""
        self._count(len(name) + len(value) + 4)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head has ended; what follows is a body, which the routes cap."""
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """400 for what cannot be read, 431 for what does not end."""
        if self._head <= LONGEST_HEAD:
            super().send_400_response(msg)
            return
        end = b"content-length: 0\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[431] + end)
        self.transport.close()

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > LONGEST_HEAD:
            raise _TooLong
